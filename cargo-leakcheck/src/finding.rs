//! A leak of a test as all rounds of a run showed it, known or new.

use std::{collections::BTreeMap, path::Path};

use crate::{
    baseline::{Baseline, Key, Known},
    escape::{code, plain},
    report::{Frame, Leak, Level, Location, Report, Verdict},
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
    pub(crate) fingerprint: String,
    pub(crate) level: Level,
    pub(crate) status: Status,
    /// How many there were, in the round with most of them.
    pub(crate) count: usize,
    /// How many rounds showed it.
    pub(crate) rounds: usize,
}

impl Finding {
    /// Whether it fails the run.
    pub(crate) fn fails(&self) -> bool {
        self.status == Status::New && self.level == Level::Deny
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
fn is_near(frame: &Frame) -> bool {
    let file = frame.file.as_deref();
    file.is_some_and(|file| !Path::new(file).is_absolute() && !file.starts_with("./"))
}

/// What tells the leaks of a round apart.
type Identity = (Test, String, String, bool);

/// The leaks of all rounds, by test.
pub(crate) fn findings(rounds: &[Vec<Report>], baseline: &Baseline) -> Vec<Finding> {
    let mut findings: BTreeMap<(Identity, Status), Finding> = BTreeMap::new();
    for reports in rounds {
        for (identity, (finding, accepted)) in in_round(reports) {
            let listed = baseline.count(&finding.key()).max(accepted);
            let known = match finding.panic {
                Some(_) => 0,
                None => finding.count.min(listed),
            };
            for (status, count) in [(Status::New, finding.count - known), (Status::Known, known)] {
                if count == 0 {
                    continue;
                }
                findings
                    .entry((identity.clone(), status))
                    .and_modify(|before| {
                        before.count = before.count.max(count);
                        before.rounds += 1;
                    })
                    .or_insert_with(|| Finding {
                        status,
                        count,
                        ..finding.clone()
                    });
            }
        }
    }
    findings.into_values().collect()
}

/// What one round left, and how many of it the library accepted for its baseline.
fn in_round(reports: &[Report]) -> BTreeMap<Identity, (Finding, usize)> {
    let mut round: BTreeMap<Identity, (Finding, usize)> = BTreeMap::new();
    // A test may have several reports in a round: of guards and checkpoints.
    for report in reports {
        let leaks = report
            .leaks
            .iter()
            .filter(|_| report.verdict == Verdict::Leaked);
        let leaks = leaks.map(|leak| (leak, 0));
        let known = report.known.iter().map(|leak| (leak, leak.count));
        // Where there is both, what is new says how bad it is.
        for (leak, accepted) in leaks.chain(known) {
            let fingerprint = leak.fingerprint.clone();
            let identity = (
                Test::of(report),
                leak.kind.clone(),
                fingerprint,
                leak.panic.is_some(),
            );
            round
                .entry(identity)
                .and_modify(|(finding, before)| {
                    finding.count = finding.count.saturating_add(leak.count);
                    *before = before.saturating_add(accepted);
                })
                .or_insert_with(|| (finding(report, leak), accepted));
        }
    }
    round
}

fn finding(report: &Report, leak: &Leak) -> Finding {
    Finding {
        test: Test::of(report),
        test_at: report.location.clone(),
        kind: leak.kind.clone(),
        name: leak.name.clone(),
        site: leak.created_at.clone(),
        waits_at: leak
            .waits_in
            .as_ref()
            .or_else(|| leak.waits_at.iter().find(|frame| is_near(frame)))
            .cloned(),
        waits_for: leak.waits_for.as_ref().map(|awaited| awaited.what.clone()),
        panic: leak.panic.clone(),
        fingerprint: leak.fingerprint.clone(),
        level: leak.level,
        status: Status::New,
        count: leak.count,
        rounds: 1,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// Where something waits whose report says this of it.
    fn waits(more: &serde_json::Value) -> Option<String> {
        let mut leak = json!({ "kind": "thread", "fingerprint": "f1" });
        for (key, value) in more.as_object().expect("an object") {
            leak[key] = value.clone();
        }
        let report = json!({
            "format_version": 1, "test": "a", "location": { "file": "a.rs", "line": 1 }, "verdict": "leaked",
            "body": "passed", "leaks": [leak],
        });
        let report =
            crate::report::parse(&report.to_string(), Path::new("a.json")).expect("a report");
        let findings = findings(&[vec![report]], &Baseline::default());
        findings[0].waits_at.as_ref().and_then(place)
    }

    #[test]
    fn it_waits_where_a_reader_has_to_look() {
        let frame = |file: &str, line: u32| json!({ "file": file, "line": line, "function": "f" });
        let stack = [
            frame("./socket/../sysdeps/unix/sysv/linux/recv.c", 28),
            frame("/rustc/abc/library/std/src/net.rs", 5),
            frame("socket2-0.6.3/src/sys/unix.rs", 7),
            frame("src/net.rs", 31),
        ];
        let of_user = Some("src/net.rs:31".to_owned());
        assert_eq!(
            waits(&json!({ "waits_at": stack, "waits_in": stack[3] })),
            of_user
        );
        // Libraries that do not say it are older.
        let of_crate = Some("socket2-0.6.3/src/sys/unix.rs:7".to_owned());
        assert_eq!(waits(&json!({ "waits_at": stack })), of_crate);
        assert_eq!(waits(&json!({ "waits_at": [stack[0], stack[1]] })), None);
        assert_eq!(waits(&json!({})), None);
    }
}
