//! Fails a test that leaves a tokio task, thread, timer, file descriptor or child process behind: in the right test, with the line
//! that made it, the line where it waits, who could wake it, and what to do.
//!
//! `#[tokio::test]` drops its runtime at the end of a test, which silently cancels whatever the test left running.
//! So the tests pass, and production leaks. With one attribute more, the test fails instead and says who was left,
//! which line created it, and what to do.
//!
//! ```
//! use leakcheck::leak_checked;
//!
//! #[leak_checked] // above #[tokio::test], whose arguments it takes over
//! #[tokio::test]
//! # async fn hidden() {}
//! async fn reconnects() {
//!     tokio::spawn(async { std::future::pending::<()>().await }); // fails: one task is left behind
//! }
//!
//! #[leakcheck::test(settle = "300ms")] // or the full test attribute, for `fn` and `async fn`
//! fn drains() {
//!     std::thread::spawn(|| ()).join().unwrap(); // passes
//! }
//! ```
//!
//! A report begins with a line for each cause, and has the findings below it:
//!
//! ```text
//! leakcheck: `reconnects` left 1 task behind after waiting 45 ms
//!   src/pool.rs:8: task `my_app::pool::keep_alive`: its channel never closes, because it keeps a sender itself: `tx`, at src/pool.rs:8 (own-sender)
//! ```
//!
//! `cargo leakcheck` runs a whole suite, tells each cause once, knows old leaks from new ones, and has a page on each mistake; its
//! `try` checks a workspace that has no dependency on this crate.
//!
//! # What there is
//!
//! - [`leak_checked`], the attribute above any other test attribute, or above a whole module of tests;
//!   [`macro@test`], the full test attribute.
//! - [`Options`] and [`Ignore`], what a check waits for and what it accepts; [`accept_for_process`] for libraries that keep
//!   workers of their own.
//! - [`LeakGuard`], [`verify_none`] and [`find()`] for tests without an attribute, [`checkpoint()`] for the middle of an
//!   async test, [`instrument`] for runtimes that a test builds itself.
//! - [`background()`] and [`background_thread`] for work that the end of the test ends, [`allow_static`] for what lives as
//!   long as the process.
//! - [`Registration`], [`Tracked`] and [`Tracker`] for things of your own that must not outlive a test.
//! - [`Report`], what a check found; also as a JSON file, see below.
//! - [`dump()`] and [`Snapshot`], every live task of the current runtime at any time.
//!
//! # How a test is checked
//!
//! Each checked test is a scope. Whatever is started inside it inherits the scope: threads when they are created,
//! tasks when they are spawned, and what those start in turn. When the body has ended and dropped what it owned, the
//! check looks at what is alive in its own scope; tests that run in parallel never see each other's. If nothing is
//! left, that was all, and it took about a microsecond. Otherwise it waits, first for a few turns of the runtime, then
//! in real time, until nothing is left, all that is left is proven to wait for ever, or [`Options::settle`] is over and the
//! system keeps nothing of it from running. Only then is the runtime stopped, in a way that cannot hang.
//!
//! A body that hangs is reported as well: where it waits, for what, who holds that, and all that was alive beside it. It
//! is ended when its time limit is over, [`Options::timeout`], or before that, once it is proven that nothing can wake it.
//!
//! With [`Options::cancel`] a body that has passed runs again and is dropped at each of its awaits, to find what a cancelled one
//! leaves behind.
//!
//! The body's own failure always comes first, and a `#[should_panic]` is never satisfied by a leak.
//!
//! # Environment
//!
//! | variable | values | default |
//! |---|---|---|
//! | `LEAKCHECK` | `deny` fails the test, `warn` only prints, `off` checks nothing | `deny` |
//! | `LEAKCHECK_LEVELS` | the same for single kinds, such as `threads=warn,custom=off` | what `LEAKCHECK` says, `temp_files=warn` |
//! | `LEAKCHECK_TRACE` | `off` takes no stacks, `site` shows the site and its callers, `full` whole stacks | `site` |
//! | `LEAKCHECK_SETTLE` | how long to wait for things to end, such as `500ms` | `1s` |
//! | `LEAKCHECK_TIMEOUT` | how long the body of a test may take, such as `30s`; one that takes longer is reported and ended | none |
//! | `LEAKCHECK_EXIT_TIMEOUT` | how long the process may take to end, until it is reported what it is in; `0s` never looks | `30s` under `main!`, `verify_at_exit!` and with a time limit |
//! | `LEAKCHECK_FORMAT` | `text`, `json`, `github` (text and annotations) | `text` |
//! | `LEAKCHECK_REPORT_DIR` | a folder for one JSON file per test that was not clean; `all:<dir>` for every test, with its time line | |
//! | `LEAKCHECK_STACKS` | `on` interrupts threads that are left behind to see where they are blocked, `off` does not | `on` |
//! | `LEAKCHECK_CANCEL` | at which awaits the bodies of tests with `cancellable` or `cancel` are cancelled: `each`, `off`, `3` or `1..20` | what the test says |
//! | `LEAKCHECK_BASELINE` | a file of known leaks, `off` for none | the nearest `leakcheck.baseline` |
//! | `LEAKCHECK_REQUIRE` | list of `tasks`, `threads`, `sites`, `states`, ..: fails each test if one of them cannot be seen; what is named is planted and looked for | |
//!
//! A value that is not understood fails every checked test and names the valid ones. The environment overrides the
//! attribute, which overrides `options = ..`, which overrides the project's file.
//!
//! # The project's files
//!
//! A `leakcheck.toml` beside the package's `Cargo.toml`, or the workspace's, says what holds for all tests; a
//! `leakcheck.baseline` beside it lists leaks that are known and fail nothing, so that only new ones do. Both are looked
//! for from the package's folder upwards. Their keys and their format: [`_documentation::configuration`].
//!
//! ```toml
//! settle = "500ms"
//!
//! [levels]
//! threads = "warn"
//!
//! [[ignore]]
//! created_by = "my_app::metrics::*"
//! reason = "serves the whole process"
//! expires = "2027-01-31"
//! ```
//!
//! # Platforms
//!
//! Tasks and threads are seen on Linux, on `x86_64` and aarch64, with glibc or musl. Elsewhere the same code compiles,
//! tasks are counted, and each report says what is not seen.
//!
//! What is seen on which build: [`_documentation::coverage`]. What cannot be seen: [`_documentation::limits`]. How it works:
//! [`_documentation::design`].
#![deny(unsafe_code)]

mod api;
mod base;
mod check;
mod observe;
mod report;
mod run;
mod settings;
#[allow(unsafe_code, reason = "the only home of unsafe code")]
mod sys;

#[doc(hidden)]
pub use run::private as __private;

pub use api::{
    background::{background, background_thread},
    checkpoint::{Checkpoint, checkpoint},
    find::{find, verify_none},
    guard::LeakGuard,
    snapshot::{Snapshot, dump},
    statics::allow_static,
    tracked::{Registration, Tracked, Tracker},
};
pub use base::{
    error::Error,
    model::{
        About, Awaited, Body, Breach, Call, CancelExtent, CancelFailure, CancelFault,
        Cancellations, CancelledAt, CodeOwner, Coverage, Event, ExitBegan, Frame, HandleKind, Hang,
        HangCause, HangEnd, Holder, HolderKind, Ignored, KernelState, Kind, Leak, Location,
        Missing, OwnHandle, Report, Seen, State, StuckThread, Subject, ThreadState, Verdict,
        Waiting,
    },
};
pub use run::runtime::{instrument, watch_local};
pub use settings::{
    cancel::Cancel,
    ignore::{Ignore, accept_for_process},
    max_live::MaxLive,
    options::{Level, Options},
    rate::Rate,
};
#[cfg(feature = "heap")]
pub use sys::heap::Heap;

/// Checks a test for leaks: a modifier above `#[test]`, `#[tokio::test]`, `#[rstest]`, `#[test_log::test]` and others.
///
/// It takes over the arguments of `#[tokio::test]` (`flavor`, `worker_threads`, `start_paused`, `unhandled_panic`,
/// `name`, `crate`), builds the runtime itself, forwards every other attribute and never adds a second `#[test]`. It
/// has to stand above: below `#[tokio::test]` the runtime would be gone before the check, so that is a compile error.
///
/// Above a module it applies to every test inside, with its keys as their defaults:
///
/// ```
/// #[leakcheck::leak_checked(ignore_thread_name = "metrics-*")]
/// mod tests {
///     #[test]
///     fn one() {}
///
///     #[leakcheck::leak_checked(settle = "3s")]
///     #[tokio::test]
///     async fn another() {}
/// }
/// ```
///
/// # Keys
///
/// - `ignore_top_function`, `ignore_any_function`, `ignore_created_by`, `ignore_thread_name`: one pattern or a list,
///   as `key = "a"`, `key = ["a", "b"]` or `key("a")`; see [`Ignore`].
/// - `settle = "500ms"`, `timeout = "5s"`: see [`Options::settle`] and [`Options::timeout`].
/// - `level = "deny"`, `"warn"` or `"off"`: see [`Level`].
/// - `levels(threads = "warn", fds = "off")`: the same for single kinds; see [`Options::level_of`].
/// - `unseen_panics = "warn"`: what a task, thread or blocking closure amounts to that panicked unseen; see
///   [`Options::unseen_panics`].
/// - `kinds(tasks, threads)`: checks these only; see [`Options::kinds`].
/// - `max_live(tasks = 200, threads = 8, fds = 64, processes = 2)`: fails the test if more of a kind was alive at one time, also
///   where all of it has ended; any of the four. See [`Options::max_live`].
/// - `rate(tasks = 500, threads = 20, fds = 100, processes = 5)`: fails the test if more of a kind began in a second, on average
///   over the measured rounds of its `repeat`; any of the four. See [`Options::rate`].
/// - `end_processes = true`: ends the child processes that are reported, and what runs below them; see
///   [`Options::end_processes`].
/// - `repeat = "3:5"`: runs the body in 3 rounds to warm up and 5 that are measured, on one runtime, and fails only if
///   each measured round left more behind than the one before: slow growth, where a constant number is meant to stay.
///   For tests without parameters.
/// - `cancel = "each"`: once it has passed, the body runs again for each of its awaits and is dropped there, to see what a
///   cancelled body leaves behind; `"3"`, `"1..20"` and `"1..=20"` try only these awaits, `"off"` none. For async tests with a
///   runtime of their own that may be run again: see [`Options::cancel`] for what that takes. Above a module it is for the async
///   tests inside.
/// - `cancellable`: the body may be cancelled so where `LEAKCHECK_CANCEL` or the function of `options` asks for it.
/// - `cancel_within = "30s"`: see [`Options::cancel_within`].
/// - `options = path`: a function that returns [`Options`], which the other keys are put on top of.
/// - `crate = "path"`: where this crate is found under another name.
pub use leakcheck_macros::leak_checked;

/// Writes the `main` of a test target with `harness = false`, which runs every test with an attribute of this crate and then
/// checks the whole process. It needs the feature `harness`.
///
/// ```toml
/// [dev-dependencies]
/// leakcheck = { version = "0.1", features = ["harness"] }
///
/// [[test]]
/// name = "pool"
/// harness = false
/// ```
///
/// It understands the command line of the language's own harness (filters, `--exact`, `--skip`, `--ignored`,
/// `--include-ignored`, `--test-threads`, `--list`, `--format`, `--color`) and works under cargo-nextest. The same file works
/// with `harness = true`: then the language's harness runs the tests, `options` count there as well, and the hooks and the
/// check of the process are left out. Output of tests is not captured.
///
/// Without the language's harness the compiler removes tests that have no attribute of this crate. Those that stand in the
/// file of `main!` or in its modules fail instead of being left out, and say so; tests in a macro or behind a condition are not
/// found. Tests that an attribute such as `#[test_log::test]` or `#[test_case]` gives to that harness fail as well.
///
/// ```
/// # #[cfg(feature = "harness")] mod hidden {
/// leakcheck::main!(options = suite, set_up = start_server, tear_down = stop_server);
///
/// fn suite() -> leakcheck::Options {
///     leakcheck::Options::new().ignore_thread_name("metrics-*")
/// }
/// # fn start_server() {}
/// # fn stop_server() {}
/// # }
/// # fn main() {}
/// ```
///
/// # Keys
///
/// - `options = path`: a function that returns the [`Options`] that each test and the check of the process start from.
/// - `set_up = path`, `tear_down = path`: called before the first and after the last test; what the one makes the other has
///   to end. Under nextest, that is once per test.
/// - `check = "passed"` or `"always"`: whether the process is checked after failed tests as well.
/// - `clean_up = path`: a `fn(i32)` that is called at the very end with the exit code.
/// - `crate = "path"`: where this crate is found under another name.
pub use leakcheck_macros::main;

/// Makes a function a test that is checked for leaks: the full test attribute for `fn` and `async fn`.
///
/// It takes the keys of [`leak_checked`] and, for an `async fn`, those of `#[tokio::test]`.
///
/// ```
/// #[leakcheck::test(flavor = "multi_thread", worker_threads = 2, settle = "2s")]
/// # async fn hidden() {}
/// async fn serves() -> Result<(), std::io::Error> {
///     Ok(())
/// }
/// ```
pub use leakcheck_macros::test;

/// The documents beside the source.
pub mod _documentation {
    #[doc = include_str!("settings/config/guide.md")]
    pub mod configuration {}

    #[doc = include_str!("../COVERAGE.md")]
    pub mod coverage {}

    #[doc = include_str!("../LIMITS.md")]
    pub mod limits {}

    #[doc = include_str!("../COSTS.md")]
    pub mod costs {}

    #[doc = include_str!("../DESIGN.md")]
    pub mod design {}

    #[doc = include_str!("../COMPARE.md")]
    pub mod compare {}

    #[doc = include_str!("../CHANGELOG.md")]
    pub mod changelog {}
}
