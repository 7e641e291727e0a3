//! What the kernel says of a child, without a lock, without memory of an allocator, and without waiting for it.

use std::mem::zeroed;

use super::{errno, proc};
use crate::{base::model::ProcessState, sys::child::Process};

/// What has become of the child with this id that was started at this time; nothing where it is no child any more.
pub(super) fn state(pid: u32, started: u64) -> Option<ProcessState> {
    // SAFETY: zero is valid for every field of the plain struct.
    let mut info: libc::siginfo_t = unsafe { zeroed() };
    let how = libc::WEXITED | libc::WNOHANG | libc::WNOWAIT | libc::__WALL;
    // SAFETY: `info` outlives the call, and the resource usage is not asked for. The C library's function is not used,
    // because a thread may be cancelled in it.
    let result = unsafe {
        libc::syscall(
            libc::SYS_waitid,
            libc::P_PID,
            pid,
            &raw mut info,
            how,
            std::ptr::null_mut::<libc::rusage>(),
        )
    };
    // A later process may have its id, which only a child of code that is not seen here can be.
    let is_other = || started != 0 && start(pid).is_some_and(|start| start != started);
    let refused = result != 0 && errno::get() != libc::ECHILD;
    if result != 0 && !(refused && exists(pid)) || is_other() {
        return None;
    }
    // SAFETY: `waitid` sets this field, or leaves it zero where nothing has changed.
    let exited = unsafe { info.si_pid() };
    Some(if exited == 0 {
        ProcessState::Running
    } else {
        ProcessState::Zombie
    })
}

/// Whether there is a process with this id, for where the kernel may not be asked about children.
fn exists(pid: u32) -> bool {
    // SAFETY: no signal is sent.
    unsafe { libc::syscall(libc::SYS_kill, pid, 0) == 0 || errno::get() != libc::ESRCH }
}

/// When this process was started, in the kernel's ticks since boot; `None` where `/proc` has others by its number.
pub(super) fn start(pid: u32) -> Option<u64> {
    if !proc::is_own() {
        return None;
    }
    let mut buffer = [0; 1024];
    Some(Stat::parse(read(pid, &mut buffer)?)?.start)
}

/// What the kernel says of a process, whoever has started it.
pub(super) fn look(pid: u32) -> Option<Process> {
    let mut buffer = [0; 1024];
    let stat = Stat::parse(read(pid, &mut buffer)?)?;
    Some(Process {
        pid,
        parent: stat.parent,
        start: stat.start,
        state: stat.state,
    })
}

/// What stands in `/proc/PID/stat`.
pub(super) struct Stat<'t> {
    /// Of the program, at most 15 bytes.
    pub(super) name: &'t [u8],
    state: ProcessState,
    parent: u32,
    start: u64,
}

impl<'t> Stat<'t> {
    pub(super) fn parse(text: &'t [u8]) -> Option<Self> {
        /// Between the number of the parent and the time. The name before them may have anything in it, brackets and spaces too.
        const BETWEEN: usize = 17;
        let from = text.iter().position(|byte| *byte == b'(')?;
        let to = text.iter().rposition(|byte| *byte == b')')?;
        let rest = str::from_utf8(text.get(to + 1..)?).ok()?;
        let mut words = rest.split_ascii_whitespace();
        Some(Self {
            name: text.get(from + 1..to)?,
            state: match words.next()? {
                "Z" | "X" => ProcessState::Zombie,
                _ => ProcessState::Running,
            },
            parent: words.next()?.parse().ok()?,
            start: words.nth(BETWEEN)?.parse().ok()?,
        })
    }
}

/// Reads `/proc/PID/stat`, in one piece, as the kernel hands it out.
fn read(pid: u32, buffer: &mut [u8]) -> Option<&[u8]> {
    let path = path(pid);
    // SAFETY: the path is a C string; the descriptor is this function's own, and the buffer is as long as is said.
    let len = unsafe {
        let how = libc::O_RDONLY | libc::O_CLOEXEC;
        let file = libc::syscall(libc::SYS_openat, libc::AT_FDCWD, path.as_ptr(), how, 0);
        if file < 0 {
            return None;
        }
        let len = libc::syscall(libc::SYS_read, file, buffer.as_mut_ptr(), buffer.len());
        libc::syscall(libc::SYS_close, file);
        len
    };
    buffer.get(..usize::try_from(len).ok()?)
}

/// `/proc/PID/stat`, with a zero at its end.
fn path(pid: u32) -> [u8; 32] {
    let mut path = [0; 32];
    let mut digits = [0; 10];
    let mut left = pid;
    let mut first = digits.len();
    while first == digits.len() || left > 0 {
        first -= 1;
        digits[first] = b'0' + u8::try_from(left % 10).unwrap_or(0);
        left /= 10;
    }
    let parts = [b"/proc/".as_slice(), &digits[first..], b"/stat"];
    for (byte, from) in path.iter_mut().zip(parts.into_iter().flatten()) {
        *byte = *from;
    }
    path
}

#[cfg(test)]
mod tests {
    use std::process::{Command, id};

    use super::*;

    #[test]
    fn paths_are_written() {
        for pid in [1, 10, 4711, u32::MAX] {
            let path = path(pid);
            let text = std::ffi::CStr::from_bytes_until_nul(&path).expect("it ends");
            assert_eq!(text.to_str(), Ok(&*format!("/proc/{pid}/stat")));
        }
    }

    #[test]
    fn names_with_anything_in_them_are_read() {
        let numbers: Vec<String> = (4..30).map(|n| n.to_string()).collect();
        let numbers = numbers.join(" ");
        for name in ["sleep", "a b", "a) R (b", ""] {
            let text = format!("7 ({name}) S {numbers}\n");
            let stat = Stat::parse(text.as_bytes()).expect("it is well formed");
            assert_eq!(
                (stat.name, stat.parent, stat.start),
                (name.as_bytes(), 4, 22)
            );
        }
        for text in ["", "7 (a", "7 (a) S 1", ")("] {
            assert!(Stat::parse(text.as_bytes()).is_none(), "{text}");
        }
    }

    #[test]
    fn a_child_is_seen_until_it_was_waited_for() {
        let mut child = Command::new("cat")
            .stdin(std::process::Stdio::piped())
            .spawn()
            .expect("there is `cat`");
        let pid = child.id();
        let started = start(pid).expect("it was started");
        assert_eq!(state(pid, started), Some(ProcessState::Running));
        assert_eq!(state(pid, started + 1), None, "another has its number");
        drop(child.stdin.take());
        while state(pid, started) == Some(ProcessState::Running) {
            std::thread::yield_now();
        }
        assert_eq!(state(pid, started), Some(ProcessState::Zombie));
        assert!(child.wait().is_ok_and(|status| status.success()));
        assert_eq!(state(pid, started), None);
        assert_eq!(state(id(), 0), None, "nobody is its own child");
    }
}
