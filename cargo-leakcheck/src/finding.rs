//! A leak of a test as all rounds of a run showed it, known or new.

use std::path::Path;

use leakcheck_report::{CancelledAt, fingerprint};

use crate::{
    advisories::Release,
    baseline::{Key, Known},
    escape::{code, plain},
    report::{Frame, Level, Location, Report, Why},
};

/// Whose report it is.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Test {
    pub(crate) package: Option<String>,
    pub(crate) binary: String,
    pub(crate) name: String,
    /// Whether a test of another binary bears the same name.
    pub(crate) is_namesake: bool,
}

impl Test {
    pub(crate) fn of(report: &Report) -> Self {
        Self {
            package: report.package.clone(),
            binary: report.binary.clone(),
            name: report.test.clone(),
            is_namesake: false,
        }
    }

    /// Its binary, with the package where that has another name.
    pub(crate) fn suite(&self) -> String {
        match &self.package {
            Some(package) if *package != self.binary => format!("{package}::{}", self.binary),
            _ => self.binary.clone(),
        }
    }

    /// In backticks, and told from others of its name.
    pub(crate) fn quoted(&self) -> String {
        let name = code(&self.name);
        if self.is_namesake {
            format!("{name} of {}", code(&self.suite()))
        } else {
            name
        }
    }

    /// Itself, whatever other tests there are: the same in each run.
    pub(crate) fn alone(&self) -> Self {
        Self {
            is_namesake: false,
            ..self.clone()
        }
    }

    /// A key of one of its leaks.
    pub(crate) fn key(&self) -> Key {
        Key::new((self.package.as_deref(), &self.binary, &self.name), "", "")
    }

    /// Whether it is a documentation test, whose own name nothing tells.
    pub(crate) fn is_of_documentation(&self) -> bool {
        self.binary == "rust_out"
    }
}

/// Whether the baseline has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Status {
    New,
    Known,
}

/// What tells the findings of a test apart: kind, fingerprint, and whether it panicked unseen.
pub(crate) type Identity = (String, String, bool);

/// That a finding follows from another of its test.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Follows {
    /// From which in the end.
    pub(crate) cause: Identity,
    /// Why it follows, where that is the same for all of it.
    pub(crate) because: Option<String>,
}

/// Things that one test left behind, alike and from one place.
#[derive(Clone, Debug)]
pub(crate) struct Finding {
    pub(crate) test: Test,
    pub(crate) test_at: Location,
    pub(crate) kind: String,
    pub(crate) name: Option<String>,
    pub(crate) site: Option<Frame>,
    pub(crate) waits_at: Option<Frame>,
    pub(crate) waits_for: Option<String>,
    /// It is not left behind but panicked unseen.
    pub(crate) panic: Option<String>,
    /// Where the body was cancelled that left it first, if it is not left in any case.
    pub(crate) cancelled: Option<CancelledAt>,
    /// From what all of it follows.
    pub(crate) follows: Option<Follows>,
    /// Which mistakes it is, each once.
    pub(crate) whys: Vec<Why>,
    /// The release that is known to leave it.
    pub(crate) release: Option<Release>,
    pub(crate) fingerprint: String,
    pub(crate) level: Level,
    pub(crate) status: Status,
    /// How many there were, in the round with most of them.
    pub(crate) count: usize,
    /// How many rounds showed it.
    pub(crate) rounds: usize,
    /// The first run of the history that has what makes it.
    pub(crate) first_seen: Option<FirstSeen>,
    /// The narrowest rule that accepts it, as code has it.
    pub(crate) accept: Option<String>,
}

/// The first run of a history that has something.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct FirstSeen {
    pub(crate) when: String,
    pub(crate) commit: String,
}

impl Finding {
    /// Whether it fails the run.
    pub(crate) fn fails(&self) -> bool {
        self.status == Status::New && self.level == Level::Deny
    }

    /// What tells it from others of its test.
    pub(crate) fn identity(&self) -> Identity {
        (
            self.kind.clone(),
            self.fingerprint.clone(),
            self.panic.is_some(),
        )
    }

    /// What makes it, the same for all tests and whatever line it moves to: kind, whether it panicked, file, function, and name
    /// without numbers; none where it is not known which function that is.
    pub(crate) fn maker(&self) -> Option<String> {
        let site = self.site.as_ref()?;
        let name = self.name.iter().flat_map(|name| name.chars());
        let name: String = name.filter(|c| !c.is_ascii_digit()).collect();
        let panicked = if self.panic.is_some() { "panicked" } else { "" };
        let file = site.file.as_deref().unwrap_or_default();
        let words = [&*self.kind, panicked, file, &site.function, &name];
        Some(fingerprint::of(words))
    }

    /// The line that has to change, as far as that is known: where it waits, or where it was made.
    pub(crate) fn look_at(&self) -> Option<&Frame> {
        self.waits_at.as_ref().or(self.site.as_ref())
    }

    /// What tells it in a baseline.
    pub(crate) fn key(&self) -> Key {
        let Test {
            package,
            binary,
            name,
            ..
        } = &self.test;
        Key::new(
            (package.as_deref(), binary, name),
            &self.kind,
            &self.fingerprint,
        )
    }

    /// The rest of its line there. No line number, so that the file changes only when leaks do.
    pub(crate) fn known(&self) -> Known {
        let frame = self.site.as_ref().filter(|frame| is_near(frame));
        let parts = frame
            .iter()
            .flat_map(|frame| [frame.file.as_deref(), Some(&frame.function)]);
        let parts: Vec<&str> = parts.flatten().filter(|part| !part.is_empty()).collect();
        Known {
            count: self.count,
            site: parts.join(" ").replace(char::is_control, " "),
        }
    }
}

/// `src/pool.rs:88` for a reader, as far as it is known.
pub(crate) fn place(frame: &Frame) -> Option<String> {
    let file = plain(frame.file.as_deref()?);
    Some(match frame.line {
        Some(line) => format!("{file}:{line}"),
        None => file,
    })
}

/// So many things in all.
pub(crate) fn total(counts: impl IntoIterator<Item = usize>) -> usize {
    counts.into_iter().fold(0, usize::saturating_add)
}

/// Whether it is a line of the package or of a crate that it uses, and not of the standard library, nor of a C library.
pub(crate) fn is_near(frame: &Frame) -> bool {
    let file = frame.file.as_deref();
    file.is_some_and(|file| !Path::new(file).is_absolute() && !file.starts_with("./"))
}
