//! The findings as a profile of pprof: by the stack that made them, and by the stack in which they wait.

mod profile;
mod protobuf;

use std::io::Write as _;

use flate2::{Compression, GzBuilder};
use leakcheck_report::plural;

use crate::{
    escape::plain,
    finding::{Finding, Status},
    stacks,
    stored_findings::StoredFindings,
    summary::Summary,
};
use profile::Profile;

/// What the values of a sample count.
const VALUES: [(&str, &str); 2] = [("created", "things"), ("waiting", "things")];

/// The compressed profile, the same each time.
pub(crate) fn render(summary: &Summary, stored: &StoredFindings<'_>) -> Vec<u8> {
    let mut profile = Profile::new(VALUES);
    let tests = plural::of(summary.checked.len(), "test", "tests");
    profile.comment(&format!("cargo leakcheck: what {tests} left behind"));
    for finding in &summary.findings {
        let Some(leak) = stored.of_finding(finding).map(|stored| stored.leak()) else {
            continue;
        };
        let labels = labels(finding);
        let count = i64::try_from(finding.count).unwrap_or(i64::MAX);
        profile.sample(&stacks::creation(leak), [count, 0], &labels);
        let waiting = stacks::waiting(leak);
        if !waiting.is_empty() {
            profile.sample(&waiting, [0, count], &labels);
        }
    }
    compressed(&profile.end())
}

/// By what samples are chosen: `-tagfocus=kind=task`.
fn labels(finding: &Finding) -> Vec<(&'static str, String)> {
    let status = match finding.status {
        Status::New => "new",
        Status::Known => "known",
    };
    let mut labels = vec![
        ("kind", finding.kind.clone()),
        ("status", status.to_owned()),
        ("test", plain(&finding.test.name)),
        ("fingerprint", plain(&finding.fingerprint)),
    ];
    labels.extend(
        finding
            .test
            .package
            .iter()
            .map(|package| ("package", plain(package))),
    );
    labels.extend(finding.name.iter().map(|name| ("name", plain(name))));
    labels.extend(
        finding
            .whys
            .iter()
            .take(1)
            .map(|why| ("pattern", why.pattern.clone())),
    );
    labels
}

fn compressed(bytes: &[u8]) -> Vec<u8> {
    // No time and no name, so that equal profiles are equal files. Memory takes what is written to it.
    let mut gzip = GzBuilder::new().write(Vec::new(), Compression::default());
    let _ = gzip.write_all(bytes);
    gzip.finish().unwrap_or_default()
}

#[cfg(test)]
mod tests;
