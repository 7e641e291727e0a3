//! Which mistake it was and what to do about it, in words.

use leakcheck_report::Pattern;

use super::patterns::{END_TASK, Words};
use crate::{
    base::model::{Kind, Leak},
    report::explain::{self, Certainty, Closing, Dependency, Made, When, Why},
};

/// What happened, of one thing or of each of several.
pub(super) fn happened(why: Why, count: usize) -> String {
    let words = Words::of(why.pattern);
    let text = if count == 1 { words.one } else { words.many };
    match why.certainty {
        Certainty::Proven => text.to_owned(),
        Certainty::Likely => format!("probably, {text}"),
    }
}

/// The same with the name of the pattern.
pub(super) fn sentence(why: Why, count: usize) -> String {
    format!("{} ({})", happened(why, count), why.pattern)
}

/// What to do about it; nothing where only the coverage can help.
pub(super) fn cure(why: Option<Why>, leak: &Leak, follows: bool) -> Option<String> {
    let text = match why.map(|why| why.pattern) {
        Some(Pattern::InDependency) => return explain::dependency(leak).map(|made| close(&made)),
        Some(Pattern::OpenDescriptor) => close_descriptor(explain::closing(leak)),
        Some(pattern) => Words::of(pattern).cure,
        None if leak.kind == Kind::Fd => close_descriptor(explain::closing(leak)),
        None if leak.kind != Kind::Task || follows => return None,
        None if leak.waiting.is_none() && leak.stack.is_empty() => return None,
        None => END_TASK,
    };
    Some(text.to_owned())
}

fn close(dependency: &Dependency) -> String {
    let package = dependency.package.as_deref().unwrap_or("a dependency");
    let (past, present) = match dependency.made {
        Made::Opened => ("opened", "opens"),
        Made::Started => ("started", "starts"),
    };
    let when = match dependency.when {
        When::InsideCall => "inside this call",
        When::InBackground => "in the background, not inside a call of the test",
    };
    format!(
        "`{package}` {past} it {when}: use its shutdown or close method and wait for it, or look for a release that ends \
         what it {present}"
    )
}

const fn close_descriptor(closing: Closing) -> &'static str {
    match closing {
        Closing::AfterCall => {
            "make that call return, by a time limit or by `shutdown` of a socket, and drop what owns the descriptor"
        }
        Closing::OwnerUnknown => {
            "drop what owns it before the test ends: something keeps it in a static, in a task or thread that still \
             runs, or by `mem::forget` or `into_raw_fd`"
        }
        Closing::WithTask { is_shared: false } => "it closes when that task ends",
        Closing::WithTask { is_shared: true } => {
            "it closes when that task ends and nobody else shares it"
        }
        Closing::WithTasks { is_shared: false } => "it closes when all of them end",
        Closing::WithTasks { is_shared: true } => {
            "it closes when all of them end and nobody else shares it"
        }
        Closing::AllWithTask => "they close when that task ends",
        Closing::EachWithTasks { is_shared: false } => {
            "each closes when all that hold it have ended"
        }
        Closing::EachWithTasks { is_shared: true } => {
            "each closes when all that hold it have ended and nobody else shares it"
        }
    }
}
