//! The one error type: what was being done, and on what.

use std::{borrow::Cow, panic::Location, path::PathBuf};

/// Why a check could not be made as asked.
///
/// It is opaque on purpose: callers print it; there is nothing else to do with it.
#[derive(Clone, Debug)]
pub struct Error(Box<Repr>);

#[derive(Clone, Debug)]
pub(crate) enum Repr {
    /// A variable that is not understood.
    Variable {
        name: &'static str,
        value: String,
        expected: String,
    },
    /// A variable that there is not.
    UnknownVariable { name: String, expected: String },
    /// A place in a file that is not understood; lines and columns count from one.
    File {
        path: PathBuf,
        line: usize,
        column: usize,
        what: String,
    },
    /// A file that could not be read.
    Read { path: PathBuf, cause: String },
    /// Something that `LEAKCHECK_REQUIRE` asks for and that is not there.
    Required { what: String, why: String },
    /// A body that is to be cancelled and cannot be run again.
    NotCancellable,
    /// A budget where not all of a test is looked at.
    NoBudget,
    /// A rate where not all of a test is looked at.
    NoRate,
    /// A rate of a test that does not repeat.
    NoRounds,
    /// A check in a forked child, where a lock is held by a thread that the child has not.
    Forked,
    /// There is no scope for another check.
    NoScope,
    /// A call that would have to wait on the thread that runs the tasks it waits for.
    WouldBlock,
    /// A call that looks at the current runtime where none is.
    NoRuntime,
    /// Tasks that could not be read.
    Unreadable { why: String },
    /// Something of the user's own that is in use already.
    Taken {
        what: Cow<'static, str>,
        key: String,
        at: &'static Location<'static>,
    },
    /// Something of the user's own that is not in use, and where it was given back before.
    NotTaken {
        what: Cow<'static, str>,
        key: String,
        before: Option<&'static Location<'static>>,
    },
    /// A file that could not be written.
    Write { path: PathBuf, cause: String },
}

impl From<Repr> for Error {
    fn from(repr: Repr) -> Self {
        Self(Box::new(repr))
    }
}

impl std::fmt::Display for Error {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &*self.0 {
            Repr::Variable {
                name,
                value,
                expected,
            } => write!(f, "failed to read {name}={value:?}: expected {expected}"),
            Repr::UnknownVariable { name, expected } => {
                write!(f, "failed to read {name}: there is no such variable: expected {expected}")
            }
            Repr::File { path, line, column, what } => write!(
                f,
                "failed to read {}:{line}:{column}: {what}",
                path.display()
            ),
            Repr::Read { path, cause } => write!(f, "failed to read {}: {cause}", path.display()),
            Repr::Required { what, why } => write!(
                f,
                "failed to provide `{what}`, which LEAKCHECK_REQUIRE asks for: {why}"
            ),
            Repr::NotCancellable => f.write_str(
                "failed to cancel the body at its awaits, which `Options::cancel` asks for: for that an async test with a runtime \
                 of its own says `cancellable` in its attribute, `#[leak_checked(cancellable, ..)]`; give other tests options \
                 without it",
            ),
            Repr::NoBudget => f.write_str(
                "failed to keep a budget, which `Options::max_live` asks for: a guard, a checkpoint or a look sees only a part of \
                 its test; say `max_live(..)` in the attribute of the test, and give this options without it",
            ),
            Repr::NoRate => f.write_str(
                "failed to measure a rate, which `Options::rate` asks for: a guard, a checkpoint or a look sees only a part of its \
                 test; say `rate(..)` in the attribute of a test that repeats, and give this options without it",
            ),
            Repr::NoRounds => f.write_str(
                "failed to measure a rate, which `Options::rate` asks for: it is that of the rounds of a test that repeats; say \
                 `repeat = \"1:100\"` in the attribute of this one, or give it options without the rate",
            ),
            Repr::Forked => f.write_str(
                "failed to begin a check in a forked child: another thread of its parent was inside of leakcheck when it was \
                 forked, and what that thread held is held for ever here; fork before other tests run, or check in a \
                 process of its own",
            ),
            Repr::NoScope => f.write_str(
                "failed to begin a check: each of 262143 earlier checks of this process has left something behind that is \
                 still there, or no memory is left; end what they left, or run fewer tests in one process",
            ),
            Repr::WouldBlock => f.write_str(
                "failed to wait for tasks to end: this thread is the one that runs them; inside async code \
                 take `leakcheck::checkpoint()` and call `.verify().await` on it",
            ),
            Repr::NoRuntime => f.write_str(
                "failed to find the tasks to look at: no tokio runtime is current here; call it from async code or \
                 inside `Handle::enter`",
            ),
            Repr::Unreadable { why } => write!(f, "failed to read the tasks of this program: {why}"),
            Repr::Taken { what, key, at } => write!(
                f,
                "failed to take {what} `{key}`: it is in use already, since {}:{}; give it back first, or choose keys \
                 that are unique",
                at.file(),
                at.line()
            ),
            Repr::NotTaken { what, key, before: Some(at) } => write!(
                f,
                "failed to give back {what} `{key}`: it was given back already, at {}:{}",
                at.file(),
                at.line()
            ),
            Repr::NotTaken { what, key, before: None } => write!(
                f,
                "failed to give back {what} `{key}`: it is not in use: it was never taken, or given back long ago"
            ),
            Repr::Write { path, cause } => {
                write!(f, "failed to write the report to {}: {cause}", path.display())
            }
        }
    }
}

impl std::error::Error for Error {}
