//! Every process that `/proc` shows, whoever has started it, and what it has open.

use std::{ffi::CString, fs};

use super::kernel;
use crate::sys::{
    child::{Open, Process},
    imp::{fds::file, proc},
};

/// All of them; none where `/proc` has other numbers than this process.
pub(crate) fn every() -> Vec<Process> {
    let entries = proc::is_own().then(|| fs::read_dir("/proc").ok()).flatten();
    let names = entries
        .into_iter()
        .flatten()
        .filter_map(|entry| entry.ok()?.file_name().into_string().ok());
    names
        .filter_map(|name| kernel::look(name.parse().ok()?))
        .collect()
}

/// Whether it is still there.
fn is_there(process: &Process) -> bool {
    kernel::look(process.pid).is_some_and(|found| found.start == process.start)
}

/// The pipes and sockets that it has open; none where that is not shown.
pub(crate) fn open_streams(process: &Process) -> Vec<Open> {
    let folder = format!("/proc/{}/fd", process.pid);
    let entries = fs::read_dir(&folder).into_iter().flatten();
    let numbers = entries.filter_map(|entry| entry.ok()?.file_name().to_str()?.parse::<i32>().ok());
    let streams = numbers.filter_map(|fd| {
        let path = CString::new(format!("{folder}/{fd}")).ok()?;
        // SAFETY: the path is a C string.
        let file = unsafe { file::at(path.as_ptr()) }?;
        file.stream.map(|_| Open {
            fd,
            identity: file.identity,
        })
    });
    let mut streams: Vec<Open> = streams.collect();
    streams.sort_unstable_by_key(|open| open.fd);
    // What was read is of this process.
    if is_there(process) {
        streams
    } else {
        Vec::new()
    }
}
