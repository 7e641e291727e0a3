//! Where `/proc` shows the threads and children of this process.
//!
//! What is mounted there may be of another pid namespace: then it has other numbers than the process knows, and the right ones
//! are those of its own that the kernel names last.

use std::fs;

/// The folder of a thread of this process; `None` where it is not shown.
pub(super) fn of_thread(tid: i32) -> Option<String> {
    if is_own() {
        return Some(format!("/proc/self/task/{tid}"));
    }
    let number = u32::try_from(tid).ok()?;
    search("/proc/self/task", |path| innermost(path) == Some(number))
}

/// The folder of a process in the namespace of this one; `None` where it is not shown.
#[cfg_attr(
    any(target_env = "musl", target_feature = "crt-static"),
    allow(dead_code, reason = "no child is seen with a static C library")
)]
pub(super) fn of_process(pid: u32) -> Option<String> {
    if is_own() {
        return Some(format!("/proc/{pid}"));
    }
    let namespace = |path: &str| fs::read_link(format!("{path}/ns/pid")).ok();
    let own = namespace("/proc/self")?;
    search("/proc", |path| {
        innermost(path) == Some(pid) && namespace(path).as_ref() == Some(&own)
    })
}

/// Whether it has the numbers that this process knows. Allocates nothing, takes no lock and keeps to system calls.
pub(super) fn is_own() -> bool {
    let mut name = [0_u8; 16];
    // SAFETY: the path is a C string, and the place as long as is said.
    let (length, pid) = unsafe {
        let path = c"/proc/self".as_ptr();
        let room = name.len();
        let length = libc::syscall(
            libc::SYS_readlinkat,
            libc::AT_FDCWD,
            path,
            name.as_mut_ptr(),
            room,
        );
        (length, libc::syscall(libc::SYS_getpid))
    };
    let Some(name) = usize::try_from(length)
        .ok()
        .and_then(|length| name.get(..length))
    else {
        return false;
    };
    let number = str::from_utf8(name).ok().and_then(|name| name.parse().ok());
    number == Some(pid)
}

/// The folder in `parent` with a number for its name of which this is so.
fn search(parent: &str, is_it: impl Fn(&str) -> bool) -> Option<String> {
    let entries = fs::read_dir(parent).ok()?;
    let names = entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
    let numbers = names.filter(|name| name.bytes().all(|byte| byte.is_ascii_digit()));
    numbers
        .map(|number| format!("{parent}/{number}"))
        .find(|path| is_it(path))
}

/// The number in the innermost namespace.
fn innermost(path: &str) -> Option<u32> {
    let status = fs::read_to_string(format!("{path}/status")).ok()?;
    let numbers = status
        .lines()
        .find_map(|line| line.strip_prefix("NSpid:"))?;
    numbers.split_whitespace().last()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sys::proc_threads;

    #[test]
    fn what_is_ones_own_is_found_both_ways() {
        assert!(is_own(), "tests have a `/proc` of their own");
        let tid = proc_threads::tid();
        let found = search("/proc/self/task", |path| {
            innermost(path) == u32::try_from(tid).ok()
        });
        assert_eq!(found, of_thread(tid));
        let pid = std::process::id();
        let found = search("/proc", |path| innermost(path) == Some(pid));
        assert_eq!(found, of_process(pid));
        assert_eq!(search("/proc/self/task", |_| false), None);
        assert_eq!(search("/nothing", |_| true), None);
    }
}
