//! What keeps leakcheck from seeing more, and the line that changes it.

use super::{
    dependencies::Dependencies,
    machine::Machine,
    profile::{Build, DebugInfo},
    proof::Proof,
};
use leakcheck_report::Kind;

/// One reason.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Shortcoming {
    /// Something is set for this shell that changes what is looked at.
    Variable(&'static str),
    /// No system or processor that is known.
    Machine(String),
    /// The kernel does not tell.
    NoProc,
    /// The profile of tests strips.
    Strips,
    /// The tests have too little debug info.
    TestsDebugInfo(DebugInfo),
    /// So has tokio.
    TokioDebugInfo(DebugInfo),
    /// Optimised code lacks some of it.
    Optimised(String),
    /// A crate that may be the global allocator.
    Allocator(String),
    /// Where timers were made is heard through `tracing` only.
    TimerPlaces,
}

/// A reason in words, and the lines that change it.
pub(super) struct Remedy {
    pub(super) reason: String,
    pub(super) lines: &'static [&'static str],
}

/// All that there are, those first that take most away.
pub(super) fn all(
    machine: &Machine,
    build: &Build,
    dependencies: &Dependencies,
    proofs: &[Proof],
) -> Vec<Shortcoming> {
    let mut all: Vec<Shortcoming> = machine
        .variables
        .iter()
        .copied()
        .map(Shortcoming::Variable)
        .collect();
    all.extend(of_machine(machine));
    all.extend(of_build(build));
    all.extend(
        dependencies
            .allocators
            .iter()
            .cloned()
            .map(Shortcoming::Allocator),
    );
    let is_timer = |proof: &&Proof| proof.kind == Kind::Timer;
    if proofs.iter().find(is_timer).is_some_and(Proof::lacks_place) {
        all.push(Shortcoming::TimerPlaces);
    }
    all
}

fn of_machine(machine: &Machine) -> Option<Shortcoming> {
    if !machine.is_supported() {
        Some(Shortcoming::Machine(format!(
            "{}, {}",
            machine.system, machine.processor
        )))
    } else if !machine.has_proc {
        Some(Shortcoming::NoProc)
    } else {
        None
    }
}

fn of_build(build: &Build) -> Vec<Shortcoming> {
    let mut all = Vec::new();
    if build.strips {
        all.push(Shortcoming::Strips);
    }
    if build.tests.debug_info != DebugInfo::Full {
        all.push(Shortcoming::TestsDebugInfo(build.tests.debug_info));
    }
    // What holds for all packages is told once.
    let is_apart = build.tokio.debug_info != build.tests.debug_info;
    if is_apart && build.tokio.debug_info != DebugInfo::Full {
        all.push(Shortcoming::TokioDebugInfo(build.tokio.debug_info));
    }
    if build.tests.is_optimised() {
        all.push(Shortcoming::Optimised(build.tests.optimisation.clone()));
    }
    all
}

impl Shortcoming {
    pub(super) fn remedy(&self) -> Remedy {
        Remedy {
            reason: self.reason(),
            lines: self.lines(),
        }
    }

    fn reason(&self) -> String {
        match self {
            Self::Variable(name) => format!("{name} is set here, and changes what your tests look at; the planted leaks ran without it"),
            Self::Machine(machine) => format!("leakcheck sees everything on Linux with x86_64 or aarch64; on {machine} it counts tasks"),
            Self::NoProc => "/proc is not mounted, from where threads, descriptors and processes are read".to_owned(),
            Self::Strips => "the profile strips debug info, which says where things were made and where they wait".to_owned(),
            Self::TestsDebugInfo(has) => format!("tests are built with debug = {has}, and what tasks are and where they wait is read from full debug info"),
            Self::TokioDebugInfo(has) => format!("tokio is built with debug = {has}, and its tasks are read by full debug info"),
            Self::Optimised(level) => format!("tests are built with opt-level = {level}, and optimised code does not tell all that a task holds"),
            Self::Allocator(krate) => format!("{krate} is used: in a test that has it as the global allocator, it is not known where tasks were made"),
            Self::TimerPlaces => "where a timer was made is heard only through tracing".to_owned(),
        }
    }

    fn lines(&self) -> &'static [&'static str] {
        match self {
            Self::Variable(_) | Self::Machine(_) | Self::NoProc | Self::Allocator(_) => &[],
            Self::Strips => &["# Cargo.toml", "[profile.dev]", "strip = false"],
            Self::TestsDebugInfo(_) => &["# Cargo.toml", "[profile.dev]", "debug = true"],
            Self::TokioDebugInfo(_) => &[
                "# Cargo.toml",
                "[profile.dev.package.tokio]",
                "debug = true",
            ],
            Self::Optimised(_) => &["# Cargo.toml", "[profile.test]", "opt-level = 0"],
            Self::TimerPlaces => &[
                "# Cargo.toml",
                "leakcheck = { version = \"0.1\", features = [\"tracing\"] }",
                "# .cargo/config.toml",
                "[build]",
                "rustflags = [\"--cfg\", \"tokio_unstable\"]",
            ],
        }
    }
}
