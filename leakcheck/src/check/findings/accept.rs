//! The rule that would accept a finding, as one would write it.

use super::starter;
use crate::{
    base::model::Kind,
    observe::{capture::Trace, diff::Group},
};

/// The rule that accepts threads by their name.
pub(super) fn threads_named(name: &str) -> String {
    format!("ignore_thread_name(\"{name}\")")
}

/// The narrowest rule that accepts the group: by the dependency that started it, else by the user's own function.
pub(super) fn rule(group: &Group, trace: &Trace) -> Option<String> {
    match (&trace.rule, &group.name) {
        (Some(function), _) => Some(format!("ignore_created_by(\"{function}\")")),
        (_, Some(name)) if group.kind == Kind::Thread => Some(threads_named(name)),
        // Rules see the stack of who has started what made it, too.
        _ => starter(group, trace).map(|by| format!("ignore_created_by(\"{}\")", by.function)),
    }
}
