//! Leaks that are known: `leakcheck.baseline`, beside `leakcheck.toml`. All that is to know of its format is in this file.
//!
//! ```text
//! leakcheck baseline 1
//! my_app pool pool::reconnects task 9f31c0ffee000001 2 src/pool.rs my_app::pool::Pool::connect
//! ```
//!
//! Below the version, one line for each known leak, sorted: `package binary test kind fingerprint count site`, with one
//! space between them. The first five tell it; in them a space, a `%` and control characters stand as `%` and two digits.
//! The site is for people, has no line numbers and may have spaces. Order does not matter when it is read, and of lines
//! that agree in the first five the highest count counts, so git may keep the lines of both sides.

use std::fmt::{Display, Formatter};

use crate::{Kind, fingerprint, plural::one_of};

/// What the file is called where none is given.
pub const NAME: &str = "leakcheck.baseline";

/// The newest version of the format.
pub const VERSION: u64 = 1;

const TITLE: &str = "leakcheck baseline ";

const MISSING: &str = "a field is missing here: expected `package binary test kind fingerprint count`, with one space \
                       between them, and then what tells a reader where it is";

/// What tells a known leak: the first five fields as they stand in the file.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key {
    /// The cargo package, or `-`.
    pub package: String,
    /// The test binary.
    pub binary: String,
    /// The test as its harness names it.
    pub test: String,
    /// The name of the kind.
    pub kind: String,
    /// What tells it from others of its kind.
    pub fingerprint: String,
}

/// How many there are, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Known {
    /// How many.
    pub count: usize,
    /// What tells people where.
    pub site: String,
}

/// One line of the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Line {
    /// It says the version.
    Version,
    /// It says that a leak is known.
    Known(Key, Known),
    /// It is empty or a comment.
    Nothing,
}

/// A line that is not understood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unread {
    /// Where in the line, in bytes.
    pub at: usize,
    /// What is wrong there.
    pub why: Why,
}

/// What is wrong with a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Why {
    /// The version does not stand where it has to.
    NoVersion,
    /// The version is a later one.
    Newer(u64),
    /// Git has left it in a merge.
    Merge,
    /// A field is missing, or not what it has to be.
    Field(String),
}

impl Key {
    /// The key of what was found, whose words may have any characters.
    pub fn new(
        (package, binary, test): (Option<&str>, &str, &str),
        kind: &str,
        fingerprint: &str,
    ) -> Self {
        Self {
            package: field(package.unwrap_or("-")),
            binary: field(binary),
            test: field(test),
            kind: field(kind),
            fingerprint: field(fingerprint),
        }
    }

    /// The key of its test.
    #[must_use]
    pub fn of_test(&self) -> Self {
        Self {
            kind: String::new(),
            fingerprint: String::new(),
            ..self.clone()
        }
    }
}

/// A text as a field of a line: what would end it is escaped.
///
/// ```
/// assert_eq!(leakcheck_report::baseline::field("a b%"), "a%20b%25");
/// ```
pub fn field(text: &str) -> String {
    let escaped = text.chars().map(|c| match c {
        c if c == ' ' || c == '%' || c.is_ascii_control() => format!("%{:02X}", u32::from(c)),
        c => c.to_string(),
    });
    escaped.collect()
}

impl Line {
    /// What a line says, without its end. The first one has to say the version, and each other one may.
    ///
    /// ```
    /// use leakcheck_report::baseline::Line;
    ///
    /// let line = Line::read("my_app pool pool::reconnects task 9f31c0ffee000001 2 src/pool.rs", false);
    /// assert!(matches!(line, Ok(Line::Known(_, known)) if known.count == 2));
    /// ```
    ///
    /// # Errors
    ///
    /// Where it is not understood: a leak that is lost from the file by accident would be reported as new.
    pub fn read(line: &str, is_first: bool) -> Result<Self, Unread> {
        if is_first || line.starts_with(TITLE) && line.split(' ').count() == 3 {
            let version = line.strip_prefix(TITLE);
            match version.and_then(|version| version.parse().ok()) {
                Some(VERSION) => Ok(Self::Version),
                Some(version) if version > VERSION => Err(Why::Newer(version).at(0)),
                _ => Err(Why::NoVersion.at(0)),
            }
        } else if line.trim().is_empty() || line.starts_with('#') {
            Ok(Self::Nothing)
        } else if is_mark(line) {
            Err(Why::Merge.at(0))
        } else {
            entry(line)
        }
    }
}

/// Whether git has left the line in a merge.
pub fn is_mark(line: &str) -> bool {
    let marks = ["<<<<<<<", "|||||||", "=======", ">>>>>>>"];
    marks.iter().any(|mark| line.starts_with(mark))
}

fn entry(line: &str) -> Result<Line, Unread> {
    let mut fields = line.splitn(7, ' ');
    let mut column = 0;
    let mut next = |is_valid: fn(&str) -> bool, form: &dyn Fn() -> String| {
        let at = column;
        let Some(field) = fields.next().filter(|field| !field.is_empty()) else {
            return Err(Why::Field(MISSING.to_owned()).at(at.min(line.len())));
        };
        column += field.len() + 1;
        if is_valid(field) {
            Ok(field.to_owned())
        } else {
            Err(Why::Field(format!("`{field}` is not {}", form())).at(at))
        }
    };
    let kinds = || one_of(Kind::ALL.iter().map(|kind| kind.name()));
    let key = Key {
        package: next(|_| true, &String::new)?,
        binary: next(|_| true, &String::new)?,
        test: next(|_| true, &String::new)?,
        kind: next(|text| Kind::named(text).is_some(), &|| {
            format!("a kind: expected {}", kinds())
        })?,
        fingerprint: next(fingerprint::is_valid, &|| {
            "a fingerprint: expected 16 digits from `0` to `f`".to_owned()
        })?,
    };
    let is_count = |text: &str| text.parse::<usize>().is_ok_and(|count| count > 0);
    let count = next(is_count, &|| "a number from 1 on".to_owned())?;
    let known = Known {
        count: count.parse().unwrap_or(1),
        site: fields.next().unwrap_or_default().to_owned(),
    };
    Ok(Line::Known(key, known))
}

/// A line as [`Line::read`] takes it, unless a field is empty or of a kind that is not known.
pub fn line(key: &Key, known: &Known) -> String {
    let Key {
        package,
        binary,
        test,
        kind,
        fingerprint,
    } = key;
    let Known { count, site } = known;
    let line = format!("{package} {binary} {test} {kind} {fingerprint} {count} {site}");
    line.trim_end().to_owned()
}

/// The whole file.
pub fn text<'e>(entries: impl IntoIterator<Item = (&'e Key, &'e Known)>) -> String {
    let entries = entries.into_iter();
    let mut lines: Vec<String> = entries.map(|(key, known)| line(key, known)).collect();
    lines.sort_unstable();
    lines.insert(0, format!("{TITLE}{VERSION}"));
    lines.push(String::new());
    lines.join("\n")
}

impl Why {
    fn at(self, at: usize) -> Unread {
        Unread { at, why: self }
    }
}

impl Display for Why {
    fn fmt(&self, f: &mut Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::NoVersion => write!(f, "expected `{TITLE}{VERSION}` in the first line"),
            Self::Newer(version) => write!(
                f,
                "this is version {version} of the format, and this release of leakcheck reads version {VERSION}: use a later \
                 release, or write the file anew with this one"
            ),
            Self::Merge => f.write_str(
                "a merge was left here: keep the lines of both sides, which is always right, and let git do so with \
                 `leakcheck.baseline merge=union` in `.gitattributes`",
            ),
            Self::Field(what) => f.write_str(what),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_reads_what_it_writes() {
        let known = |count, site: &str| Known {
            count,
            site: site.to_owned(),
        };
        let key = Key::new((Some("a"), "b", "x y%"), "task", "9f31c0ffee000001");
        let bare = Key::new((None, "b", "t"), "thread", "9f31c0ffee000001");
        let entries = [(key, known(2, "src/a b.rs f")), (bare, known(1, ""))];
        let text = text(entries.iter().map(|(key, known)| (key, known)));
        assert_eq!(
            text,
            "leakcheck baseline 1\n- b t thread 9f31c0ffee000001 1\na b x%20y%25 task 9f31c0ffee000001 2 src/a b.rs f\n"
        );
        let read: Vec<Line> = (text.lines().enumerate())
            .map(|(number, line)| Line::read(line, number == 0).expect("a line"))
            .collect();
        let [first, second] = entries.map(|(key, known)| Line::Known(key, known));
        assert_eq!(read, [Line::Version, second, first]);
    }
}
