//! `cargo leakcheck audit`: which crates that a workspace uses are known to leak.

mod lock_file;

use std::{fmt::Write as _, path::Path};

use anstyle::{AnsiColor, Style};
use leakcheck_report::plural;
use semver::Version;

use crate::{
    advisories::{self, Advisory},
    error::Error,
};
use lock_file::Locked;

const YELLOW: Style = AnsiColor::Yellow.on_default().bold();
const GREEN: Style = AnsiColor::Green.on_default().bold();
const BOLD: Style = Style::new().bold();

/// What is known of the crates in a lock file.
#[derive(Debug)]
pub(crate) struct Audit {
    /// How many crates there are.
    crates: usize,
    known: Vec<(Locked, Vec<&'static Advisory>)>,
}

impl Audit {
    /// Of the workspace in this folder.
    pub(crate) fn of(root: &Path) -> Result<Self, Error> {
        Ok(Self::of_crates(lock_file::read(root)?))
    }

    fn of_crates(locked: Vec<Locked>) -> Self {
        let crates = locked.len();
        let known = locked.into_iter().filter_map(|locked| {
            let advisories: Vec<_> = advisories::on(&locked.name, &locked.version).collect();
            (!advisories.is_empty()).then_some((locked, advisories))
        });
        Self {
            crates,
            known: known.collect(),
        }
    }

    /// Whether one of them leaks.
    pub(crate) fn finds(&self) -> bool {
        !self.known.is_empty()
    }

    /// What is known, with styles that the writer may take away.
    pub(crate) fn render(&self) -> String {
        let crates = plural::of(self.crates, "crate", "crates");
        let mut out = match self.known.len() {
            0 => format!(
                "{GREEN}leakcheck: of {crates} in Cargo.lock none is known to leak{GREEN:#}\n"
            ),
            known => {
                let are = if known == 1 { "is" } else { "are" };
                format!(
                    "{YELLOW}leakcheck: of {crates} in Cargo.lock {known} {are} known to leak{YELLOW:#}\n"
                )
            }
        };
        for (Locked { name, version }, advisories) in &self.known {
            for advisory in advisories {
                entry(&mut out, name, version, advisory);
            }
        }
        out
    }
}

fn entry(out: &mut String, name: &str, version: &Version, advisory: &Advisory) {
    // A string takes what is written to it.
    let _ = writeln!(out, "\n{BOLD}{name} {version}{BOLD:#}: {}", advisory.leak);
    let _ = writeln!(out, "  made in: {}", advisory.site);
    let _ = match &advisory.fixed_in {
        Some(fixed) => writeln!(out, "  fixed in: {name} {fixed}"),
        None => writeln!(out, "  fixed in: no release that is known"),
    };
    let _ = writeln!(out, "  help: {}", advisory.help);
    let repository = env!("CARGO_PKG_REPOSITORY");
    let _ = writeln!(
        out,
        "  proven by: {} in {repository}",
        advisory.reproduction
    );
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::golden::golden;

    fn text(crates: &[(&str, &str)]) -> String {
        let locked = |(name, version): &(&str, &str)| Locked {
            name: (*name).to_owned(),
            version: version.parse().expect("a version"),
        };
        let audit = Audit::of_crates(crates.iter().map(locked).collect());
        assert_eq!(audit.finds(), crates.len() > 1);
        anstream::adapter::strip_str(&audit.render()).to_string()
    }

    #[test]
    fn what_is_known_is_told() {
        golden("audit_none.txt", &text(&[("axum", "0.8.4")]));
        golden(
            "audit_one.txt",
            &text(&[("axum", "0.8.3"), ("tower", "0.5.3")]),
        );
        golden(
            "audit_more.txt",
            &text(&[("async-nats", "0.51.0"), ("axum", "0.8.3"), ("a", "1.0.0")]),
        );
    }
}
