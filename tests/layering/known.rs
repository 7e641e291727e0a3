//! Circles of files that are not mended yet: the list shall become empty.

/// The files of each circle, behind the folder of their crate.
pub(crate) const KNOWN_CIRCLES: &[(&str, &[&str])] = &[
    (
        "leakcheck",
        &[
            "observe/capture/function.rs",
            "observe/capture/home.rs",
            "observe/capture/landmarks.rs",
            "observe/capture/symbol.rs",
        ],
    ),
    (
        "leakcheck",
        &[
            "check/coverage.rs",
            "check/gaps.rs",
            "check/growth.rs",
            "check/hang.rs",
            "check/look.rs",
            "check/mod.rs",
            "check/present.rs",
        ],
    ),
    (
        "leakcheck",
        &[
            "check/findings/mod.rs",
            "check/findings/numbered.rs",
            "check/findings/runtimes.rs",
        ],
    ),
    (
        "leakcheck",
        &["report/render/held.rs", "report/render/waits.rs"],
    ),
    (
        "leakcheck",
        &[
            "observe/sources/custom.rs",
            "observe/sources/fds.rs",
            "observe/sources/fds/charge.rs",
            "observe/sources/fds/pool.rs",
            "observe/sources/mod.rs",
            "observe/sources/named.rs",
            "observe/sources/processes.rs",
            "observe/sources/stacks.rs",
            "observe/sources/tasks.rs",
            "observe/sources/tasks/foreign.rs",
            "observe/sources/tasks/hooks.rs",
            "observe/sources/tasks/listed.rs",
            "observe/sources/tasks/local.rs",
            "observe/sources/tasks/sets.rs",
            "observe/sources/timers.rs",
            "observe/sources/timers/posix.rs",
        ],
    ),
    (
        "leakcheck",
        &["run/watchdog/mod.rs", "run/watchdog/watch.rs"],
    ),
];
