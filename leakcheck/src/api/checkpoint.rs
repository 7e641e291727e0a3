//! A mark in the middle of a test, and the question whether anything made since is left.

use std::panic::Location;

use tokio::runtime::Handle;

use crate::{
    api::find::enforce,
    base::{
        error::{Error, Repr},
        model::{Body, Report},
    },
    check::{Check, WatchedRuntime, target::CheckTarget},
    observe::scope::Scope,
    run::{effective_options, outcome::refuse},
    settings::{
        env,
        options::{Level, Options},
    },
};

/// Remembers what is alive now, to compare with later.
///
/// ```
/// # tokio::runtime::Builder::new_current_thread().build()?.block_on(async {
/// let before = leakcheck::checkpoint();
/// let client = tokio::spawn(async { "a client's background task" });
/// client.await.unwrap();
/// before.verify().await; // Of the client nothing is left.
/// # });
/// # Ok::<(), std::io::Error>(())
/// ```
///
/// # Panics
///
/// Where a `LEAKCHECK_*` variable is not understood, or asks for what this build cannot see.
#[track_caller]
pub fn checkpoint() -> Checkpoint {
    Checkpoint::new(Options::new())
}

/// What was alive at one moment of a test. See [`checkpoint`].
#[derive(Clone, Debug)]
#[must_use = "a checkpoint checks nothing until `verify` is called on it"]
pub struct Checkpoint {
    check: Check,
    level: Level,
}

impl Checkpoint {
    /// Remembers what is alive now, and how to look later.
    ///
    /// # Panics
    ///
    /// As [`checkpoint`].
    #[track_caller]
    pub fn new(options: Options) -> Self {
        let caller = Location::caller();
        let begun = env::get().and_then(|env| {
            let options = effective_options::of_caller(options, env)?;
            let level = options.chosen_level();
            let mut check =
                Check::begin(CheckTarget::caller(caller), options, env, Scope::current())?;
            check.exempt_present();
            if let Ok(handle) = Handle::try_current() {
                check.watch(WatchedRuntime::foreign(handle));
            }
            Ok(Self { check, level })
        });
        begun.unwrap_or_else(|error| refuse(&error))
    }

    /// Whether there is something to judge here: not in a forked child of the process that took it.
    fn looks(&self) -> bool {
        self.level != Level::Off && !self.check.is_of_parent()
    }

    /// Fails the test if something that was made since is still alive, after letting the runtime run as long as the
    /// options allow.
    ///
    /// # Panics
    ///
    /// Where something is left.
    pub async fn verify(&self) {
        enforce(&self.report().await, self.level);
    }

    /// What was made since and is still alive, after letting the runtime run as long as the options allow.
    pub async fn report(&self) -> Report {
        let mut check = self.check.clone();
        if self.looks() {
            check.settle_in_runtime().await;
        }
        check.conclude(Body::Passed)
    }

    /// [`verify`](Self::verify) for synchronous code.
    ///
    /// # Panics
    ///
    /// Where something is left, and in async code of a current-thread runtime with live tasks, which could not run
    /// while this waits.
    pub fn blocking_verify(&self) {
        match self.blocking_report() {
            Ok(report) => enforce(&report, self.level),
            Err(error) => refuse(&error),
        }
    }

    /// [`report`](Self::report) for synchronous code.
    ///
    /// # Errors
    ///
    /// In async code of a current-thread runtime with live tasks, which could not run while this waits.
    pub fn blocking_report(&self) -> Result<Report, Error> {
        let mut check = self.check.clone();
        if check.would_block() {
            return Err(Repr::WouldBlock.into());
        }
        if self.looks() {
            check.settle_blocking();
        }
        Ok(check.conclude(Body::Passed))
    }
}
