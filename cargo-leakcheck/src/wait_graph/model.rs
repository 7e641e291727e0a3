//! Nodes and edges.

use crate::report::Frame;

/// What a node stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum NodeKind {
    Task,
    BlockingTask,
    Thread,
    /// The test's body.
    Body,
    Static,
    Channel,
    Lock,
    Timer,
    Descriptor,
    Process,
    Runtime,
    /// A `JoinHandle` or `AbortHandle`.
    Handle,
    /// What else something waits for, or what else was left.
    Other,
}

impl NodeKind {
    /// One word for it.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Task => "task",
            Self::BlockingTask => "blocking task",
            Self::Thread => "thread",
            Self::Body => "body",
            Self::Static => "static",
            Self::Channel => "channel",
            Self::Lock => "lock",
            Self::Timer => "timer",
            Self::Descriptor => "descriptor",
            Self::Process => "process",
            Self::Runtime => "runtime",
            Self::Handle => "handle",
            Self::Other => "event",
        }
    }

    /// Of a finding of this kind.
    pub(super) fn of_finding(kind: &str) -> Self {
        match kind {
            "task" => Self::Task,
            "blocking_task" => Self::BlockingTask,
            "thread" => Self::Thread,
            "timer" => Self::Timer,
            "fd" => Self::Descriptor,
            "process" => Self::Process,
            "runtime" => Self::Runtime,
            _ => Self::Other,
        }
    }

    /// Of what brings about an event of this name.
    pub(super) fn of_event(event: &str) -> Self {
        match event {
            "message" | "oneshot_value" | "change" | "capacity" | "closed" => Self::Channel,
            "mutex" | "rw_lock" | "permit" => Self::Lock,
            "timer" => Self::Timer,
            "readiness" => Self::Descriptor,
            "exit" => Self::Process,
            _ => Self::Other,
        }
    }

    /// Of a holder or keeper of this kind.
    pub(super) fn of_holder(kind: &str) -> Self {
        match kind {
            "body" => Self::Body,
            "static" | "thread-local" => Self::Static,
            "thread" => Self::Thread,
            "blocking_task" => Self::BlockingTask,
            _ => Self::Task,
        }
    }
}

/// Somebody or something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Node {
    pub(crate) kind: NodeKind,
    /// The number of a task.
    pub(crate) number: Option<u64>,
    /// The path of a future, the name of a thread or static, or what is waited for.
    pub(crate) name: String,
    /// Where it waits, or else was made.
    pub(crate) at: Option<Frame>,
    /// The finding that it is, by its place in the report.
    pub(crate) finding: Option<usize>,
    /// How many things it stands for.
    pub(crate) count: usize,
}

/// What an edge says of the first node.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum EdgeKind {
    /// It waits for the second.
    Waits,
    /// The second has it, or its other end.
    HeldBy,
    /// It owns the second.
    Owns,
    /// It ends once the second does.
    Follows,
}

impl EdgeKind {
    /// What stands between the names of both.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Waits => "waits for",
            Self::HeldBy => "held by",
            Self::Owns => "owns",
            Self::Follows => "follows from",
        }
    }
}

/// From one node to another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Edge {
    pub(crate) from: usize,
    pub(crate) to: usize,
    pub(crate) kind: EdgeKind,
    /// The variables that lead there, or why the first follows from the second.
    pub(crate) label: String,
    pub(crate) is_certain: bool,
    /// Whether a way leads back.
    pub(crate) is_in_cycle: bool,
}

/// Nodes, and edges between them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct WaitGraph {
    pub(crate) nodes: Vec<Node>,
    pub(crate) edges: Vec<Edge>,
    /// How many more nodes there are that a part of a graph does not have.
    pub(crate) left_out: usize,
}
