//! Any other platform: nothing is read, and whoever asks is told so.

use std::path::PathBuf;

use tokio::{runtime::Handle, task::LocalSet};

use crate::{
    Call, Error, FutureAddress, HandleUse, Hold, Statics, TaskList, TimerList,
    park_counts::ParkCounts, task_list::Detail,
};

/// Whether tasks can be read in this program at all: not on this platform.
///
/// # Errors
///
/// Always.
pub fn available() -> Result<(), Error> {
    Err(nothing())
}

/// The same as far as it is known already.
///
/// # Errors
///
/// Always.
pub fn promised() -> Result<(), Error> {
    available()
}

/// The name of the function that a return address is inside of; nobody knows here.
pub const fn called_from(_address: usize) -> Option<&'static str> {
    None
}

/// The file in which a function is declared; nobody knows here.
pub fn file_of(_function: usize) -> Option<PathBuf> {
    None
}

/// Nothing is read here.
pub const fn is_readable() -> bool {
    false
}

/// Nothing is known of any block here.
///
/// # Errors
///
/// Always.
pub fn allocated_for(_path: &[usize], _size: u64) -> Result<Option<String>, Error> {
    Err(nothing())
}

/// Nothing is known of any block here.
///
/// # Errors
///
/// Always.
pub fn owners(
    _path: &[usize],
    _circle: &[crate::Block],
) -> Result<Option<Vec<crate::OwnerField>>, Error> {
    Err(nothing())
}

/// Nothing is read here.
pub const fn read_words(_address: u64, _into: &mut [usize]) -> bool {
    false
}

/// Nothing is known of any.
pub fn perhaps_alive(_cells: &[u64]) -> Vec<u64> {
    Vec::new()
}

/// Nothing is.
pub const fn has_read() -> bool {
    false
}

/// Keeps nothing on this platform.
///
/// # Errors
///
/// Always.
pub fn keep_program() -> Result<(), Error> {
    Err(nothing())
}

/// The functions that a return address is inside of; nobody knows here.
///
/// # Errors
///
/// Always.
pub fn calls_at(_address: usize) -> Result<Vec<Call>, Error> {
    Err(nothing())
}

pub(crate) fn of_runtime(_handle: &Handle, _detail: Detail) -> Result<TaskList, Error> {
    Err(nothing())
}

/// Nothing is read here, in whatever order.
pub const fn barrier() -> bool {
    false
}

pub(crate) fn clock(_handle: &Handle) -> std::time::Instant {
    std::time::Instant::now()
}

pub(crate) fn park_counts(_handle: &Handle) -> Option<ParkCounts> {
    None
}

pub(crate) fn of_local_sets_with(_cells: &[u64], _detail: Detail) -> Result<Vec<TaskList>, Error> {
    Err(nothing())
}

/// Where a `LocalSet` keeps its tasks; nobody knows here.
#[derive(Debug)]
pub(crate) struct Owner;

pub(crate) fn owner_of(_set: &LocalSet) -> Result<Owner, Error> {
    Err(nothing())
}

pub(crate) fn of_owner(_owner: &Owner, _detail: Detail) -> Result<TaskList, Error> {
    Err(nothing())
}

pub(crate) fn of_future(_future: FutureAddress) -> Result<TaskList, Error> {
    Err(nothing())
}

pub(crate) fn stack_holds(_frames: &[(usize, usize)]) -> Result<Vec<Hold>, Error> {
    Err(nothing())
}

pub(crate) fn of_spawn(_address: usize, _line: u32) -> Result<Option<HandleUse>, Error> {
    Err(nothing())
}

pub(crate) fn statics() -> Result<Statics, Error> {
    Err(nothing())
}

/// Where nothing is read, nobody needs to know where it is.
pub(crate) fn words<T>(_future: &dyn Future<Output = T>) -> [u64; 2] {
    [0, 0]
}

pub(crate) fn timers(_handle: &Handle) -> Result<TimerList, Error> {
    Err(nothing())
}

/// The wheel of a runtime's timers, which is not read.
#[derive(Clone, Debug)]
pub(crate) struct Wheel;

impl Wheel {
    pub(crate) fn of_new_runtime(_handle: &Handle) -> Option<Self> {
        None
    }

    #[expect(clippy::unused_self, reason = "the twin reads")]
    pub(crate) fn is_empty(&self) -> Option<bool> {
        None
    }
}

/// Closures that were handed to a pool.
pub(crate) mod blocking {
    use crate::{BlockingTask, Error};

    pub(crate) fn alive_perhaps(_cells: &[u64]) -> Vec<(u64, bool)> {
        Vec::new()
    }

    pub(crate) fn at(_cell: u64) -> Result<Option<BlockingTask>, Error> {
        Err(super::nothing())
    }
}

fn nothing() -> Error {
    Error::new("the memory of tasks is read on 64-bit Linux only")
}
