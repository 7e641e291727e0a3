//! Rules that a library registers for workers of its own.

use std::{
    panic::Location,
    path::Path,
    sync::{
        Mutex,
        atomic::{AtomicBool, Ordering},
    },
};

use super::Ignore;
use crate::{base::sync::lock_std as lock, observe::capture};

type Place = &'static Location<'static>;

/// In the order in which they came, each with the call that registered it.
static RULES: Mutex<Vec<(Ignore, Place)>> = Mutex::new(Vec::new());

/// Whether there are any.
static SOME: AtomicBool = AtomicBool::new(false);

/// Registers a rule for all checks of this process that end from here on, those that are under way included.
///
/// For a library that keeps workers of its own for the life of the process, and depends on leakcheck by an optional
/// feature: it calls this where it starts them, and the tests of the programs that use it need no rule. A test's own
/// rules are tried first. Called again from the same place with the same pattern, it replaces the rule, so it may be
/// called at every start of a worker.
///
/// Make the pattern as narrow as the worker: a function of the library that starts nothing else.
///
/// ```
/// use leakcheck::{Ignore, Kind};
///
/// fn start_reaper() {
///     // #[cfg(feature = "leakcheck")]
///     leakcheck::accept_for_process(
///         Ignore::created_by("my_pool::start_reaper")
///             .on(Kind::Thread)
///             .because("closes idle connections of all pools of the process"),
///     );
///     std::thread::spawn(|| loop { std::thread::park() });
/// }
/// # start_reaper();
/// ```
///
/// # Panics
///
/// Where the rule has no reason; see [`Ignore::because`].
#[track_caller]
pub fn accept_for_process(rule: Ignore) {
    assert!(
        !rule.reason().trim().is_empty(),
        "a rule for the whole process needs a reason; say it with `Ignore::because`"
    );
    let place = Location::caller();
    let mut rules = lock(&RULES);
    match rules
        .iter_mut()
        .find(|(known, at)| *at == place && known.is_like(&rule))
    {
        Some((known, _)) => *known = rule,
        None => rules.push((rule, place)),
    }
    SOME.store(true, Ordering::Release);
}

/// The rules as they are now.
pub(super) fn rules() -> Vec<Ignore> {
    if !SOME.load(Ordering::Acquire) {
        return Vec::new();
    }
    let rules = lock(&RULES).clone();
    let sourced = |(rule, place): (Ignore, Place)| {
        let file = capture::in_package(Path::new(place.file()));
        let file = file.unwrap_or_else(|| place.file().to_owned());
        rule.written_in(format!("{file}:{}", place.line()))
    };
    rules.into_iter().map(sourced).collect()
}

/// Whether one of these rules, or of the registered ones, looks at where something waits.
pub(crate) fn any_needs_states(rules: &[Ignore]) -> bool {
    rules.iter().any(Ignore::needs_states)
        || SOME.load(Ordering::Acquire) && lock(&RULES).iter().any(|(rule, _)| rule.needs_states())
}

/// Whether there are rules besides those that come with the library.
pub(crate) fn are_any(rules: &[Ignore]) -> bool {
    !rules.is_empty() || SOME.load(Ordering::Acquire)
}
