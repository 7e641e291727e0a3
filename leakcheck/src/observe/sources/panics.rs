//! Tasks, closures and threads that panicked and whose `JoinHandle` was dropped, so that nobody could learn of it.
//!
//! A panic hook in front of the one that was there notes who panicked. Whether the panic ended it is asked of its stack, once
//! the test is over: the innermost frame that catches must be tokio's or std's own, and no frame may be unknown.

use std::{
    collections::BTreeMap,
    panic::{self, PanicHookInfo},
    sync::{Mutex, Once},
    thread,
    time::Duration,
};

use crate::{
    base::{
        model::{Body, Resource},
        sync::lock_std as lock,
    },
    observe::scope::ScopeId,
    sys::{creation_stack, fork},
};

mod panicking;

use panicking::{PATIENCE, Panicking, Suspect};

/// Panics of one scope that are looked into; each takes some time.
const MOST: usize = 32;

/// Between two looks at whether one that is under way has ended.
const PAUSE: Duration = Duration::from_millis(1);

/// What tokio's own panics and errors say that the end of a runtime brings to who waits with it: that is how those end.
const RUNTIME_ENDS: &str = "A Tokio 1.x context was found, but it is being shutdown.";

/// Somebody who panicked unseen.
#[derive(Clone, Debug)]
pub(crate) struct Panicked {
    pub(crate) who: Resource,
    pub(crate) message: String,
    /// File and line of the panic.
    pub(crate) place: Option<(String, u32)>,
}

/// Somebody who may have.
#[derive(Debug)]
struct Entry {
    panicking: Panicking,
    message: String,
    place: Option<(String, u32)>,
    /// The stack of the panic.
    stack: u32,
}

/// What one scope has noted.
#[derive(Debug, Default)]
struct Noted {
    /// What comes later would not have come without the check.
    is_over: bool,
    looks: usize,
    /// Panics that are being looked into.
    under_way: usize,
    panicked: Vec<Entry>,
}

/// Of the scopes that listen.
static NOTED: Mutex<BTreeMap<u64, Noted>> = Mutex::new(BTreeMap::new());

/// From here on panics of the scope are noted, until they are taken.
///
/// The hook of the process stays in place behind one that says nothing. Who replaces it later makes this see less.
pub(crate) fn listen(scope: ScopeId) {
    static CHAINED: Once = Once::new();
    if thread::panicking() {
        return;
    }
    CHAINED.call_once(|| {
        let before = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            // The other may print the first backtrace of the process, which takes longer than many a test.
            note(info);
            before(info);
        }));
    });
    lock(&NOTED).insert(scope.index(), Noted::default());
}

/// The body of the scope's test has ended: its runtime would end now, and with it the tasks that panic from here on.
pub(crate) fn body_has_ended(scope: ScopeId) {
    if let Some(noted) = lock(&NOTED).get_mut(&scope.index()) {
        noted.is_over = true;
    }
}

/// What was noted of the scope, whose body ended so; no more is. What is being looked into is waited for: the first such look of a
/// process takes longer than many a test.
pub(crate) fn take(scope: ScopeId, body: Body) -> Vec<Panicked> {
    let mut waited = Duration::ZERO;
    let noted = loop {
        let mut all = lock(&NOTED);
        let under_way = all.get(&scope.index()).map_or(0, |noted| noted.under_way);
        if under_way == 0 || waited >= PATIENCE {
            break all.remove(&scope.index()).unwrap_or_default();
        }
        drop(all);
        thread::sleep(PAUSE);
        waited += PAUSE;
    };
    let mut entries = noted.panicked;
    entries.retain(|entry| entry.panicking.is_unseen(entry.stack, body));
    let panicked = entries.into_iter().map(|entry| Panicked {
        who: entry.panicking.who,
        message: entry.message,
        place: entry.place,
    });
    panicked.collect()
}

/// Notes a panic of somebody who may do so unseen.
fn note(info: &PanicHookInfo<'_>) {
    let scope = ScopeId::current();
    if !scope.is_checked() || fork::in_child() {
        return;
    }
    // What a body panics with is its own.
    let Some(suspect) = Suspect::here(scope) else {
        return;
    };
    let may_look = |noted: &mut Noted| {
        noted.looks += 1;
        let may_look = noted.looks <= MOST && !noted.is_over;
        noted.under_way += usize::from(may_look);
        may_look
    };
    if !lock(&NOTED).get_mut(&scope.index()).is_some_and(may_look) {
        return;
    }
    let entry = look_into(info, suspect, scope);
    if let Some(noted) = lock(&NOTED).get_mut(&scope.index()) {
        noted.under_way -= 1;
        noted.panicked.extend(entry);
    }
}

/// Who it is, if that may be unseen.
fn look_into(info: &PanicHookInfo<'_>, suspect: Suspect, scope: ScopeId) -> Option<Entry> {
    let message = message(info);
    if message.contains(RUNTIME_ENDS) {
        return None;
    }
    Some(Entry {
        panicking: suspect.panics(scope)?,
        message,
        place: info.location().map(|at| (at.file().to_owned(), at.line())),
        stack: creation_stack::here(info.location().map_or(0, |at| at.line() as usize)),
    })
}

fn message(info: &PanicHookInfo<'_>) -> String {
    let payload = info.payload();
    let text = payload.downcast_ref::<&str>().copied();
    let text = text.or_else(|| payload.downcast_ref::<String>().map(String::as_str));
    text.unwrap_or("a value that is no text").to_owned()
}
