//! The subscriber that the user has set for the whole process. On a thread with one of its own there is no way to ask for
//! it, so a short thread without asks.

use std::{
    sync::{
        Mutex, OnceLock,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use tracing_core::{Dispatch, dispatcher, subscriber::NoSubscriber};

use crate::{base::sync::lock_std as lock, observe::scope::outside};

/// Once set it stays the same.
static FOUND: OnceLock<Dispatch> = OnceLock::new();
/// Grows whenever somebody makes a subscriber.
static NEWS: AtomicUsize = AtomicUsize::new(1);
static SEARCH: Mutex<Option<Search>> = Mutex::new(None);

const FIRST: Duration = Duration::from_micros(100);
const LONGEST: Duration = Duration::from_secs(1);

/// A subscriber is made a moment before it is set, so that one that is not found is looked for again, in growing steps.
#[derive(Clone, Copy, Debug)]
struct Search {
    news: usize,
    next: Instant,
    step: Duration,
}

/// Somebody has made a subscriber.
pub(super) fn announce() {
    NEWS.fetch_add(1, Ordering::SeqCst);
}

/// What is known already; takes no lock.
pub(super) fn known() -> Option<&'static Dispatch> {
    FOUND.get()
}

/// The user's subscriber, if there is one by now.
#[inline]
pub(super) fn get() -> Option<&'static Dispatch> {
    FOUND.get().or_else(find)
}

#[cold]
fn find() -> Option<&'static Dispatch> {
    let (news, now) = (NEWS.load(Ordering::SeqCst), Instant::now());
    {
        let mut search = lock(&SEARCH);
        let step = match &*search {
            Some(last) if last.news == news && now < last.next => return None,
            Some(last) if last.news == news => (last.step * 2).min(LONGEST),
            _ => FIRST,
        };
        *search = Some(Search {
            news,
            next: now + step,
            step,
        });
    }
    let ask = || dispatcher::get_default(Dispatch::clone);
    let thread = || thread::Builder::new().name("leakcheck-tracing".to_owned());
    let asked = outside(|| thread().spawn(ask)).ok()?.join().ok()?;
    if asked.is::<NoSubscriber>() {
        return None;
    }
    Some(FOUND.get_or_init(|| asked))
}
