//! Rules of `leakcheck.toml` that accepted nothing in a run of all tests.

use std::{collections::BTreeSet, fmt::Write as _, time::SystemTime};

use crate::{
    args::Runner,
    escape::plain,
    report::Report,
    rules::{self, File, Place, Rule},
    workspace::Workspace,
};

/// Variables that change what is looked at. They are not the project's, and what it needs is not theirs to say.
pub(crate) const VARIABLES: [&str; 5] = [
    "LEAKCHECK",
    "LEAKCHECK_LEVELS",
    "LEAKCHECK_SETTLE",
    "LEAKCHECK_STACKS",
    "LEAKCHECK_TRACE",
];

/// Why nothing can be said: what a run has not shown may be what a rule is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Unsure {
    /// A test that fails, be it for a leak, may have more behind that; and then the process is not checked.
    Failed,
    /// This argument may leave tests out.
    Selected(String),
    /// This variable changes what is looked at.
    Steered(&'static str),
    /// The runner counted so many tests that it did not run, or stopped before it had counted.
    LeftOut(usize),
    /// Checks that did not see everything.
    NotWhole(usize),
    /// A report could not be read.
    Unread,
    /// No package that this file holds for has one.
    Unchecked(String),
    /// This package has no checked test, or was not tested.
    Package(String),
}

/// What a run says of the rules.
#[derive(Debug, Default)]
pub(crate) struct Unused {
    /// Each with the file as the workspace names it.
    rules: Vec<(String, Rule)>,
    /// Whether documentation tests were not run either.
    is_without_documentation: bool,
    unsure: Option<Unsure>,
}

impl Unused {
    /// Of all rounds of a run. `ran` is whether all tests of the whole workspace ran, or those of some packages; or why not
    /// even these did.
    pub(crate) fn of(
        workspace: &Workspace,
        runner: Runner,
        rounds: &[Vec<Report>],
        ran: Result<bool, Unsure>,
    ) -> Self {
        let files = rules::files(workspace);
        if files.is_empty() {
            return Self::default();
        }
        let reports = || rounds.iter().flatten();
        let not_whole = reports().filter(|report| !report.is_whole()).count();
        let is_of_workspace = match ran {
            Ok(_) if not_whole > 0 => Err(Unsure::NotWhole(not_whole)),
            ran => ran,
        };
        let is_of_workspace = match is_of_workspace {
            Ok(is_of_workspace) => is_of_workspace,
            Err(unsure) => {
                return Self {
                    unsure: Some(unsure),
                    ..Self::default()
                };
            }
        };
        let tested: BTreeSet<&str> = reports()
            .filter_map(|report| report.package.as_deref())
            .collect();
        let used = used(workspace, rounds);
        let today = today();
        let mut unused = Self {
            is_without_documentation: runner == Runner::Nextest,
            ..Self::default()
        };
        for File {
            path,
            rules,
            packages,
        } in files
        {
            let name = rules::shown(&path, workspace);
            let is_tested = |package: &String| tested.contains(package.as_str());
            if !packages.iter().any(is_tested) {
                unused.unsure = Some(Unsure::Unchecked(name));
                continue;
            }
            let missing = packages.iter().find(|package| !is_tested(package));
            if let Some(package) = missing.filter(|_| !is_of_workspace) {
                unused.unsure = Some(Unsure::Package(package.clone()));
                continue;
            }
            // What has expired is not tried, and a report says where that matters.
            let is_unused = |rule: &Rule| {
                !used.contains(&(path.clone(), rule.line))
                    && rule.expires.as_ref().is_none_or(|day| *day > today)
            };
            let rules = rules.into_iter().filter(is_unused);
            unused.rules.extend(rules.map(|rule| (name.clone(), rule)));
        }
        unused
    }

    /// Whether a rule is unused for certain.
    pub(crate) fn is_some(&self) -> bool {
        !self.rules.is_empty()
    }

    /// What is to be told, which may be nothing. That nothing can be said is told to who relies on it.
    pub(crate) fn render(&self, is_denied: bool) -> String {
        let mut out = String::new();
        let fails = if is_denied { ", failing the run" } else { "" };
        let others = if self.is_without_documentation {
            "documentation tests, or tests of other features or platforms,"
        } else {
            "tests of other features or platforms"
        };
        match self.rules.len() {
            0 => {}
            1 => {
                let _ = writeln!(
                    out,
                    "\n1 unused rule{fails}: it accepted nothing in any test of this run; remove it, unless {others} need it"
                );
            }
            number => {
                let _ = writeln!(
                    out,
                    "\n{number} unused rules{fails}: they accepted nothing in any test of this run; remove them, unless \
                     {others} need them"
                );
            }
        }
        for (file, rule) in &self.rules {
            let _ = writeln!(out, "  {file}:{}: {}", rule.line, plain(&rule.pattern));
        }
        if let Some(unsure) = self.unsure.as_ref().filter(|_| is_denied) {
            let _ = writeln!(
                out,
                "\nwhether {} of leakcheck.toml are unused cannot be said: {}",
                if self.is_some() {
                    "other rules"
                } else {
                    "rules"
                },
                unsure.sentence()
            );
        }
        out
    }
}

impl Unsure {
    fn sentence(&self) -> String {
        match self {
            Self::Failed => "tests failed, and may not have come to what a rule is for".to_owned(),
            Self::Selected(arg) => format!("`{arg}` may leave tests out; run all of them"),
            Self::Steered(name) => format!("`{name}` changes what is looked at; run without it"),
            Self::LeftOut(0) => "the tests were not run to their end".to_owned(),
            Self::LeftOut(1) => "1 test was ignored or filtered out".to_owned(),
            Self::LeftOut(number) => format!("{number} tests were ignored or filtered out"),
            Self::NotWhole(1) => "1 check did not come to its end, or is inconclusive".to_owned(),
            Self::NotWhole(number) => {
                format!("{number} checks did not come to their end, or are inconclusive")
            }
            Self::Unread => "not every report could be read".to_owned(),
            Self::Unchecked(file) => format!("no test that `{file}` holds for was checked"),
            Self::Package(package) => format!(
                "no test of `{package}` was checked; if there is none to check, run with --workspace"
            ),
        }
    }
}

/// The places of all rules that accepted something. Where a report does not know its package, it may be of any.
fn used(workspace: &Workspace, rounds: &[Vec<Report>]) -> BTreeSet<Place> {
    let mut used = BTreeSet::new();
    for report in rounds.iter().flatten() {
        let sources = report
            .ignored
            .iter()
            .filter_map(|rule| rule.source.as_deref());
        for source in sources {
            used.extend(rules::places(workspace, report.package.as_deref(), source));
        }
    }
    used
}

/// By UTC, as the library has it.
fn today() -> String {
    let now = humantime::format_rfc3339_seconds(SystemTime::now()).to_string();
    now.split('T').next().unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use leakcheck_report::{Body, Ignored};

    use super::*;
    use crate::{golden::golden, report::tests::sample};

    const RULES: &str = "\
[[ignore]]
created_by = \"my_app::one\"
[[ignore]]
created_by = \"my_app::two\"
[[ignore]]
created_by = \"my_app::old\"
expires = \"2020-01-31\"
";

    /// A report of a package in which these rules accepted something.
    fn report(package: Option<&str>, sources: &[&str]) -> Report {
        let mut report = sample("a", &[]);
        report.package = package.map(str::to_owned);
        report.ignored = sources
            .iter()
            .map(|source| Ignored {
                count: 1,
                built_in: false,
                source: Some((*source).to_owned()),
                ..Ignored::default()
            })
            .collect();
        report
    }

    fn lines(reports: Vec<Report>, ran: Result<bool, Unsure>) -> (Vec<usize>, Option<Unsure>) {
        let root = tempfile::tempdir().expect("a folder");
        let workspace = rules::tests::sample(root.path(), RULES);
        let unused = Unused::of(&workspace, Runner::Test, &[reports], ran);
        let lines = unused.rules.iter().map(|(file, rule)| {
            assert_eq!(file, "leakcheck.toml");
            rule.line
        });
        (lines.collect(), unused.unsure)
    }

    #[test]
    fn a_rule_that_accepted_something_anywhere_is_used() {
        let one = "../../leakcheck.toml:1";
        let both = |source: &[&str]| vec![report(Some("a"), source), report(Some("b"), &[])];
        assert_eq!(lines(both(&[]), Ok(false)), (vec![1, 3], None));
        assert_eq!(lines(both(&[one]), Ok(false)), (vec![3], None));
        // A file of the package itself is another one.
        assert_eq!(
            lines(both(&["leakcheck.toml:1"]), Ok(false)),
            (vec![1, 3], None)
        );
        let mut unknown = both(&[]);
        unknown.push(report(None, &[one, "../../leakcheck.toml:3"]));
        assert_eq!(lines(unknown, Ok(false)), (vec![], None));
    }

    #[test]
    fn where_it_is_not_certain_nothing_is_said() {
        let only = || vec![report(Some("a"), &[])];
        let missing = Some(Unsure::Package("b".to_owned()));
        assert_eq!(lines(only(), Ok(false)), (vec![], missing));
        assert_eq!(lines(only(), Ok(true)), (vec![1, 3], None));
        let unchecked = Some(Unsure::Unchecked("leakcheck.toml".to_owned()));
        assert_eq!(lines(vec![], Ok(true)), (vec![], unchecked));
        let failed = Some(Unsure::Failed);
        assert_eq!(lines(only(), Err(Unsure::Failed)), (vec![], failed));
        let mut panicked = only();
        panicked[0].body = Body::Panicked;
        let not_whole = Some(Unsure::NotWhole(1));
        assert_eq!(lines(panicked, Ok(true)), (vec![], not_whole));
    }

    #[test]
    fn each_sentence_fits_its_number() {
        let rule = |line| {
            let rule = Rule {
                line,
                pattern: format!("created_by = \"my_app::metrics::f{line}\""),
                glob: format!("my_app::metrics::f{line}"),
                is_bounded: false,
                expires: None,
            };
            ("crates/my_app/leakcheck.toml".to_owned(), rule)
        };
        let unused = |lines: &[usize], unsure| Unused {
            rules: lines.iter().copied().map(rule).collect(),
            is_without_documentation: false,
            unsure,
        };
        let package = || Some(Unsure::Package("my_app".to_owned()));
        let mut text = String::new();
        for (lines, unsure, is_denied) in [
            (&[][..], None, true),
            (&[], Some(Unsure::Failed), false),
            (&[12], None, false),
            (&[12], None, true),
            (&[12, 20], None, false),
            (&[12, 20], package(), true),
            (&[], package(), true),
            (&[], Some(Unsure::Failed), true),
            (&[], Some(Unsure::Selected("--lib".to_owned())), true),
            (&[], Some(Unsure::Steered("LEAKCHECK_TRACE")), true),
            (&[], Some(Unsure::LeftOut(0)), true),
            (&[], Some(Unsure::LeftOut(1)), true),
            (&[], Some(Unsure::LeftOut(2)), true),
            (&[], Some(Unsure::NotWhole(1)), true),
            (&[], Some(Unsure::NotWhole(2)), true),
            (&[], Some(Unsure::Unread), true),
            (
                &[],
                Some(Unsure::Unchecked("leakcheck.toml".to_owned())),
                true,
            ),
        ] {
            let _ = writeln!(text, "-- {lines:?} {unsure:?} {is_denied}");
            text += &unused(lines, unsure).render(is_denied);
        }
        for lines in [&[12][..], &[12, 20]] {
            let _ = writeln!(text, "-- nextest {lines:?}");
            let unused = Unused {
                is_without_documentation: true,
                ..unused(lines, None)
            };
            text += &unused.render(false);
        }
        golden("unused.txt", &text);
    }
}
