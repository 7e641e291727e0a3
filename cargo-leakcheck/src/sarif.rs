//! The findings as SARIF 2.1.0, which code scanning and editors read.

mod fix;
mod parts;

use std::collections::BTreeMap;

use fix::{Fix, Fixes};
use leakcheck_report::{Kind, Pattern, plural};
use parts::{ArtifactLocation, Message, artifact, message};
use serde::Serialize;

use crate::{
    annotate,
    escape::plain,
    finding::Status,
    grouping::Group,
    mistake, over_budget,
    page::{markdown, page},
    report::Level,
    repository::{Place, Repository},
    summary::Summary,
};

const SCHEMA: &str =
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

#[derive(Serialize)]
struct Log {
    #[serde(rename = "$schema")]
    schema: &'static str,
    version: &'static str,
    runs: [Run; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Run {
    tool: Tool,
    /// Columns are those of rustc, which counts characters.
    column_kind: &'static str,
    results: Vec<SarifResult>,
}

#[derive(Serialize)]
struct Tool {
    driver: Driver,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Driver {
    name: &'static str,
    version: &'static str,
    information_uri: &'static str,
    rules: Vec<Rule>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Rule {
    id: String,
    short_description: Message,
    #[serde(skip_serializing_if = "Option::is_none")]
    help: Option<Help>,
}

#[derive(Serialize)]
struct Help {
    text: String,
    markdown: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SarifResult {
    rule_id: String,
    rule_index: usize,
    level: &'static str,
    message: Message,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    locations: Vec<Location>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    related_locations: Vec<RelatedLocation>,
    #[serde(skip_serializing_if = "Option::is_none")]
    partial_fingerprints: Option<Fingerprints>,
    #[serde(skip_serializing_if = "Option::is_none")]
    baseline_state: Option<&'static str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    fixes: Vec<Fix>,
}

#[derive(Serialize)]
struct Fingerprints {
    #[serde(rename = "leakcheck/v1")]
    leakcheck: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Location {
    physical_location: PhysicalLocation,
}

#[derive(Serialize)]
struct RelatedLocation {
    id: usize,
    message: Message,
    #[serde(flatten)]
    location: Location,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct PhysicalLocation {
    artifact_location: ArtifactLocation,
    region: Region,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Region {
    start_line: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    start_column: Option<u32>,
}

/// Each cause of each test is one result, which what follows is related to; known ones are notes.
pub(crate) fn render(summary: &Summary, repository: &Repository) -> String {
    let mut rules = Rules::default();
    let mut fixes = Fixes::new(repository);
    let mut results: Vec<SarifResult> = Group::each(&summary.findings)
        .iter()
        .map(|group| {
            let result = of_cause(group, summary, repository, &mut rules);
            let new = (group.first().status == Status::New).then(|| group.first());
            let fixes = new
                .and_then(|finding| fixes.of(finding))
                .into_iter()
                .collect();
            SarifResult { fixes, ..result }
        })
        .collect();
    for checked in &summary.checked {
        for (breach, text) in over_budget::sentences(checked) {
            let (rule_id, rule_index) = rules.find("over-budget", |_| {
                "A test that had more alive at one time, or made more in a second, than its budget allows".to_owned()
            });
            results.push(SarifResult {
                rule_id,
                rule_index,
                level: match breach.level {
                    Level::Deny => "error",
                    Level::Warn => "warning",
                },
                message: message(&text),
                locations: locations(over_budget::line(checked, breach, repository)),
                related_locations: Vec::new(),
                partial_fingerprints: None,
                baseline_state: summary.has_baseline.then_some("new"),
                fixes: Vec::new(),
            });
        }
        let Some(text) = annotate::fault(checked) else {
            continue;
        };
        let package = checked.test.package.as_deref();
        let (rule_id, rule_index) = match checked.cancelled {
            None => rules.find("hang", |_| "A test whose body did not end".to_owned()),
            Some(_) => rules.find("cancel", |_| {
                "A test that failed when its body was cancelled".to_owned()
            }),
        };
        results.push(SarifResult {
            rule_id,
            rule_index,
            level: if checked.failed { "error" } else { "warning" },
            message: message(&text),
            locations: locations(repository.of_location(&checked.at, package)),
            related_locations: Vec::new(),
            partial_fingerprints: None,
            baseline_state: summary.has_baseline.then_some("new"),
            fixes: Vec::new(),
        });
    }
    let log = Log {
        schema: SCHEMA,
        version: "2.1.0",
        runs: [Run {
            tool: Tool {
                driver: Driver {
                    name: "leakcheck",
                    version: env!("CARGO_PKG_VERSION"),
                    information_uri: env!("CARGO_PKG_REPOSITORY"),
                    rules: rules.all,
                },
            },
            column_kind: "unicodeCodePoints",
            results,
        }],
    };
    let mut text = serde_json::to_string_pretty(&log).unwrap_or_default();
    text.push('\n');
    text
}

fn of_cause(
    group: &Group<'_>,
    summary: &Summary,
    repository: &Repository,
    rules: &mut Rules,
) -> SarifResult {
    let finding = group.first();
    let (rule_id, rule_index) = match finding.whys.first() {
        Some(why) => rules.find(&why.pattern, |pattern| match pattern {
            Some(pattern) => pattern.about().trim_end_matches('.').to_owned(),
            None => plain(&why.text),
        }),
        None => rules.find(&finding.kind, |_| description(&finding.kind)),
    };
    let (level, state) = match (finding.status, finding.level) {
        (Status::Known, _) => ("note", "unchanged"),
        (Status::New, Level::Warn) => ("warning", "new"),
        (Status::New, Level::Deny) => ("error", "new"),
    };
    SarifResult {
        rule_id,
        rule_index,
        level,
        message: message(&mistake::sentence(group)),
        locations: locations(repository.of_finding(finding)),
        related_locations: related(group, repository),
        partial_fingerprints: Some(Fingerprints {
            leakcheck: plain(&format!("{}/{}", finding.fingerprint, finding.test.name)),
        }),
        baseline_state: summary.has_baseline.then_some(state),
        fixes: Vec::new(),
    }
}

/// Where what follows was made, and why it follows.
fn related(group: &Group<'_>, repository: &Repository) -> Vec<RelatedLocation> {
    let related = group.followers().iter().filter_map(|finding| {
        let count = plural::named(finding.count, &finding.kind);
        let because = finding.follows.as_ref()?.because.as_deref();
        let because = because.map_or_else(String::new, |because| format!(": {}", plain(because)));
        let location = locations(repository.of_finding(finding)).pop()?;
        Some((message(&format!("{count}{because}")), location))
    });
    let numbered = (1..).zip(related);
    numbered
        .map(|(id, (message, location))| RelatedLocation {
            id,
            message,
            location,
        })
        .collect()
}

/// The rules that have results.
#[derive(Default)]
struct Rules {
    all: Vec<Rule>,
    /// Where each of them is.
    known: BTreeMap<String, usize>,
}

impl Rules {
    /// Identifier and index of the rule of a pattern or kind, which is added where it is new.
    fn find(
        &mut self,
        name: &str,
        description: impl FnOnce(Option<Pattern>) -> String,
    ) -> (String, usize) {
        let id = format!("leakcheck/{name}");
        let next = self.all.len();
        let index = *self.known.entry(id.clone()).or_insert(next);
        if index == next {
            let pattern = Pattern::named(name);
            self.all.push(Rule {
                id: id.clone(),
                short_description: message(&description(pattern)),
                help: pattern.map(|pattern| Help {
                    text: page(pattern),
                    markdown: markdown(pattern),
                }),
            });
        }
        (id, index)
    }
}

fn description(kind: &str) -> String {
    let what = Kind::named(kind).map(|kind| format!("A {}", plural::words(kind).0));
    what.unwrap_or_else(|| "Something".to_owned()) + " that outlives its test"
}

fn locations(place: Option<Place>) -> Vec<Location> {
    let location = |place: Place| Location {
        physical_location: PhysicalLocation {
            artifact_location: artifact(&place.file),
            region: Region {
                start_line: place.line,
                start_column: place.column,
            },
        },
    };
    place.map(location).into_iter().collect()
}

#[cfg(test)]
mod tests {
    use std::fs;

    use serde_json::Value;

    use super::*;
    use crate::{golden::golden, repository::tests::sample, summary::tests as summaries};

    #[test]
    fn it_is_complete() {
        let (folder, repository) = sample();
        golden("full.sarif", &render(&summaries::full(), &repository));
        golden("causes.sarif", &render(&summaries::causes(), &repository));
        golden(
            "over_budget.sarif",
            &render(&summaries::over_budget(), &repository),
        );
        golden("small.sarif", &render(&summaries::small(), &repository));
        let path = folder.path().join("rust/leakcheck.toml");
        fs::write(path, "settle = \"1s\"\n").expect("it is written");
        let mut fixed = summaries::small();
        fixed.findings[0].accept = Some("ignore_created_by(\"my_app::pool::*\")".to_owned());
        golden("fixes.sarif", &render(&fixed, &repository));
        golden("clean.sarif", &render(&summaries::clean(1), &repository));
    }

    /// What the schema requires of the objects that are used, and the values that it allows.
    #[test]
    fn required_properties_are_there() {
        let (_folder, repository) = sample();
        for summary in [
            summaries::full(),
            summaries::causes(),
            summaries::small(),
            summaries::over_budget(),
            summaries::clean(0),
        ] {
            let log: Value = serde_json::from_str(&render(&summary, &repository)).expect("JSON");
            assert_eq!(log["version"], "2.1.0");
            let run = &log["runs"][0];
            let driver = &run["tool"]["driver"];
            assert_eq!(driver["name"], "leakcheck");
            let rules = driver["rules"].as_array().expect("rules");
            let mut ids: Vec<&str> = rules
                .iter()
                .filter_map(|rule| rule["id"].as_str())
                .collect();
            assert_eq!(ids.len(), rules.len());
            ids.dedup();
            assert_eq!(ids.len(), rules.len(), "rules are unique");
            for result in run["results"].as_array().expect("results") {
                assert!(result["message"]["text"].is_string());
                let index = usize::try_from(result["ruleIndex"].as_u64().expect("an index"));
                assert_eq!(rules[index.expect("small")]["id"], result["ruleId"]);
                let level = result["level"].as_str().expect("a level");
                assert!(["none", "note", "warning", "error"].contains(&level));
                let state = &result["baselineState"];
                assert!(
                    state.is_null()
                        || ["new", "unchanged"].contains(&state.as_str().unwrap_or_default())
                );
                let related = result["relatedLocations"].as_array();
                let related = related.into_iter().flatten();
                for location in related.clone() {
                    assert!(location["message"]["text"].is_string() && location["id"].is_u64());
                }
                let made = result["locations"].as_array().into_iter().flatten();
                for location in made.chain(related) {
                    let place = &location["physicalLocation"];
                    assert!(place["artifactLocation"]["uri"].is_string());
                    assert!(place["region"]["startLine"].as_u64() >= Some(1));
                }
            }
        }
    }
}
