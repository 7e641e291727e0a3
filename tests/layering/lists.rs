//! The layers of each crate.

/// The order of one crate.
pub(crate) struct Order {
    /// The folder of the crate.
    pub(crate) krate: &'static str,
    /// The folder of `src` whose modules have layers.
    pub(crate) folder: &'static str,
    /// Modules by layer, lowest first. A module may use those of the lines above its own, and no other.
    pub(crate) layers: &'static [&'static [&'static str]],
    pub(crate) rest: Rest,
    /// Where `unsafe` code may be.
    pub(crate) unsafe_home: &'static str,
}

/// What holds for modules that have no layer.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Rest {
    /// There may be none.
    IsRefused,
    /// They may use and be used.
    IsFree,
}

pub(crate) const ORDERS: [&Order; 4] = [&LIBRARY, &READER, &MACROS, &TOOL];

pub(crate) const LIBRARY: Order = Order {
    krate: "leakcheck",
    folder: "",
    layers: &[
        &["model"],
        &["entry", "error", "sync", "probe"],
        &["subject", "sys"],
        &["capture", "registry", "scope"],
        &["sources", "statics"],
        &["ignore"],
        &["options"],
        &["diff", "settle", "suite"],
        &["drive", "explain"],
        &["env"],
        &["config"],
        &["background", "check"],
        &["render"],
        &["output"],
        &["asked", "outcome"],
        &["watchdog"],
        &["find", "runtime", "snapshot", "tracked"],
        &["checkpoint", "guard", "whole"],
        &["at_exit", "harness"],
        &["collect"],
        &["private"],
    ],
    rest: Rest::IsRefused,
    unsafe_home: "sys",
};

/// Steps from the memory of the process to its tasks.
pub(crate) const READER: Order = Order {
    krate: "leakcheck-introspect",
    folder: "read",
    layers: &[
        &["memory"],
        &["dwarf"],
        &["name"],
        &["trail"],
        &["value"],
        &["tokio"],
        &["alive"],
        &["decode"],
        &["roll"],
    ],
    rest: Rest::IsFree,
    unsafe_home: "read/memory",
};

pub(crate) const MACROS: Order = Order {
    krate: "leakcheck-macros",
    folder: "",
    layers: &[
        &["source_scan", "attr", "errors", "suggest"],
        &["key_value", "unregistered", "test_fn"],
        &["already_expanded", "runtime", "should_panic", "suite"],
        &["args"],
        &["body", "module"],
        &["collect", "form"],
        &["defer"],
        &["expand"],
    ],
    rest: Rest::IsRefused,
    // In what is expanded there.
    unsafe_home: "module/tests.rs",
};

pub(crate) const TOOL: Order = Order {
    krate: "cargo-leakcheck",
    folder: "",
    layers: &[
        &["escape", "golden", "wording"],
        &["args", "error", "exit", "selection"],
        &["output"],
        &["baseline", "report", "workspace"],
        &["finding", "rules", "run_store"],
        &["overbroad_rules", "summary", "unused"],
        &["repository", "grouping", "runner_output"],
        &["annotate", "progress"],
        &["run", "text"],
        &["junit", "markdown", "sarif"],
        &["hostile", "session"],
        &["main"],
    ],
    rest: Rest::IsRefused,
    unsafe_home: "nowhere",
};
