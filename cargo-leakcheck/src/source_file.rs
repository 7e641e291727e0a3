//! Lines of the files that reports name, as far as these are there.

use std::{
    collections::BTreeMap,
    fs::{self, File},
    io::Read as _,
    path::{Path, PathBuf},
};

use crate::{escape::plain, report::Frame, repository::Repository};

/// Lines that are shown before a line and behind it.
const AROUND: usize = 2;

/// In bytes: what is longer nobody wrote.
const LONGEST: u64 = 4 << 20;

/// Characters of a line that are shown.
const WIDTH: usize = 160;

/// Files of the repository. Others are not read, whoever has written the report.
#[derive(Debug)]
pub(crate) struct SourceFiles<'r> {
    repository: &'r Repository,
    read: BTreeMap<PathBuf, Option<Vec<String>>>,
}

impl<'r> SourceFiles<'r> {
    pub(crate) fn new(repository: &'r Repository) -> Self {
        Self {
            repository,
            read: BTreeMap::new(),
        }
    }

    /// The line of a frame, which is marked, with those around it.
    pub(crate) fn around(&mut self, frame: &Frame, package: Option<&str>) -> Vec<String> {
        let Some(excerpt) = self.excerpt(frame, package, AROUND) else {
            return Vec::new();
        };
        let last = excerpt.first + excerpt.lines.len() - 1;
        let digits = last.to_string().len();
        let shown = (excerpt.first..).zip(excerpt.lines).map(|(number, text)| {
            let mark = if number == excerpt.line { '>' } else { ' ' };
            let text = format!("{mark} {number:>digits$} | {text}");
            text.trim_end().to_owned()
        });
        shown.collect()
    }

    /// The line of a frame, with so many before it and behind it.
    pub(crate) fn excerpt(
        &mut self,
        frame: &Frame,
        package: Option<&str>,
        around: usize,
    ) -> Option<Excerpt<'_>> {
        let line = usize::try_from(frame.line?).ok().filter(|line| *line > 0)?;
        let path = self.repository.path_of(frame, package)?;
        let lines = self
            .read
            .entry(path.clone())
            .or_insert_with_key(|path| lines(path));
        let lines = lines.as_ref().filter(|lines| line <= lines.len())?;
        let first = line.saturating_sub(around).max(1);
        let last = line.saturating_add(around).min(lines.len());
        Some(Excerpt {
            path,
            line,
            first,
            lines: &lines[first - 1..last],
        })
    }
}

/// Lines of a file.
#[derive(Debug)]
pub(crate) struct Excerpt<'f> {
    pub(crate) path: PathBuf,
    /// The one that is meant.
    pub(crate) line: usize,
    /// The number of the first that is here.
    pub(crate) first: usize,
    /// At least the one that is meant.
    pub(crate) lines: &'f [String],
}

fn lines(path: &Path) -> Option<Vec<String>> {
    // Who opens what is no file may wait for ever.
    if !fs::metadata(path).is_ok_and(|about| about.is_file() && about.len() <= LONGEST) {
        return None;
    }
    let mut bytes = Vec::new();
    let file = File::open(path).ok()?;
    file.take(LONGEST).read_to_end(&mut bytes).ok()?;
    let text = String::from_utf8_lossy(&bytes);
    let line = |line: &str| {
        let line: String = line.chars().take(WIDTH).collect();
        plain(&line.replace('\t', "    "))
    };
    Some(text.lines().map(line).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::repository::tests::sample;

    fn frame(file: &str, line: u32) -> Frame {
        Frame {
            file: Some(file.to_owned()),
            line: Some(line),
            ..Frame::default()
        }
    }

    #[test]
    fn the_line_is_marked() {
        let (folder, repository) = sample();
        let text: Vec<String> = (1..=11).map(|number| format!("\tline {number}")).collect();
        let text = text.join("\n");
        fs::write(folder.path().join("rust/my_app/src/pool.rs"), text).expect("it is written");
        let mut files = SourceFiles::new(&repository);
        let mut around = |line| files.around(&frame("src/pool.rs", line), Some("my_app"));
        assert_eq!(
            around(9),
            [
                "   7 |     line 7",
                "   8 |     line 8",
                ">  9 |     line 9",
                "  10 |     line 10",
                "  11 |     line 11"
            ]
        );
        let first = ["> 1 |     line 1", "  2 |     line 2", "  3 |     line 3"];
        assert_eq!(around(1), first);
        for none in [0, 12, u32::MAX] {
            assert_eq!(around(none), [""; 0]);
        }
    }

    #[test]
    fn what_is_not_of_the_repository_is_not_read() {
        let (folder, repository) = sample();
        fs::write(folder.path().join("rust/my_app/src/log.rs"), "a\x1b[31m\nb")
            .expect("it is written");
        let mut files = SourceFiles::new(&repository);
        let shown = files.around(&frame("src/log.rs", 1), Some("my_app"));
        assert_eq!(shown, ["> 1 | a\\u{1b}[31m", "  2 | b"]);
        let hosts = "../".repeat(40) + "etc/hosts";
        for file in ["/etc/hosts", "/dev/zero", &hosts, "src", "src/gone.rs", ""] {
            assert_eq!(
                files.around(&frame(file, 1), Some("my_app")),
                [""; 0],
                "{file}"
            );
        }
    }
}
