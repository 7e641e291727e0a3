//! Ends a process, and surely no other.

use std::ptr::null;

use super::every::runs;
use crate::sys::child::Process;

const MOMENT_MS: i32 = 1000;

/// Kills it, and gives it a moment to be gone; whether it was there to be killed. Who has started it still has to wait for it. Before Linux 5.3 nothing is done: by its number alone
/// another could be hit, which has come meanwhile.
pub(crate) fn end(process: &Process) -> bool {
    // SAFETY: the descriptor is this function's own, and what is asked of it outlives the call.
    unsafe {
        let handle = libc::syscall(libc::SYS_pidfd_open, process.pid, 0);
        if handle < 0 {
            return false;
        }
        // From here on the handle leads to one process, whatever becomes of the number.
        let is_meant = runs(process);
        let no_details = null::<libc::siginfo_t>();
        let sent = is_meant
            && libc::syscall(
                libc::SYS_pidfd_send_signal,
                handle,
                libc::SIGKILL,
                no_details,
                0,
            ) == 0;
        if sent {
            let mut end = libc::pollfd {
                fd: i32::try_from(handle).unwrap_or(-1),
                events: libc::POLLIN,
                revents: 0,
            };
            libc::poll(&raw mut end, 1, MOMENT_MS);
        }
        libc::syscall(libc::SYS_close, handle);
        sent
    }
}

#[cfg(test)]
mod tests {
    use std::{os::unix::process::ExitStatusExt as _, process::Command};

    use super::*;
    use crate::sys::imp::children::kernel;

    #[test]
    fn it_is_ended_and_none_that_has_its_number_later() {
        let mut child = Command::new("sleep").arg("1000").spawn().unwrap();
        let process = kernel::look(child.id()).unwrap();
        let earlier = Process {
            start: process.start - 1,
            ..process
        };
        assert!(!end(&earlier));
        assert_eq!(child.try_wait().unwrap(), None);
        assert!(end(&process));
        assert_eq!(child.wait().unwrap().signal(), Some(libc::SIGKILL));
        assert!(!end(&process), "it is gone");
    }
}
