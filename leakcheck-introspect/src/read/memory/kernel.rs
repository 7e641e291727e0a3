//! Three ways to ask the kernel for bytes; containers forbid one or the other.

use std::{
    fs::File,
    os::{
        fd::{AsRawFd, FromRawFd, OwnedFd},
        unix::fs::FileExt,
    },
    sync::{
        OnceLock,
        atomic::{AtomicUsize, Ordering},
    },
};

pub(super) type Way = fn(u64, &mut [u8]) -> Option<()>;

/// Spans that are read in one call.
pub(super) const MOST_SPANS: usize = 16;

pub(super) const WAYS: [Way; 3] = [by_call, by_file, by_pipe];

/// Fills `into` from `address`, or nothing if a byte of it is not mapped.
pub(super) fn read(address: u64, into: &mut [u8]) -> Option<()> {
    WAYS.get(chosen()?)?(address, into)
}

/// Fills `into` with one span of memory after the other, each from an address and of so many bytes, or nothing if a byte of
/// them is not mapped.
pub(super) fn read_all(spans: &[(u64, usize)], into: &mut [u8]) -> Option<()> {
    if chosen()? == 0 {
        return by_one_call(spans, into);
    }
    let mut left = into;
    for (address, length) in spans {
        let (part, others) = left.split_at_mut_checked(*length)?;
        read(*address, part)?;
        left = others;
    }
    Some(())
}

/// Which way works here; found out by reading something that is certainly mapped.
fn chosen() -> Option<usize> {
    static CHOSEN: AtomicUsize = AtomicUsize::new(usize::MAX);
    let mut chosen = CHOSEN.load(Ordering::Relaxed);
    if chosen == usize::MAX {
        static KNOWN: [u8; 8] = *b"readable";
        chosen = WAYS.iter().position(|way| {
            let mut bytes = [0; 8];
            way(KNOWN.as_ptr() as u64, &mut bytes).is_some() && bytes == KNOWN
        })?;
        CHOSEN.store(chosen, Ordering::Relaxed);
    }
    Some(chosen)
}

fn by_call(address: u64, into: &mut [u8]) -> Option<()> {
    by_one_call(&[(address, into.len())], into)
}

fn by_one_call(spans: &[(u64, usize)], into: &mut [u8]) -> Option<()> {
    let local = libc::iovec {
        iov_base: into.as_mut_ptr().cast(),
        iov_len: into.len(),
    };
    let mut remote = [libc::iovec {
        iov_base: std::ptr::null_mut(),
        iov_len: 0,
    }; MOST_SPANS];
    let remote = remote.get_mut(..spans.len())?;
    for (remote, (address, length)) in remote.iter_mut().zip(spans) {
        remote.iov_base = std::ptr::with_exposed_provenance_mut(usize::try_from(*address).ok()?);
        remote.iov_len = *length;
    }
    // SAFETY: the kernel writes at most `into.len()` bytes to `into`, which is borrowed for the call; the other side is
    // only read, and an address that is not mapped is an error value or ends the transfer.
    let got = unsafe {
        libc::process_vm_readv(
            libc::getpid(),
            &raw const local,
            1,
            remote.as_ptr(),
            remote.len() as libc::c_ulong,
            0,
        )
    };
    (usize::try_from(got) == Ok(into.len())).then_some(())
}

fn by_file(address: u64, into: &mut [u8]) -> Option<()> {
    static SELF: OnceLock<Option<(u32, File)>> = OnceLock::new();
    let open = || File::open("/proc/self/mem").ok();
    let opened = SELF.get_or_init(|| Some((std::process::id(), open()?)));
    match opened {
        Some((process, memory)) if *process == std::process::id() => {
            memory.read_exact_at(into, address).ok()
        }
        // In a forked child that is the memory of its parent.
        _ => open()?.read_exact_at(into, address).ok(),
    }
}

fn by_pipe(address: u64, into: &mut [u8]) -> Option<()> {
    let mut ends = [0; 2];
    // SAFETY: the call writes two numbers.
    if unsafe { libc::pipe2(ends.as_mut_ptr(), libc::O_CLOEXEC) } != 0 {
        return None;
    }
    // SAFETY: both were just made and belong to nobody else.
    let [from, to] = ends.map(|end| unsafe { OwnedFd::from_raw_fd(end) });
    for (index, part) in into.chunks_mut(libc::PIPE_BUF).enumerate() {
        let start = usize::try_from(address)
            .ok()?
            .checked_add(index * libc::PIPE_BUF)?;
        // SAFETY: the kernel reads from the address and refuses one that is not mapped; a pipe takes this much at once.
        let put = unsafe {
            libc::write(
                to.as_raw_fd(),
                std::ptr::with_exposed_provenance(start),
                part.len(),
            )
        };
        if usize::try_from(put) != Ok(part.len()) {
            return None;
        }
        // SAFETY: at most `part.len()` bytes are written to `part`.
        let got = unsafe { libc::read(from.as_raw_fd(), part.as_mut_ptr().cast(), part.len()) };
        if usize::try_from(got) != Ok(part.len()) {
            return None;
        }
    }
    Some(())
}
