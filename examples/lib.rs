//! Small programs that leak, each beside its fix and the report that its test prints.
//!
//! Each folder has a `leak.rs`, a `fix.rs` and a `report.txt`; this library reads them, for the tests and for the tour.

use std::{
    collections::BTreeMap,
    fs, io,
    path::{Path, PathBuf},
};

/// A program that leaks and the same program fixed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Example {
    folder: PathBuf,
}

impl Example {
    /// All examples, by name.
    ///
    /// # Errors
    ///
    /// Where the folder of this package cannot be read.
    pub fn all() -> io::Result<Vec<Self>> {
        let mut all = Vec::new();
        for entry in fs::read_dir(env!("CARGO_MANIFEST_DIR"))? {
            let folder = entry?.path();
            if folder.is_dir() {
                all.push(Self { folder });
            }
        }
        all.sort_by(|a, b| a.folder.cmp(&b.folder));
        Ok(all)
    }

    /// The name of its folder and module.
    pub fn name(&self) -> String {
        let name = self.folder.file_name().unwrap_or_default();
        name.to_string_lossy().into_owned()
    }

    /// Where one of its files is.
    pub fn path(&self, file: &str) -> PathBuf {
        self.folder.join(file)
    }

    /// What the doc comment at the top of one of its programs says.
    ///
    /// # Errors
    ///
    /// Where the file cannot be read.
    pub fn caption(&self, file: &str) -> io::Result<String> {
        let source = fs::read_to_string(self.path(file))?;
        let lines = source.lines().map_while(|line| line.strip_prefix("//!"));
        Ok(lines.map(str::trim).collect::<Vec<_>>().join(" "))
    }

    /// The report that its leaky test should print, masked.
    ///
    /// # Errors
    ///
    /// Where the file cannot be read.
    pub fn report(&self) -> io::Result<String> {
        fs::read_to_string(self.path("report.txt"))
    }
}

/// What the harness says about a run: which tests passed, and what each of the others printed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outcome {
    /// Names of tests.
    pub passed: Vec<String>,
    /// What a failed test printed, by its name.
    pub failed: BTreeMap<String, String>,
}

impl Outcome {
    /// Reads the standard output of the harness.
    pub fn read(output: &str) -> Self {
        let mut outcome = Self::default();
        let mut printed: Option<&mut String> = None;
        for line in output.lines() {
            if let Some(test) = line
                .strip_prefix("---- ")
                .and_then(|rest| rest.strip_suffix(" stdout ----"))
            {
                printed = Some(outcome.failed.entry(test.to_owned()).or_default());
            } else if line == "failures:" {
                printed = None;
            } else if let Some(text) = &mut printed {
                text.push_str(line);
                text.push('\n');
            } else if let Some(test) = line
                .strip_prefix("test ")
                .and_then(|rest| rest.strip_suffix(" ... ok"))
            {
                outcome.passed.push(test.to_owned());
            }
        }
        for text in outcome.failed.values_mut() {
            text.truncate(text.trim_end().len());
            text.push('\n');
        }
        outcome
    }

    /// How many tests have run to their end.
    pub fn len(&self) -> usize {
        self.passed.len() + self.failed.len()
    }

    /// Whether no test has run to its end.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// What the leaky test of this example printed, if it failed.
    pub fn leak(&self, example: &Example) -> Option<&str> {
        let prefix = format!("{}::leak::", example.name());
        let mut of_example = self
            .failed
            .iter()
            .filter(|(test, _)| test.starts_with(&prefix));
        of_example.next().map(|(_, text)| text.as_str())
    }

    /// What is not as it should be with this example.
    ///
    /// # Errors
    ///
    /// Where its report cannot be read.
    pub fn complaints(&self, example: &Example) -> io::Result<Vec<String>> {
        let name = example.name();
        let mut complaints = Vec::new();
        match self.leak(example) {
            Some(printed) => complaints.extend(
                first_difference(&mask(printed), &example.report()?)
                    .map(|difference| format!("{name}: the report has {difference}")),
            ),
            None => complaints.push(format!("{name}: the leaky test does not fail")),
        }
        if !self.is_fixed(example) {
            complaints.push(format!("{name}: the fixed test does not pass"));
        }
        Ok(complaints)
    }

    /// Whether the test of the fixed program passed.
    pub fn is_fixed(&self, example: &Example) -> bool {
        let prefix = format!("{}::fix::", example.name());
        self.passed.iter().any(|test| test.starts_with(&prefix))
    }
}

/// Where two reports begin to differ in what they say of their own test.
fn first_difference(is: &str, should: &str) -> Option<String> {
    let (is, should) = (own(is), own(should));
    let line = |lines: &[&str], at: usize| {
        lines
            .get(at)
            .map_or("(nothing)", |line| line.trim())
            .to_owned()
    };
    let mut pairs = (0..is.len().max(should.len())).map(|at| (line(&is, at), line(&should, at)));
    let (is, should) = pairs.find(|(is, should)| is != should)?;
    Some(format!("`{is}` instead of `{should}`"))
}

/// The lines of a report, but for those that reports have in common: the first one of a process has them.
fn own(report: &str) -> Vec<&str> {
    const COMMON: [&str; 3] = [
        "coverage of ",
        "full creation stacks: ",
        "what such a mistake is: ",
    ];
    let is_own = |line: &&str| !COMMON.iter().any(|common| line.trim().starts_with(common));
    report
        .trim_end()
        .lines()
        .filter(is_own)
        .filter(|line| !line.trim().is_empty())
        .collect()
}

/// Replaces what differs from run to run: times, numbers of threads, tasks and descriptors, how often a task was
/// polled, and whether it has just been woken.
pub fn mask(report: &str) -> String {
    let mut masked = String::new();
    for line in report.split_inclusive('\n') {
        let words: Vec<&str> = line.split(' ').collect();
        let bare = |at: usize| {
            words
                .get(at)
                .map_or("", |word| word.trim_end_matches([',', ';', ':', ')', '\n']))
        };
        for (at, word) in words.iter().enumerate() {
            let is_number = bare(at).parse::<f64>().is_ok();
            let before = at.checked_sub(1).map_or("", bare);
            if at > 0 {
                masked.push(' ');
            }
            let is_counted = matches!(bare(at + 1), "ms" | "s" | "times" | "seconds");
            // `task 7`, but not `1 task, 7 threads`.
            let is_name = at > 0
                && words[at - 1] == before
                && matches!(before, "tid" | "fd" | "descriptor" | "task");
            if let Some(port) = bare(at).strip_prefix("127.0.0.1:") {
                let around = word.split(port).collect::<Vec<_>>();
                masked.push_str(&around.join("N"));
            } else if is_number && (is_counted || is_name) {
                masked.push('N');
                masked.push_str(&word[bare(at).len()..]);
            } else if before.parse::<f64>().is_ok() && matches!(bare(at), "ms" | "s") {
                masked.push('s');
                masked.push_str(&word[bare(at).len()..]);
            } else if *word == "scheduled," {
                masked.push_str("idle,");
            } else {
                masked.push_str(word);
            }
        }
    }
    masked
}

/// A path as one would type it from the root of the workspace.
pub fn from_root(path: &Path) -> String {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent();
    let inside = root.and_then(|root| path.strip_prefix(root).ok());
    inside.unwrap_or(path).display().to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_differs_from_run_to_run_is_masked_and_nothing_else() {
        for (line, expected) in [
            (
                "left 2 tasks behind after waiting 1.4 s\n",
                "left 2 tasks behind after waiting N s\n",
            ),
            (
                "thread: tid 4711, alive for 12 ms\n",
                "thread: tid N, alive for N s\n",
            ),
            (
                "polled 3 times, at src/lib.rs:7:9",
                "polled N times, at src/lib.rs:7:9",
            ),
            ("task 12: serve, idle", "task N: serve, idle"),
            ("polled once", "polled once"),
            ("descriptor 7 to become", "descriptor N to become"),
        ] {
            assert_eq!(mask(line), expected);
        }
    }

    #[test]
    fn the_harness_is_understood() {
        let output = "running 2 tests\ntest a::fix::x ... ok\ntest a::leak::x ... FAILED\n\nfailures:\n\n\
                      ---- a::leak::x stdout ----\nleft\n\n  task\n\n\nfailures:\n    a::leak::x\n";
        let outcome = Outcome::read(output);
        assert_eq!(outcome.passed, ["a::fix::x"]);
        assert_eq!(outcome.failed["a::leak::x"], "left\n\n  task\n");
        assert_eq!(outcome.len(), 2);
    }

    #[test]
    fn what_is_not_as_it_should_be_is_told() -> io::Result<()> {
        let all = Example::all()?;
        let example = &all[0];
        let (name, report) = (example.name(), example.report()?);
        let outcome = |report: &str| Outcome {
            passed: vec![format!("{name}::fix::x")],
            failed: [(format!("{name}::leak::x"), report.to_owned())].into(),
        };
        assert_eq!(outcome(&report).complaints(example)?, [""; 0]);
        let (first, rest) = report.split_once('\n').unwrap_or_default();
        assert_eq!(
            outcome(&format!("other\n{rest}")).complaints(example)?,
            [format!(
                "{name}: the report has `other` instead of `{first}`"
            )]
        );
        assert_eq!(
            Outcome::default().complaints(example)?,
            [
                format!("{name}: the leaky test does not fail"),
                format!("{name}: the fixed test does not pass")
            ]
        );
        Ok(())
    }
}
