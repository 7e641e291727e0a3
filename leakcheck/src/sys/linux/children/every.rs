//! Every process that `/proc` shows, whoever has started it, and what it has open.

use std::ffi::{CStr, CString};

use super::kernel;
use crate::{
    base::model::ProcessState,
    sys::{
        child::{Open, Process},
        imp::{fds::file, proc},
    },
};

/// All of them; none where `/proc` has other numbers than this process.
pub(crate) fn every() -> Vec<Process> {
    if !are_shown() {
        return Vec::new();
    }
    numbers_in(c"/proc")
        .into_iter()
        .filter_map(kernel::look)
        .collect()
}

/// Whether `/proc` shows processes by the numbers that this one knows.
pub(crate) fn are_shown() -> bool {
    proc::is_own() && kernel::look(std::process::id()).is_some()
}

/// It as it is now, unless another has its number.
fn again(process: &Process) -> Option<Process> {
    kernel::look(process.pid).filter(|found| found.start == process.start)
}

/// Whether it still runs.
pub(crate) fn runs(process: &Process) -> bool {
    again(process).is_some_and(|found| found.state == ProcessState::Running)
}

/// The pipes and sockets that it has open; none where that is not shown.
pub(crate) fn open_streams(process: &Process) -> Vec<Open> {
    let Ok(folder) = CString::new(format!("/proc/{}/fd", process.pid)) else {
        return Vec::new();
    };
    let streams = numbers_in(&folder).into_iter().filter_map(|fd| {
        let path = CString::new(format!("/proc/{}/fd/{fd}", process.pid)).ok()?;
        if !leads_to_stream(&path) {
            return None;
        }
        // SAFETY: the path is a C string.
        let file = unsafe { file::at(path.as_ptr()) }?;
        let fd = i32::try_from(fd).ok()?;
        file.stream.map(|kind| Open {
            fd,
            identity: file.identity,
            kind,
        })
    });
    let mut streams: Vec<Open> = streams.collect();
    streams.sort_unstable_by_key(|open| open.fd);
    // What was read is of this process.
    if again(process).is_some() {
        streams
    } else {
        Vec::new()
    }
}

/// Whether this link of `/proc` leads to a pipe or a socket, by its text: to ask what else is at its end may wait for a file system
/// that does not answer.
fn leads_to_stream(link: &CStr) -> bool {
    let mut text = [0; 16];
    // SAFETY: the path is a C string, and the buffer is as long as is said.
    let read = unsafe {
        let place = text.as_mut_ptr();
        libc::syscall(
            libc::SYS_readlinkat,
            libc::AT_FDCWD,
            link.as_ptr(),
            place,
            text.len(),
        )
    };
    let text = usize::try_from(read)
        .ok()
        .and_then(|length| text.get(..length));
    text.is_some_and(|text| text.starts_with(b"pipe:[") || text.starts_with(b"socket:["))
}

/// The names in this folder that are numbers. std panics where a folder cannot be closed.
fn numbers_in(folder: &CStr) -> Vec<u32> {
    let mut numbers = Vec::new();
    let mut buffer = vec![0; 16 << 10];
    // SAFETY: the path is a C string, the descriptor this function's own, and the buffer as long as is said.
    unsafe {
        let how = libc::O_RDONLY | libc::O_DIRECTORY | libc::O_CLOEXEC;
        let file = libc::syscall(libc::SYS_openat, libc::AT_FDCWD, folder.as_ptr(), how, 0);
        if file < 0 {
            return numbers;
        }
        loop {
            let read = libc::syscall(
                libc::SYS_getdents64,
                file,
                buffer.as_mut_ptr(),
                buffer.len(),
            );
            match usize::try_from(read) {
                Ok(length @ 1..) => numbers.extend(Names(&buffer[..length]).filter_map(number)),
                _ => break,
            }
        }
        libc::syscall(libc::SYS_close, file);
    }
    numbers
}

fn number(name: &[u8]) -> Option<u32> {
    str::from_utf8(name).ok()?.parse().ok()
}

/// The names of what `getdents64` has written.
struct Names<'b>(&'b [u8]);

impl<'b> Iterator for Names<'b> {
    type Item = &'b [u8];

    fn next(&mut self) -> Option<&'b [u8]> {
        /// Where an entry has its length, and where its name, which ends with a zero.
        const LENGTH: usize = 16;
        const NAME: usize = 19;
        let length = self.0.get(LENGTH..LENGTH + 2)?.try_into().ok()?;
        let (entry, rest) = self.0.split_at_checked(u16::from_ne_bytes(length).into())?;
        self.0 = rest;
        entry.get(NAME..)?.split(|byte| *byte == 0).next()
    }
}

#[cfg(test)]
mod tests {
    use std::os::fd::AsRawFd as _;

    use super::*;

    #[test]
    fn this_process_is_among_them_and_has_what_it_opens() {
        let own = every()
            .into_iter()
            .find(|process| process.pid == std::process::id());
        let own = own.expect("it is there");
        let (reads, writes) = std::io::pipe().unwrap();
        let fds = |open: &[Open], identity: u64| -> Vec<i32> {
            let same = open.iter().filter(|open| open.identity == identity);
            same.map(|open| open.fd).collect()
        };
        let mut expected = [reads.as_raw_fd(), writes.as_raw_fd()];
        expected.sort_unstable();
        let identity = file::of(expected[0]).unwrap().identity;
        assert_eq!(fds(&open_streams(&own), identity), expected);
        let later = Process {
            start: own.start + 1,
            ..own
        };
        assert_eq!(open_streams(&later), []);
    }

    #[test]
    fn entries_that_are_cut_off_are_none() {
        let entry = |name: &[u8]| {
            let length = u16::try_from(20 + name.len()).unwrap();
            let mut entry = vec![0; 16];
            entry.extend(length.to_ne_bytes());
            entry.push(4);
            entry.extend(name);
            entry.push(0);
            entry
        };
        let both = [entry(b"17"), entry(b"self")].concat();
        assert_eq!(
            Names(&both).collect::<Vec<_>>(),
            [b"17".as_slice(), b"self"]
        );
        assert_eq!(Names(&both).filter_map(number).collect::<Vec<_>>(), [17]);
        let short = Names(&both[..both.len() - 1]);
        assert_eq!(short.collect::<Vec<_>>(), [b"17".as_slice()]);
        assert_eq!(
            Names(&[0; 18]).take(2).count(),
            0,
            "an entry without length is none"
        );
    }
}
