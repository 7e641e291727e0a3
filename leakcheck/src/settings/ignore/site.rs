//! What a rule accepts something for: the function that its pattern means.

use leakcheck_report::rule::{ANY_FUNCTION, CREATED_BY, TOP_FUNCTION};
use wildmatch::WildMatch;

use super::rule::{Ignore, Matcher};
use crate::base::model::{CodeOwner, Frame, Leak};

impl Ignore {
    /// The function for which the rule accepts this, and the key of a rule that names it; none where it is not known.
    ///
    /// Calls into the runtime or the standard library are on the stacks of everything, so where a pattern means one of them, or no
    /// function at all, it is the one that made the thing.
    pub(super) fn site<'l>(&self, leak: &'l Leak) -> Option<(&'static str, &'l Frame)> {
        let (by, named) = match self.matcher() {
            Matcher::CreatedBy(pattern) => {
                let path = leak.stack.iter().chain(&leak.ancestry);
                (CREATED_BY, first(path, Some(pattern)))
            }
            Matcher::TopFunction(pattern) => {
                let stack = leak.waits_in().unwrap_or_default();
                (TOP_FUNCTION, first(stack, Some(pattern)))
            }
            Matcher::AnyFunction(pattern) => {
                let stack = leak.waits_in().unwrap_or_default();
                (ANY_FUNCTION, first(stack, Some(pattern)))
            }
            Matcher::StartedBy(_)
            | Matcher::ThreadName(_)
            | Matcher::LentBy(_)
            | Matcher::Predicate(_)
            | Matcher::Current(_) => (CREATED_BY, None),
        };
        let made = || Some((CREATED_BY, first(&leak.stack, None)?));
        named.map(|frame| (by, frame)).or_else(made)
    }
}

/// The innermost of the frames that are not internal.
fn first<'l>(
    frames: impl IntoIterator<Item = &'l Frame>,
    pattern: Option<&WildMatch>,
) -> Option<&'l Frame> {
    frames.into_iter().find(|frame| {
        frame.owner != CodeOwner::Internal
            && pattern.is_none_or(|pattern| pattern.matches(&frame.function))
    })
}
