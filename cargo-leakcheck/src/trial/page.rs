//! What a trial has to say besides what was left behind: what was not checked and why, and what the copy has of its own.

use std::{collections::BTreeMap, fmt::Write as _, path::PathBuf};

use leakcheck_report::plural;

use crate::{
    escape::{code, plain},
    trial::{
        cancelled::Cancelled,
        candidate::Left,
        locked::Changed,
        missing::{Missing, Why},
    },
};

/// Tests of one reason that are named.
const SHOWN: usize = 10;

/// All facts of the page.
#[derive(Debug, Default)]
pub(crate) struct Page {
    /// Tests that ran, without those of documentation.
    pub(crate) ran: usize,
    pub(crate) of_documentation: usize,
    /// Tests that failed by themselves.
    pub(crate) failed: usize,
    pub(crate) missing: Vec<Missing>,
    /// What became of the bodies, where they were to be cancelled.
    pub(crate) cancelled: Option<Cancelled>,
    /// How many tests run on each other executor.
    pub(crate) executors: BTreeMap<String, usize>,
    /// Files that are not understood, and why.
    pub(crate) unread: Vec<(PathBuf, String)>,
    pub(crate) changed: Vec<Changed>,
    pub(crate) had_no_debug_info: bool,
    /// The folder of the copy.
    pub(crate) folder: PathBuf,
}

impl Page {
    pub(crate) fn render(&self) -> String {
        let mut out = String::new();
        self.checked(&mut out);
        self.not_checked(&mut out);
        if let Some(cancelled) = &self.cancelled {
            cancelled.render(&mut out);
        }
        self.of_the_copy(&mut out);
        out
    }

    fn checked(&self, out: &mut String) {
        let checked = self.ran - self.missing.len().min(self.ran);
        let checked = match (checked, self.ran) {
            (_, 0) => "no test ran".to_owned(),
            (1, 1) => "the test that ran was checked".to_owned(),
            (checked, ran) if checked == ran => format!("all {ran} tests that ran were checked"),
            (checked, ran) => {
                let tests = plural::of(
                    ran,
                    "test that ran was checked",
                    "tests that ran were checked",
                );
                format!("{checked} of {tests}")
            }
        };
        let of_documentation = match self.of_documentation {
            0 => String::new(),
            1 => "; 1 documentation test was not".to_owned(),
            number => format!("; {number} documentation tests were not"),
        };
        let _ = writeln!(out, "\n{checked}{of_documentation}");
        if self.failed > 0 {
            let tests = plural::of(
                self.failed,
                "test failed by itself",
                "tests failed by themselves",
            );
            let versions = match self.changed[..] {
                [] => "",
                _ => ", or its other versions,",
            };
            let _ = writeln!(
                out,
                "{tests}, see above; the copy{versions} may be the reason"
            );
        }
    }

    fn not_checked(&self, out: &mut String) {
        let mut reasons: BTreeMap<usize, Vec<&Missing>> = BTreeMap::new();
        for missing in &self.missing {
            reasons.entry(rank(&missing.why)).or_default().push(missing);
        }
        for missing in reasons.values() {
            let _ = writeln!(out, "  {}:", heading(&missing[0].why, missing.len()));
            for missing in missing.iter().take(SHOWN) {
                let _ = writeln!(out, "    {}", line(missing));
            }
            if missing.len() > SHOWN {
                let more = plural::of(missing.len() - SHOWN, "more test", "more tests");
                let _ = writeln!(out, "    {more}");
            }
        }
        for (executor, number) in &self.executors {
            let tests = match number {
                1 => "1 test runs".to_owned(),
                number => format!("{number} tests run"),
            };
            let executor = code(executor);
            let _ = writeln!(
                out,
                "  {tests} on {executor}, whose tasks cannot be seen; all else was looked at"
            );
        }
        for (file, why) in &self.unread {
            let file = plain(&file.display().to_string());
            let _ = writeln!(
                out,
                "  {file} is not understood, so its tests were not checked: {}",
                plain(why)
            );
        }
    }

    /// `tokio 1.38.0 was raised to 1.54.1, and 2 more packages were: bytes and mio`
    fn changed(&self) -> Option<String> {
        let is_runtime = |changed: &&Changed| changed.name == RUNTIME;
        let first = self
            .changed
            .iter()
            .find(is_runtime)
            .or(self.changed.first())?;
        let others = self
            .changed
            .iter()
            .filter(|changed| changed.name != first.name);
        let others: Vec<String> = others.map(|changed| plain(&changed.name)).collect();
        let all = |versions: &[String]| plain(&plural::all_of(versions));
        let (before, after) = (all(&first.before), all(&first.after));
        let rest = match others.len() {
            0 => String::new(),
            1 => format!(", and 1 more package was: {}", others[0]),
            number => format!(
                ", and {number} more packages were: {}",
                plural::all_of(&others)
            ),
        };
        Some(format!(
            "{} {before} was raised to {after}{rest}",
            plain(&first.name)
        ))
    }

    fn of_the_copy(&self, out: &mut String) {
        if let Some(changed) = self.changed() {
            let _ = writeln!(out, "for the trial, {changed}, because leakcheck needs it");
        }
        if self.had_no_debug_info {
            out.push_str("for the trial, tests have debug info, which `[profile]` in Cargo.toml switches off\n");
        }
        let folder = plain(&self.folder.display().to_string());
        let _ = writeln!(
            out,
            "\nall of this is in a copy, and your files are as they were: {folder}"
        );
    }
}

/// What everyone asks for first.
const RUNTIME: &str = "tokio";

/// The order of reasons: what can be helped comes first.
fn rank(why: &Why) -> usize {
    match why {
        Why::Left(Left::Unproven) => 0,
        Why::Left(Left::Refused(_)) => 1,
        Why::Left(Left::WithOthers(_)) => 2,
        Why::Left(Left::Of2015) => 3,
        Why::Left(Left::Outside) => 4,
        Why::NoReport | Why::Left(Left::IsChecked) => 5,
        Why::Made => 6,
    }
}

/// What is so of so many tests.
fn heading(why: &Why, number: usize) -> String {
    let (one, many) = match why {
        Why::Left(Left::Unproven) => (
            "async test has an imported attribute that may not be tokio's; write it with its path",
            "async tests have an imported attribute that may not be tokio's; write it with its path",
        ),
        Why::Left(Left::Refused(_)) => (
            "test does not compile with the attribute, and ran without it",
            "tests do not compile with the attribute, and ran without it",
        ),
        Why::Left(Left::WithOthers(_)) => (
            "test is in a file or package that does not compile with the attribute, and ran without it",
            "tests are in files or packages that do not compile with the attribute, and ran without it",
        ),
        Why::Left(Left::Of2015) => (
            "test is of edition 2015, which the attribute does not work in",
            "tests are of edition 2015, which the attribute does not work in",
        ),
        Why::Left(Left::Outside) => (
            "test is in a file that is not of the repository",
            "tests are in files that are not of the repository",
        ),
        Why::NoReport | Why::Left(Left::IsChecked) => (
            "test has the attribute and left no report",
            "tests have the attribute and left no report",
        ),
        Why::Made => (
            "test is made by a macro, or by a harness of its own",
            "tests are made by macros, or by a harness of their own",
        ),
    };
    plural::of(number, one, many)
}

/// `src/a.rs:12 tests::odd: nothing here runs an async fn`
fn line(missing: &Missing) -> String {
    let at = missing.at.as_ref();
    let at = at.map_or_else(String::new, |(file, line)| {
        format!("{}:{line} ", file.display())
    });
    let why = match &missing.why {
        Why::Left(Left::Refused(why) | Left::WithOthers(why)) => format!(": {why}"),
        _ => String::new(),
    };
    plain(&format!("{at}{}{why}", missing.name))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{golden::golden, trial::cancelled::tests::some as cancelled};

    fn missing(name: &str, why: Why) -> Missing {
        Missing {
            name: name.to_owned(),
            at: (why != Why::Made).then(|| ("src/pool.rs".into(), 12)),
            why,
        }
    }

    fn page(ran: usize, missing: Vec<Missing>) -> Page {
        Page {
            ran,
            missing,
            folder: "/w/target/leakcheck/try".into(),
            ..Page::default()
        }
    }

    /// So many of each reason.
    fn all(number: usize) -> Vec<Missing> {
        let why = || "nothing here runs an `async fn`".to_owned();
        let whys = [
            Why::Made,
            Why::NoReport,
            Why::Left(Left::Outside),
            Why::Left(Left::Of2015),
            Why::Left(Left::WithOthers(why())),
            Why::Left(Left::Refused(why())),
            Why::Left(Left::Unproven),
        ];
        let names = ["tests::drains", "tests::reconnects"];
        let all = whys.into_iter().flat_map(|why| {
            names[..number]
                .iter()
                .map(move |name| missing(name, why.clone()))
        });
        all.collect()
    }

    #[test]
    fn each_sentence_fits_its_number() {
        let mut text = String::new();
        for (ran, of_documentation) in [(0, 0), (1, 1), (3, 2)] {
            let page = Page {
                of_documentation,
                failed: of_documentation,
                ..page(ran, Vec::new())
            };
            text += &page.render();
        }
        text += &page(1, vec![missing("a", Why::Made)]).render();
        let one = Page {
            executors: [("async_std".to_owned(), 1)].into(),
            unread: vec![("src/odd.rs".into(), "expected `{`".to_owned())],
            changed: vec![Changed {
                name: "tokio".to_owned(),
                before: vec!["1.38.0".to_owned()],
                after: vec!["1.54.1".to_owned()],
            }],
            had_no_debug_info: true,
            ..page(8, all(1))
        };
        text += &one.render();
        let changed = |name: &str| Changed {
            name: name.to_owned(),
            ..one.changed[0].clone()
        };
        for names in [&["bytes", "tokio"][..], &["bytes", "mio", "tokio"]] {
            let page = Page {
                failed: names.len(),
                changed: names.iter().map(|name| changed(name)).collect(),
                ..page(3, Vec::new())
            };
            text += &page.render();
        }
        let two = Page {
            executors: [("async_std".to_owned(), 2)].into(),
            ..page(20, all(2))
        };
        text += &two.render();
        for number in 0..4 {
            let page = Page {
                cancelled: Some(cancelled(number)),
                ..page(3, Vec::new())
            };
            text += &page.render();
        }
        let many: Vec<Missing> = (0..12)
            .map(|number| missing(&format!("t{number}"), Why::Made))
            .collect();
        text += &page(12, many).render();
        golden("try_page.txt", &text);
    }
}
