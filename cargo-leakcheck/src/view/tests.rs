use std::{fs, path::Path};

use serde_json::Value;

use super::*;
use crate::{baseline::Baseline, diff::Run, golden::golden, repository, run_store, samples};

/// The data of the page on a run with so many findings, and the page.
fn page(findings: usize) -> (Value, String) {
    let folder = tempfile::tempdir().expect("a folder");
    samples::workspace(folder.path()).expect("it is written");
    let packages = samples::PACKAGES.map(|name| (name.to_owned(), folder.path().join(name)));
    let repository = Repository::around(folder.path(), None, packages.into());
    let reports = folder.path().join("reports");
    samples::write(&reports, &samples::reports(findings)).expect("it is written");
    let (rounds, errors) = run_store::read(&reports);
    assert!(errors.is_empty(), "{errors:?}");
    let summary = Summary::of(&rounds, &Baseline::default());
    let path = folder.path().join("leakcheck.history");
    fs::write(&path, samples::HISTORY).expect("it is written");
    let (history, errors) = History::read(&path);
    assert!(errors.is_empty(), "{errors:?}");
    let beside = Beside {
        history: Some(&history),
        errors: &["failed to read a.json".to_owned()],
        ..Beside::default()
    };
    let page = render(&summary, &rounds, &repository, &beside);
    (embedded(&page), page)
}

/// What the script reads.
fn embedded(page: &str) -> Value {
    let (_, rest) = page.split_once("id=\"data\">").expect("data");
    let (data, _) = rest.split_once("</script>").expect("its end");
    serde_json::from_str(data).expect("JSON")
}

#[test]
fn all_that_is_known_is_in_it() {
    let (data, _) = page(3);
    let text = serde_json::to_string_pretty(&data).expect("JSON");
    golden("view.data", &format!("{text}\n"));
}

#[test]
fn places_lead_somewhere() {
    let (data, _) = page(300);
    let list = |name: &str| data[name].as_array().expect("a list");
    let texts = list("texts").len();
    let is_in = |at: &Value, many: usize| at.as_u64().is_some_and(|at| at < many as u64);
    for frame in list("frames") {
        assert!(frame[0].is_null() || is_in(&frame[0], texts), "{frame}");
        assert!(frame[4].is_null() || is_in(&frame[4], list("sources").len()));
    }
    for cause in list("causes") {
        let findings = cause["findings"].as_array().expect("findings");
        let follows = cause["follows"].as_array().expect("what follows").iter();
        let following = follows.flat_map(|follow| follow["findings"].as_array().expect("findings"));
        for at in findings.iter().chain(following) {
            assert!(is_in(at, list("findings").len()), "{at}");
        }
        assert!(!findings.is_empty());
        assert!(is_in(&cause["fingerprint"], texts));
        let nodes = cause["graph"]["nodes"].as_array().map_or(0, Vec::len);
        for edge in cause["graph"]["edges"].as_array().into_iter().flatten() {
            assert!(is_in(&edge["from"], nodes) && is_in(&edge["to"], nodes));
        }
    }
    assert_eq!(list("findings").len(), 300 + known(300), "each is there");
}

/// How many findings of the samples stand in the baseline.
fn known(findings: usize) -> usize {
    let reports = samples::reports(findings);
    reports.iter().map(|report| report.known.len()).sum()
}

#[test]
fn ten_thousand_findings_are_no_burden() {
    let (data, page) = page(10_000);
    assert!(page.len() < 24 << 20, "{} bytes", page.len());
    assert!(data["causes"].as_array().map_or(0, Vec::len) > 1000);
}

#[test]
fn no_text_is_more_than_text() {
    let rounds = [samples::hostile()];
    let summary = Summary::of(&rounds, &Baseline::default());
    let page = render(
        &summary,
        &rounds,
        &Repository::default(),
        &Beside::default(),
    );
    assert_eq!(page.matches("<script").count(), 2);
    let texts = embedded(&page)["texts"].to_string();
    assert!(
        texts.contains("</script><script>document.title"),
        "it is shown"
    );
}

#[test]
fn nothing_is_read_from_elsewhere() {
    let (_folder, repository) = repository::tests::sample();
    let secret = tempfile::NamedTempFile::new().expect("a file");
    fs::write(secret.path(), "secret-of-the-machine\n").expect("it is written");
    let mut report = samples::reports(1).remove(0);
    for leak in &mut report.leaks {
        let frame = leak.created_at.as_mut().expect("a place");
        frame.file = Some(secret.path().display().to_string());
        frame.line = Some(1);
    }
    let rounds = [vec![report]];
    let summary = Summary::of(&rounds, &Baseline::default());
    let page = render(&summary, &rounds, &repository, &Beside::default());
    assert!(!page.contains("secret-of-the-machine"));
}

#[test]
fn what_became_of_a_cause_is_told() {
    let after = [samples::reports(40)];
    let mut before = after.clone();
    before[0].retain(|report| report.package != after[0][0].package);
    let [was, is] = [&before, &after].map(|rounds| Summary::of(rounds, &Baseline::default()));
    let run = |summary| Run {
        folder: Path::new("<b>run</b>"),
        summary,
    };
    let diff = Diff::of(run(&was), run(&is));
    let beside = Beside {
        diff: Some(&diff),
        ..Beside::default()
    };
    let data = embedded(&render(&is, &after, &Repository::default(), &beside));
    let causes = data["causes"].as_array().expect("causes");
    let words: BTreeSet<&str> = causes
        .iter()
        .filter_map(|cause| cause["since"][0].as_str())
        .collect();
    assert!(words.contains("new") && words.contains("same"), "{words:?}");
    assert!(causes.iter().all(|cause| cause["since"][1].is_string()));
    let note = data["notes"][0].as_str().expect("a note");
    assert!(note.starts_with("compared with `<b>run</b>`: "), "{note}");
}
