//! The machine on which tests run.

use std::{env, path::Path};

/// What of it decides what can be seen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Machine {
    pub(super) system: &'static str,
    pub(super) processor: &'static str,
    /// Whether the kernel tells of processes.
    pub(super) has_proc: bool,
    /// Variables that are set and change what is looked at.
    pub(super) variables: Vec<&'static str>,
}

/// Variables of which the planted leaks know nothing, but the tests of the user.
const VARIABLES: [&str; 4] = [
    "LEAKCHECK",
    "LEAKCHECK_LEVELS",
    "LEAKCHECK_STACKS",
    "LEAKCHECK_TRACE",
];

impl Machine {
    pub(super) fn of_this() -> Self {
        let is_set = |name: &&str| env::var_os(name).is_some_and(|value| !value.is_empty());
        Self {
            system: env::consts::OS,
            processor: env::consts::ARCH,
            has_proc: Path::new("/proc/self/task").is_dir(),
            variables: VARIABLES.into_iter().filter(is_set).collect(),
        }
    }

    /// Whether leakcheck knows the machine.
    pub(super) fn is_supported(&self) -> bool {
        self.system == "linux" && ["x86_64", "aarch64"].contains(&self.processor)
    }
}
