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

pub(crate) const ORDERS: [&Order; 5] = [&WRITTEN, &LIBRARY, &READER, &MACROS, &TOOL];

/// What is written down, for all of the others.
pub(crate) const WRITTEN: Order = Order {
    krate: "leakcheck-report",
    folder: "",
    layers: &[
        &[
            "escape",
            "fingerprint",
            "json",
            "kind",
            "pattern",
            "rule",
            "suggest",
            "time",
        ],
        &["awaits", "patterns", "plural", "record"],
        &["baseline", "place"],
        &["ignored", "waits"],
        &["cancelled"],
        &["leak"],
        &["breach", "hang", "timeline"],
        &["report", "summary"],
        &["diff"],
        &["definition"],
    ],
    rest: Rest::IsRefused,
    unsafe_home: "nowhere",
};

pub(crate) const LIBRARY: Order = Order {
    krate: "leakcheck",
    folder: "",
    layers: &[
        &["base"],
        &["sys"],
        &["observe"],
        &["settings"],
        &["check"],
        &["report"],
        &["run"],
        &["api"],
    ],
    rest: Rest::IsRefused,
    unsafe_home: "sys",
};

/// Steps from the memory of the process to its tasks. Tests of all of them use `startup` and `fuzzing`, which are free.
pub(crate) const READER: Order = Order {
    krate: "leakcheck-introspect",
    folder: "read",
    layers: &[
        &["fuel", "int_hash"],
        &["memory"],
        &["dwarf"],
        &["name", "shape_memo"],
        &["value"],
        &["tokio"],
        &["objects"],
        &["drop_state"],
        &["decode"],
        &["stillness", "task_reader"],
        &["introspector"],
        &["self_check"],
        &["blocking", "local_sets", "runtimes"],
    ],
    rest: Rest::IsFree,
    unsafe_home: "read/memory",
};

pub(crate) const MACROS: Order = Order {
    krate: "leakcheck-macros",
    folder: "",
    layers: &[
        &["source_scan", "attr", "errors"],
        &["key_value", "unregistered", "test_fn"],
        &[
            "already_expanded",
            "budgets",
            "rounds",
            "runtime",
            "should_panic",
            "suite",
        ],
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
        &["edit", "escape", "golden", "label", "nearness", "samples"],
        &["args", "error", "exit", "page", "pasted_rule", "selection"],
        &["browser", "optional_file", "output"],
        &["revision"],
        &["baseline", "report", "workspace"],
        &["advisories"],
        &["audit", "causes", "doctor", "finding", "rules", "run_store"],
        &["rounds", "wait_graph"],
        &["overbroad_rules", "summary", "unused"],
        &[
            "cancelled",
            "grouping",
            "history",
            "repository",
            "runner_output",
        ],
        &["chain", "consequence", "headline", "link", "source_file"],
        &["mistake", "over_budget"],
        &["annotate", "entry", "json", "progress", "telling"],
        &["diff"],
        &["holders"],
        &["long_form", "time_lines"],
        &["asked", "hung_body", "peak", "stacks", "stored_findings"],
        &[
            "chrome_trace",
            "explain",
            "firefox",
            "folded",
            "graphs",
            "pprof",
        ],
        &["dot", "run", "text", "view"],
        &["junit", "markdown", "metrics", "sarif", "trial"],
        &["exports"],
        &["init", "shards"],
        &["comparison"],
        &["hostile", "session"],
        &["main"],
    ],
    rest: Rest::IsRefused,
    unsafe_home: "nowhere",
};
