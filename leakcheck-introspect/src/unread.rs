//! Any other platform: nothing is read, and whoever asks is told so.

use tokio::{runtime::Handle, task::LocalSet};

use crate::{Error, FutureAddress, TaskList, TimerList};

/// Whether tasks can be read in this program at all: not on this platform.
///
/// # Errors
///
/// Always.
pub fn available() -> Result<(), Error> {
    Err(Error::new(
        "the memory of tasks is read on 64-bit Linux only",
    ))
}

pub(crate) fn of_runtime(_handle: &Handle) -> Result<TaskList, Error> {
    Err(nothing())
}

pub(crate) fn outline_of_runtime(_handle: &Handle) -> Result<TaskList, Error> {
    Err(nothing())
}

pub(crate) fn of_local_set(_set: &LocalSet) -> Result<TaskList, Error> {
    Err(nothing())
}

pub(crate) fn of_future(_future: FutureAddress) -> Result<TaskList, Error> {
    Err(nothing())
}

/// Where nothing is read, nobody needs to know where it is.
pub(crate) fn words<T>(_future: &dyn Future<Output = T>) -> [u64; 2] {
    [0, 0]
}

pub(crate) fn timers(_handle: &Handle) -> Result<TimerList, Error> {
    Err(nothing())
}

fn nothing() -> Error {
    available()
        .err()
        .unwrap_or_else(|| Error::new("nothing is read here"))
}
