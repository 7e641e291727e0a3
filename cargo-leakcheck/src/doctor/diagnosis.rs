//! What the doctor says.

use std::fmt::Write as _;

use anstyle::{AnsiColor, Style};
use leakcheck_report::plural;

use super::{
    dependencies::Dependencies,
    machine::Machine,
    profile::Build,
    proof::{Proof, Seen, notes_memory},
    shortcoming,
};
use crate::escape::plain;

const RED: Style = AnsiColor::Red.on_default().bold();
const GREEN: Style = AnsiColor::Green.on_default().bold();
const YELLOW: Style = AnsiColor::Yellow.on_default().bold();

/// What was found of the planted leaks, and what explains it.
#[derive(Clone, Debug)]
pub(crate) struct Diagnosis {
    pub(super) dependencies: Dependencies,
    pub(super) machine: Machine,
    pub(super) build: Build,
    pub(super) proofs: Vec<Proof>,
}

impl Diagnosis {
    /// Whether each planted leak was found.
    pub(crate) fn finds_all(&self) -> bool {
        self.proofs.iter().all(Proof::is_found)
    }

    /// All of it, with styles that the writer may take away.
    pub(crate) fn render(&self) -> String {
        let mut out = self.headline();
        let _ = writeln!(
            out,
            "  leakcheck {} and tokio {}; debug = {}, opt-level = {}; {}, {}\n",
            self.dependencies.leakcheck.version,
            self.dependencies.tokio.version,
            self.build.tests.debug_info,
            plain(&self.build.tests.optimisation),
            self.machine.system,
            self.machine.processor
        );
        self.proofs.iter().for_each(|proof| tell(&mut out, proof));
        out.push_str(self.memory());
        self.shortcomings(&mut out);
        out
    }

    fn headline(&self) -> String {
        let planted = self.proofs.len();
        match self.proofs.iter().filter(|proof| proof.is_found()).count() {
            found if found == planted => {
                format!("{GREEN}leakcheck: all {planted} planted leaks were found{GREEN:#}\n")
            }
            found => {
                let were = plural::of(found, "was", "were");
                format!("{RED}leakcheck: of {planted} planted leaks only {were} found{RED:#}\n")
            }
        }
    }

    /// What it takes that memory is looked at.
    fn memory(&self) -> &'static str {
        if notes_memory(&self.dependencies.leakcheck) {
            "    in test binaries whose global allocator is `leakcheck::Heap`\n"
        } else {
            "  allocation: not looked at, which takes a feature: leakcheck = { version = \"0.1\", features = [\"heap\"] }\n"
        }
    }

    fn shortcomings(&self, out: &mut String) {
        let all = shortcoming::all(&self.machine, &self.build, &self.dependencies, &self.proofs);
        for shortcoming in all {
            let remedy = shortcoming.remedy();
            let _ = writeln!(out, "\n{YELLOW}note{YELLOW:#}: {}", plain(&remedy.reason));
            for line in remedy.lines {
                let _ = writeln!(out, "    {line}");
            }
        }
    }
}

/// `task: found, with the line that made it and where it waits`
fn tell(out: &mut String, proof: &Proof) {
    let (kind, _) = plural::words(proof.kind);
    let found = match proof.seen {
        None => format!("{RED}not found{RED:#}"),
        Some(seen) => format!("{GREEN}found{GREEN:#}, {}", known(seen)),
    };
    let _ = writeln!(out, "  {kind}: {found}");
    for why in &proof.why {
        let _ = writeln!(out, "    {}", plain(why));
    }
}

fn known(seen: Seen) -> &'static str {
    match (seen.has_place, seen.has_wait) {
        (true, None) => "with the line that made it",
        (true, Some(true)) => "with the line that made it and where it waits",
        (true, Some(false)) => "with the line that made it, but not where it waits",
        (false, Some(true)) => "with where it waits, but not the line that made it",
        (false, None) => "but not the line that made it",
        (false, Some(false)) => "but neither the line that made it nor where it waits",
    }
}

#[cfg(test)]
mod tests;
