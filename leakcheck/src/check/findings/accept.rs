//! The rule that would accept a finding, as one would write it.

use crate::{
    base::model::{CodeOwner, Frame, Kind},
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

/// Where the user's code has started the closure or thread that made this, where nothing nearer is known.
pub(super) fn starter<'t>(group: &Group, trace: &'t Trace) -> Option<&'t Frame> {
    let first = trace.callers.first()?;
    let is_made_for_others = matches!(group.kind, Kind::Fd | Kind::TempFile);
    (is_made_for_others && first.owner == CodeOwner::User).then_some(first)
}
