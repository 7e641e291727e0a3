//! Rules of `leakcheck.toml` that accepted things which have nothing to do with each other.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write as _,
};

use leakcheck_report::plural;

use crate::{
    escape::plain,
    finding::Test,
    report::{AcceptedSite, Report},
    rules::{self, Place, Rule},
    workspace::Workspace,
};

/// As many functions of one purpose may well be.
const FUNCTIONS: usize = 3;

/// Functions and patterns that are shown of a rule.
const SHOWN: usize = 5;

/// A function for which a rule has accepted something: the key of a rule that would name it, and its path.
type Function = (String, String);

/// What is known of such a function.
#[derive(Debug)]
struct Site {
    /// `src/pool.rs:88`.
    place: Option<String>,
    /// Of a dependency its crate, of the tested crate one of its modules.
    module: String,
    /// Whether it is in the root of the tested crate, all of which no pattern should name.
    is_of_root: bool,
    tests: BTreeSet<Test>,
}

/// For what a rule has accepted things.
#[derive(Debug, Default)]
struct Reach {
    functions: BTreeMap<Function, Site>,
    /// The modules, but what the rule's own words name together counts once.
    groups: BTreeSet<String>,
    /// Whether reports have left some out.
    is_cut: bool,
}

/// Rules that are too broad, by what a run shows.
#[derive(Debug, Default)]
pub(crate) struct OverbroadRules {
    /// Each with the file as the workspace names it.
    rules: Vec<(String, Rule, Reach)>,
}

impl OverbroadRules {
    /// Of all rounds of a run, also one that did not run all tests: what was accepted was accepted.
    pub(crate) fn of(workspace: &Workspace, rounds: &[Vec<Report>]) -> Self {
        let mut reaches: BTreeMap<Place, (Rule, Reach)> = BTreeMap::new();
        for file in rules::files(workspace) {
            for rule in file.rules {
                let place = (file.path.clone(), rule.line);
                reaches.insert(place, (rule, Reach::default()));
            }
        }
        for report in rounds.iter().flatten() {
            for ignored in &report.ignored {
                let source = ignored.source.as_deref().unwrap_or_default();
                let mut places = rules::places(workspace, report.package.as_deref(), source);
                places.retain(|place| reaches.contains_key(place));
                places.dedup();
                // What may be another file's rule is not held against this one.
                let [place] = &places[..] else {
                    continue;
                };
                let Some((rule, reach)) = reaches.get_mut(place) else {
                    continue;
                };
                reach.is_cut |= ignored.unlisted > 0;
                for site in &ignored.sites {
                    reach.add(rule, report, site);
                }
            }
        }
        let broad = reaches
            .into_iter()
            .filter(|(_, (rule, reach))| !rule.is_bounded && reach.is_too_broad(rule))
            .map(|((path, _), (rule, reach))| (rules::shown(&path, workspace), rule, reach));
        Self {
            rules: broad.collect(),
        }
    }

    pub(crate) fn is_some(&self) -> bool {
        !self.rules.is_empty()
    }

    /// What is to be told, which may be nothing.
    pub(crate) fn render(&self, is_denied: bool) -> String {
        let mut out = String::new();
        if self.rules.is_empty() {
            return out;
        }
        let (rules, they) = match self.rules.len() {
            1 => ("1 over-broad rule".to_owned(), "it accepts"),
            number => (format!("{number} over-broad rules"), "they accept"),
        };
        let fails = if is_denied { ", failing the run" } else { "" };
        let _ = writeln!(
            out,
            "\n{rules}{fails}: {they} things that have nothing to do with each other, and so new leaks as well; name what is \
             meant, or say with `at_most` how many a test may leave"
        );
        for (file, rule, reach) in &self.rules {
            let everything = if accepts_everything(rule) {
                "everything, here "
            } else {
                ""
            };
            let _ = writeln!(
                out,
                "  {file}:{}: {} accepts {everything}things of {}",
                rule.line,
                plain(&rule.pattern),
                reach.extent()
            );
            reach.render(&mut out);
        }
        out
    }
}

impl Reach {
    fn add(&mut self, rule: &Rule, report: &Report, site: &AcceptedSite) {
        if site.frame.function.is_empty() {
            return;
        }
        let Whereabouts {
            module,
            group,
            is_of_root,
        } = whereabouts(rule, report, site);
        self.groups.insert(group);
        let function = (site.by.clone(), site.frame.function.clone());
        let known = self.functions.entry(function).or_insert_with(|| Site {
            place: crate::finding::place(&site.frame),
            module,
            is_of_root,
            tests: BTreeSet::new(),
        });
        known.tests.insert(Test::of(report));
    }

    fn is_too_broad(&self, rule: &Rule) -> bool {
        let is_scattered = self.functions.len() > FUNCTIONS && self.groups.len() > 1;
        is_scattered || accepts_everything(rule) && !self.functions.is_empty()
    }

    /// `5 functions in 4 modules`.
    fn extent(&self) -> String {
        let modules: BTreeSet<&str> = self.modules().collect();
        let functions = plural::of(self.functions.len(), "function", "functions");
        let modules = plural::of(modules.len(), "module", "modules");
        let more = if self.is_cut { " and more" } else { "" };
        format!("{functions} in {modules}{more}")
    }

    fn modules(&self) -> impl Iterator<Item = &str> {
        self.functions.values().map(|site| site.module.as_str())
    }

    fn render(&self, out: &mut String) {
        for ((_, function), site) in self.functions.iter().take(SHOWN) {
            let place = site.place.as_ref();
            let place = place.map_or_else(String::new, |place| format!(", {place}"));
            let tests = plural::of(site.tests.len(), "test", "tests");
            let _ = writeln!(out, "    {}{place}, in {tests}", plain(function));
        }
        more(out, self.functions.len(), "function", "functions");
        let narrower = self.narrower();
        for pattern in narrower.iter().take(SHOWN) {
            let _ = writeln!(out, "    narrower: {pattern}");
        }
        more(out, narrower.len(), "pattern", "patterns");
    }

    /// A pattern for each module: the function where it has one, and else all of it.
    fn narrower(&self) -> BTreeSet<String> {
        let mut functions: BTreeMap<&str, usize> = BTreeMap::new();
        for module in self.modules() {
            *functions.entry(module).or_default() += 1;
        }
        let pattern = |((by, function), site): (&Function, &Site)| {
            let pattern = if site.is_of_root || functions.get(site.module.as_str()) == Some(&1) {
                function.clone()
            } else {
                format!("{}::*", site.module)
            };
            plain(&format!("{by} = {pattern:?}"))
        };
        self.functions.iter().map(pattern).collect()
    }
}

fn more(out: &mut String, number: usize, one: &str, many: &str) {
    if number > SHOWN {
        let rest = plural::of(number - SHOWN, one, many);
        let _ = writeln!(out, "    and {rest} more");
    }
}

/// Whether the pattern says nothing at all.
fn accepts_everything(rule: &Rule) -> bool {
    rule.glob.contains('*') && !rule.glob.contains(|c: char| c.is_alphanumeric())
}

/// Where a function is.
struct Whereabouts {
    module: String,
    group: String,
    is_of_root: bool,
}

/// The module of a function, and what of the rule's own words tells it from others: who names a module means all that is in it,
/// and who names a dependency means all of that.
fn whereabouts(rule: &Rule, report: &Report, site: &AcceptedSite) -> Whereabouts {
    let path = site.frame.function.trim_start_matches(['<', '&']);
    let names: Vec<&str> = path.split("::").collect();
    let package = report.package.as_deref().unwrap_or_default();
    let is_own = names[0] == report.binary || names[0] == package.replace('-', "_");
    let is_module = |name: &str| name.starts_with(|c: char| c.is_lowercase() || c == '_');
    let module = match names[..] {
        // The last one is the function itself.
        [name, module, _, ..] if is_own && is_module(module) => format!("{name}::{module}"),
        _ => names[0].to_owned(),
    };
    let stated = rule.glob.split('*').next().unwrap_or_default();
    let is_stated = match stated.split_once("::") {
        Some((_, behind)) => !is_own || !behind.is_empty(),
        None => !is_own && !stated.is_empty(),
    };
    let is_named = rule.pattern.starts_with(&format!("{} =", site.by));
    Whereabouts {
        group: if is_named && is_stated {
            stated.to_owned()
        } else {
            module.clone()
        },
        is_of_root: is_own && module == names[0],
        module,
    }
}

#[cfg(test)]
mod tests {
    use leakcheck_report::{Frame, Ignored};

    use super::*;
    use crate::{golden::golden, report::tests::sample};

    /// A report of package `a` in which the rule accepted something for these functions.
    fn report(test: &str, by: &str, functions: &[&str]) -> Report {
        let site = |(at, function): (u32, &&str)| AcceptedSite {
            by: by.to_owned(),
            frame: Frame {
                file: Some("src/lib.rs".to_owned()),
                line: Some(at + 1),
                column: None,
                function: (*function).to_owned(),
            },
            count: 1,
        };
        let mut report = sample(test, &[]);
        report.package = Some("a".to_owned());
        report.ignored = vec![Ignored {
            source: Some("../../leakcheck.toml:1".to_owned()),
            sites: (0..).zip(functions).map(site).collect(),
            ..Ignored::default()
        }];
        report
    }

    fn broad(rule: &str, reports: Vec<Report>) -> OverbroadRules {
        let root = tempfile::tempdir().expect("a folder");
        let workspace = rules::tests::sample(root.path(), &format!("[[ignore]]\n{rule}\n"));
        OverbroadRules::of(&workspace, &[reports])
    }

    fn is_broad(rule: &str, by: &str, functions: &[&str]) -> bool {
        broad(rule, vec![report("t", by, functions)]).is_some()
    }

    #[test]
    fn what_belongs_together_is_not_broad() {
        let own = ["a::pool::f", "a::log::g", "a::log::Log::h", "a::cache::i"];
        for (rule, functions) in [
            // A module, or the beginning of its name.
            (
                r#"created_by = "a::log::*""#,
                &["a::log::b::f", "a::log::c::g", "a::log::h", "a::log::i"],
            ),
            (
                r#"created_by = "a::lo*""#,
                &["a::log::f", "a::log2::g", "a::log3::h", "a::log4::i"],
            ),
            // Dependencies, by what their names have in common.
            (
                r#"created_by = "moka::*""#,
                &["moka::a::f", "moka::b::g", "moka::c::h", "moka::d::i"],
            ),
            (
                r#"created_by = "aws_*""#,
                &["aws_a::f", "aws_b::g", "aws_c::h", "aws_d::i"],
            ),
            (
                r#"created_by = "*keeper*""#,
                &[
                    "moka::keeper",
                    "moka::keepers",
                    "moka::b::keeper",
                    "moka::c::keeper",
                ],
            ),
            // Few.
            (
                r#"created_by = "a::*""#,
                &["a::pool::f", "a::log::g", "a::cache::h", "a::cache::h"],
            ),
            // Types are no modules.
            (
                r#"created_by = "a::*""#,
                &["a::Pool::f", "a::Log::g", "a::Cache::h", "a::Server::i"],
            ),
            ("created_by = \"a::*\"\nat_most = 2", &own),
        ] {
            assert!(!is_broad(rule, "created_by", functions), "{rule}");
        }
    }

    #[test]
    fn what_does_not_is() {
        let own = ["a::pool::f", "a::log::g", "a::log::Log::h", "a::cache::i"];
        for rule in [
            r#"created_by = "a::*""#,
            r#"created_by = "*::tests::*""#,
            r#"created_by = "tokio::*""#,
            r#"created_by = "std::thread::spawn""#,
            r#"top_function = "a::pool::f""#,
            r#"thread_name = "worker-*""#,
        ] {
            let by = if rule.contains("tokio") || rule.contains("std") {
                "any"
            } else {
                "created_by"
            };
            assert!(is_broad(rule, by, &own), "{rule}");
        }
        // The tests' own binary, and dependencies.
        let binary = ["pool::f", "pool::g", "moka::h", "a::i"];
        assert!(is_broad(r#"thread_name = "a*""#, "created_by", &binary));
        assert!(is_broad(r#"created_by = "*""#, "created_by", &["a::f"]));
        assert!(!is_broad(r#"created_by = "*""#, "created_by", &[]));
    }

    #[test]
    fn what_may_be_another_rules_is_not_counted() {
        let root = tempfile::tempdir().expect("a folder");
        let rule = "[[ignore]]\ncreated_by = \"*\"\n";
        let workspace = rules::tests::sample(root.path(), rule);
        let of_nobody = |source: &str| {
            let mut report = report("main", "created_by", &["a::f"]);
            report.package = None;
            report.ignored[0].source = Some(source.to_owned());
            OverbroadRules::of(&workspace, &[vec![report]]).rules.len()
        };
        // Both packages mean the one file above them.
        assert_eq!(of_nobody("../../leakcheck.toml:1"), 1);
        assert_eq!(of_nobody("leakcheck.toml:1"), 0);
        for package in workspace.packages.values() {
            std::fs::write(package.join("leakcheck.toml"), rule).expect("it is written");
        }
        assert_eq!(of_nobody("leakcheck.toml:1"), 0);
    }

    #[test]
    fn each_sentence_fits_its_numbers() {
        let mut text = String::new();
        let functions = [
            "a::pool::f",
            "a::log::g",
            "a::log::Log::h",
            "moka::i",
            "a::j",
            "a::k",
            "a::l::m",
        ];
        let mut cut = report("u", "created_by", &functions[1..4]);
        cut.ignored[0].unlisted = 3;
        let whole = || report("t", "created_by", &functions[..5]);
        for (rule, reports, is_denied) in [
            (r#"created_by = "a::*""#, vec![whole()], false),
            (
                r#"created_by = "*""#,
                vec![report("t", "created_by", &functions[..1])],
                true,
            ),
            (
                r#"thread_name = "worker-*""#,
                vec![whole(), cut, report("v", "created_by", &functions)],
                true,
            ),
        ] {
            let _ = writeln!(text, "-- {rule} {is_denied}");
            text += &broad(rule, reports).render(is_denied);
        }
        let mut two = broad(r#"created_by = "a::*""#, vec![whole()]);
        two.rules
            .extend(broad(r#"created_by = "*""#, vec![whole()]).rules);
        text += "-- two\n";
        text += &two.render(false);
        golden("overbroad_rules.txt", &text);
    }
}
