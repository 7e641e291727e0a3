//! The run as OpenMetrics, for what collects text files.

use std::{collections::BTreeMap, fmt::Write as _};

use leakcheck_report::Kind;

use crate::{
    escape::plain,
    finding::{Finding, Status},
    grouping::Group,
    label::Label,
    report::Level,
    summary::Summary,
};

/// All that is new, only warned of, known, or gone since it was known.
const STATES: [&str; 4] = ["fixed", "known", "new", "warned"];

/// A family of numbers, each with its labels.
type Family = BTreeMap<Vec<(&'static str, String)>, f64>;

/// The whole text. Of each package that was checked there is a number for each state and each kind that is usual, also where that
/// is zero: what is not there cannot be compared.
pub(crate) fn render(summary: &Summary, labels: &[Label]) -> String {
    let mut out = String::new();
    family(
        &mut out,
        (
            "leakcheck_findings",
            "Things that tests have left behind.",
            None,
        ),
        &findings(summary),
        labels,
    );
    family(
        &mut out,
        (
            "leakcheck_causes",
            "Mistakes that left them, each once for all of its tests.",
            None,
        ),
        &causes(summary),
        labels,
    );
    family(
        &mut out,
        ("leakcheck_tests", "Tests by what is known of them.", None),
        &tests(summary),
        labels,
    );
    let seconds = [
        ("check", summary.spent.as_secs_f64()),
        ("wait", summary.waited.as_secs_f64()),
    ];
    let seconds = seconds.map(|(what, time)| (vec![("what", what.to_owned())], time));
    family(
        &mut out,
        (
            "leakcheck_spent_seconds",
            "Time that checking took, and waiting for things to end.",
            Some("seconds"),
        ),
        &Family::from(seconds),
        labels,
    );
    out.push_str("# EOF\n");
    out
}

fn findings(summary: &Summary) -> Family {
    let mut all = Family::new();
    let labels = |kind: &str, package: &str, state: &str| {
        vec![
            ("kind", kind.to_owned()),
            ("package", package.to_owned()),
            ("state", state.to_owned()),
        ]
    };
    for checked in &summary.checked {
        let package = checked.test.package.as_deref().unwrap_or_default();
        for (kind, _) in Kind::CHOICES {
            for state in STATES {
                all.entry(labels(kind.name(), package, state)).or_default();
            }
        }
    }
    for finding in &summary.findings {
        let package = finding.test.package.as_deref().unwrap_or_default();
        *all.entry(labels(&finding.kind, package, state(finding)))
            .or_default() += number(finding.count);
    }
    for (key, known) in &summary.gone {
        *all.entry(labels(&key.kind, &key.package, "fixed"))
            .or_default() += number(known.count);
    }
    all
}

fn causes(summary: &Summary) -> Family {
    let mut all = Family::new();
    for group in Group::all(&summary.findings) {
        let first = group.first();
        let pattern = first.whys.first().map_or("none", |why| &*why.pattern);
        let labels = vec![
            ("pattern", pattern.to_owned()),
            ("state", state(first).to_owned()),
        ];
        *all.entry(labels).or_default() += 1.0;
    }
    all
}

fn tests(summary: &Summary) -> Family {
    let checked = &summary.checked;
    let mut leaking: Vec<_> = summary
        .findings
        .iter()
        .map(|finding| &finding.test)
        .collect();
    leaking.dedup(); // They are in order.
    let of = [
        ("checked", checked.len()),
        (
            "hung",
            checked
                .iter()
                .filter(|checked| checked.hung.is_some())
                .count(),
        ),
        (
            "inconclusive",
            checked
                .iter()
                .filter(|checked| checked.inconclusive)
                .count(),
        ),
        ("leaking", leaking.len()),
    ];
    of.map(|(state, count)| (vec![("state", state.to_owned())], number(count)))
        .into()
}

fn state(finding: &Finding) -> &'static str {
    match (finding.status, finding.level) {
        (Status::Known, _) => "known",
        (Status::New, Level::Warn) => "warned",
        (Status::New, Level::Deny) => "new",
    }
}

#[expect(clippy::cast_precision_loss, reason = "nobody counts so many")]
fn number(count: usize) -> f64 {
    count as f64
}

fn family(
    out: &mut String,
    (name, help, unit): (&str, &str, Option<&str>),
    family: &Family,
    added: &[Label],
) {
    let _ = writeln!(out, "# TYPE {name} gauge");
    if let Some(unit) = unit {
        let _ = writeln!(out, "# UNIT {name} {unit}");
    }
    let _ = writeln!(out, "# HELP {name} {help}");
    for (labels, value) in family {
        let added = added.iter().map(|label| (&*label.name, &label.text));
        let labels = labels.iter().map(|(key, text)| (*key, text)).chain(added);
        let labels = labels.map(|(key, text)| format!("{key}=\"{}\"", quoted(text)));
        let labels: Vec<String> = labels.collect();
        let _ = writeln!(out, "{name}{{{}}} {value}", labels.join(","));
    }
}

/// Text that ends no label.
fn quoted(text: &str) -> String {
    plain(text).replace('\\', "\\\\").replace('"', "\\\"")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{golden::golden, summary::tests as summaries};

    /// The samples of a text, read strictly by the grammar of OpenMetrics as far as gauges need it.
    fn parsed(text: &str) -> BTreeMap<String, f64> {
        let mut lines = text.lines();
        assert_eq!(lines.next_back(), Some("# EOF"));
        assert!(text.ends_with('\n'));
        let (mut samples, mut family) = (BTreeMap::new(), String::new());
        let mut seen = std::collections::BTreeSet::new();
        for line in lines {
            if let Some(rest) = line.strip_prefix("# ") {
                let (word, rest) = rest.split_once(' ').expect("a name");
                let (name, rest) = rest.split_once(' ').expect("a text");
                match word {
                    "TYPE" => {
                        assert_eq!(rest, "gauge");
                        assert!(seen.insert(name.to_owned()), "{name} is one block");
                        family = name.to_owned();
                    }
                    "UNIT" => assert!(name.ends_with(&format!("_{rest}"))),
                    "HELP" => assert!(!rest.is_empty()),
                    other => panic!("{other}"),
                }
                assert_eq!(name, family);
                continue;
            }
            let (series, value) = line.rsplit_once(' ').expect("a value");
            let labels = series
                .strip_prefix(&family)
                .expect("the name of its family");
            let labels = labels
                .strip_prefix('{')
                .and_then(|rest| rest.strip_suffix('}'));
            assert_labels(labels.expect("labels"));
            let value = value.parse().expect("a number");
            assert_eq!(
                samples.insert(series.to_owned(), value),
                None,
                "{series} is there once"
            );
        }
        samples
    }

    fn assert_labels(mut rest: &str) {
        while !rest.is_empty() {
            let (name, text) = rest.split_once("=\"").expect("a label");
            assert!(
                name.bytes().all(|c| c.is_ascii_lowercase() || c == b'_'),
                "{name}"
            );
            let mut escaped = false;
            let end = text.bytes().position(|c| {
                let ends = c == b'"' && !escaped;
                escaped = c == b'\\' && !escaped;
                ends
            });
            let end = end.expect("an end");
            rest = text[end + 1..]
                .strip_prefix(',')
                .unwrap_or(&text[end + 1..]);
        }
    }

    #[test]
    fn each_number_is_one_line() {
        let text = render(&summaries::full(), &[]);
        golden("metrics.txt", &text);
        let samples = parsed(&text);
        let of = |kind: &str, state: &str| {
            samples[&format!(
                "leakcheck_findings{{kind=\"{kind}\",package=\"my_app\",state=\"{state}\"}}"
            )]
        };
        let told = [
            of("task", "new"),
            of("fd", "warned"),
            of("timer", "known"),
            of("task", "fixed"),
            of("fd", "new"),
        ];
        assert!(
            told.iter()
                .zip([4.0, 2.0, 1.0, 1.0, 0.0])
                .all(|(one, other)| (one - other).abs() < 0.1),
            "{told:?}"
        );
    }

    /// Each number has them, whatever stands in them.
    #[test]
    fn labels_are_added_to_each_number() {
        let labels = ["stage=before", "fixed_by=\"} 1\n# EOF\\"];
        let labels = labels.map(|label| Label::read(label).expect("a label"));
        let text = render(&summaries::full(), &labels);
        let samples = parsed(&text);
        assert_eq!(
            samples.len(),
            parsed(&render(&summaries::full(), &[])).len()
        );
        let end = r#"stage="before",fixed_by="\"} 1\\n# EOF\\"}"#;
        assert!(samples.keys().all(|series| series.ends_with(end)), "{text}");
    }

    #[test]
    fn no_name_ends_its_label() {
        let mut summary = summaries::small();
        for name in ["a\"b\\", "a\nb", "}\u{202e} 1\n# EOF"] {
            summary.checked[0].test.package = Some(name.to_owned());
            summary.findings[0].test.package = Some(name.to_owned());
            parsed(&render(&summary, &[]));
        }
        parsed(&render(&summaries::clean(0), &[]));
        parsed(&render(&summaries::causes(), &[]));
    }
}
