//! A check that lasts as long as a value.

use std::{marker::PhantomData, panic::Location, thread};

use tokio::runtime::Handle;

use crate::{
    api::find::enforce,
    base::{
        error::{Error, Repr},
        model::{Body, Report},
    },
    check::{Check, WatchedRuntime, target::CheckTarget},
    observe::scope::{Scope, ScopeId},
    report::output,
    run::{effective_options, outcome::refuse},
    settings::{
        env,
        options::{Level, Options},
    },
    sys::context::Switch,
};

/// Checks what is made while it lives; its drop fails the test if something is left.
///
/// For synchronous code. In async code use [`checkpoint`](crate::checkpoint()), which can let tasks run while it waits.
///
/// ```
/// use leakcheck::{LeakGuard, Options};
///
/// let _guard = LeakGuard::new(Options::new());
/// std::thread::spawn(|| ()).join().unwrap();
/// ```
///
/// # Panics
///
/// On drop, where something was left behind and the thread is not panicking already. [`new`](Self::new) and
/// [`finish`](Self::finish) panic where a `LEAKCHECK_*` variable is not understood, or where waiting would block the
/// runtime that runs the tasks in question.
#[derive(Debug)]
#[must_use = "a guard that is dropped at once checks nothing; bind it to a name such as `_guard`"]
pub struct LeakGuard {
    check: Option<Check>,
    level: Level,
    /// Ends the scope that the guard opened; none where one was open.
    inside: Option<Switch>,
    // A scope belongs to its thread.
    _thread: PhantomData<*const ()>,
}

impl LeakGuard {
    /// Begins a check on this thread.
    #[track_caller]
    pub fn new(options: Options) -> Self {
        let caller = Location::caller();
        let begun = env::get().and_then(|env| {
            let options = effective_options::of_caller(options, env)?;
            let level = options.chosen_level();
            // Inside a check its scope is shared: whatever is charged to the guard is the same test's.
            let is_shared = ScopeId::current().is_checked();
            let scope = if is_shared {
                Scope::current()
            } else {
                Scope::open()?
            };
            let own = (!is_shared).then_some(scope.id());
            let mut check = Check::begin(CheckTarget::caller(caller), options, env, scope)?;
            check.exempt_present();
            if let Ok(handle) = Handle::try_current() {
                check.watch(WatchedRuntime::foreign(handle));
            }
            Ok((check, level, own))
        });
        let (check, level, own) = begun.unwrap_or_else(|error| refuse(&error));
        Self {
            check: Some(check),
            level,
            inside: own.map(ScopeId::enter),
            _thread: PhantomData,
        }
    }

    /// Ends the check and returns what it found, without failing the test.
    pub fn finish(mut self) -> Report {
        self.end()
            .unwrap_or_else(|error| refuse(&error))
            .expect("only `finish` and `drop` take the check, and each once")
    }

    /// Ends the check, or says that it has ended before.
    fn end(&mut self) -> Result<Option<Report>, Error> {
        let Some(mut check) = self.check.take() else {
            return Ok(None);
        };
        // A forked child that drops its parent's guard is not the process that is checked.
        if self.level == Level::Off || check.is_of_parent() {
            return Ok(Some(check.conclude(Body::Ignored)));
        }
        if check.would_block() {
            return Err(Repr::WouldBlock.into());
        }
        check.settle_blocking();
        self.inside = None;
        let body = if thread::panicking() {
            Body::Panicked
        } else {
            Body::Passed
        };
        Ok(Some(check.conclude(body)))
    }
}

impl Drop for LeakGuard {
    fn drop(&mut self) {
        let level = if thread::panicking() {
            Level::Warn
        } else {
            self.level
        };
        match self.end() {
            Ok(Some(report)) => enforce(&report, level),
            Ok(None) => {}
            Err(error) if thread::panicking() => output::print(&format!("leakcheck: {error}")),
            Err(error) => refuse(&error),
        }
    }
}
