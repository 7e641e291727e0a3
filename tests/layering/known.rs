//! Circles of files that are not mended yet: the list shall become empty.

/// The files of each circle, behind the folder of their crate.
pub(crate) const KNOWN_CIRCLES: &[(&str, &[&str])] = &[
    (
        "leakcheck",
        &["sys/linux/cells.rs", "sys/linux/cells/probe.rs"],
    ),
    (
        "leakcheck",
        &[
            "sys/linux/fds.rs",
            "sys/linux/fds/closing.rs",
            "sys/linux/fds/stubs.rs",
            "sys/linux/stacks/awaited.rs",
        ],
    ),
    (
        "leakcheck",
        &[
            "sys/linux/next/descriptors.rs",
            "sys/linux/next/dynamic.rs",
            "sys/linux/next/fixed.rs",
            "sys/linux/next/mod.rs",
            "sys/linux/threads.rs",
            "sys/linux/threads/naming.rs",
            "sys/linux/threads/stack.rs",
        ],
    ),
    (
        "leakcheck",
        &[
            "sys/linux/objects.rs",
            "sys/objects.rs",
            "sys/portable/objects.rs",
        ],
    ),
    (
        "leakcheck",
        &[
            "sys/linux/stack.rs",
            "sys/origin.rs",
            "sys/portable/stack.rs",
        ],
    ),
];
