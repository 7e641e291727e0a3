//! Three ways to ask the kernel for bytes; containers and filters of system calls forbid one or the other, at any time.

use std::{
    fs::File,
    io,
    os::{
        fd::{AsRawFd, FromRawFd, OwnedFd, RawFd},
        unix::fs::FileExt,
    },
    process,
    sync::{
        Mutex,
        atomic::{AtomicUsize, Ordering},
    },
};

/// Fills a buffer from an address.
pub(super) type ReadFn = fn(u64, &mut [u8]) -> io::Result<()>;

/// Spans that are read in one call.
pub(super) const MOST_SPANS: usize = 16;

pub(super) const WAYS: [ReadFn; 3] = [by_call, by_file, by_pipe];
const NAMES: [&str; 3] = ["process_vm_readv", "/proc/self/mem", "a pipe"];

/// Which way works, as far as is known.
static CHOSEN: AtomicUsize = AtomicUsize::new(0);

/// Fills `into` from `address`, or nothing if a byte of it is not mapped: in the way that worked before, and where it does not
/// work any more, in another one. What fails because of the address fails in every way.
pub(super) fn read(address: u64, into: &mut [u8]) -> Option<()> {
    let chosen = CHOSEN.load(Ordering::Relaxed);
    if WAYS.get(chosen)?(address, into).is_ok() {
        return Some(());
    }
    let works = (0..WAYS.len()).find(|way| trial(*way).is_ok())?;
    if works == chosen {
        return None;
    }
    CHOSEN.store(works, Ordering::Relaxed);
    WAYS.get(works)?(address, into).ok()
}

/// Fills `into` with the words from `address` on; whether all of them are mapped.
pub fn read_words(address: u64, into: &mut [usize]) -> bool {
    let length = size_of_val(into);
    // SAFETY: words are as many bytes, all of which may have any value, and are borrowed for the call.
    let bytes = unsafe { std::slice::from_raw_parts_mut(into.as_mut_ptr().cast::<u8>(), length) };
    read(address, bytes).is_some()
}

/// Fills `into` with one span of memory after the other, each from an address and of so many bytes, or nothing if a byte of
/// them is not mapped.
pub(super) fn read_all(spans: &[(u64, usize)], into: &mut [u8]) -> Option<()> {
    if CHOSEN.load(Ordering::Relaxed) == 0 {
        if by_one_call(spans, into).is_ok() {
            return Some(());
        }
        if trial(0).is_ok() {
            return None;
        }
    }
    let mut left = into;
    for (address, length) in spans {
        let (part, others) = left.split_at_mut_checked(*length)?;
        read(*address, part)?;
        left = others;
    }
    Some(())
}

/// Reads something that is certainly mapped.
fn trial(way: usize) -> io::Result<()> {
    static KNOWN: [u8; 8] = *b"readable";
    let mut bytes = [0; 8];
    let read = WAYS.get(way).ok_or(io::ErrorKind::Unsupported)?;
    read(KNOWN.as_ptr() as u64, &mut bytes)?;
    if bytes == KNOWN {
        Ok(())
    } else {
        Err(io::ErrorKind::InvalidData.into())
    }
}

/// Whether the kernel lets the memory of this process be read, which it may stop to do at any time.
pub fn is_readable() -> bool {
    refusal().is_none()
}

/// Why nothing can be read at all, in no way; `None` where it can.
pub(crate) fn refusal() -> Option<String> {
    let chosen = CHOSEN.load(Ordering::Relaxed);
    if trial(chosen).is_ok() {
        return None;
    }
    let mut refused = Vec::new();
    for (way, name) in NAMES.iter().enumerate() {
        match trial(way) {
            Ok(()) => return None,
            Err(error) => refused.push(format!("{name}: {error}")),
        }
    }
    let refused = refused.join("; ");
    Some(format!(
        "the kernel refuses to read the memory of this process ({refused})"
    ))
}

/// What the kernel has done, if not all.
fn complete(got: isize, wanted: usize) -> io::Result<()> {
    match usize::try_from(got) {
        Ok(got) if got == wanted => Ok(()),
        Ok(_) => Err(io::ErrorKind::UnexpectedEof.into()),
        Err(_) => Err(io::Error::last_os_error()),
    }
}

fn by_call(address: u64, into: &mut [u8]) -> io::Result<()> {
    by_one_call(&[(address, into.len())], into)
}

fn by_one_call(spans: &[(u64, usize)], into: &mut [u8]) -> io::Result<()> {
    let local = libc::iovec {
        iov_base: into.as_mut_ptr().cast(),
        iov_len: into.len(),
    };
    let mut remote = [libc::iovec {
        iov_base: std::ptr::null_mut(),
        iov_len: 0,
    }; MOST_SPANS];
    let remote = remote
        .get_mut(..spans.len())
        .ok_or(io::ErrorKind::InvalidInput)?;
    for (remote, (address, length)) in remote.iter_mut().zip(spans) {
        remote.iov_base = std::ptr::with_exposed_provenance_mut(number(*address)?);
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
    complete(got, into.len())
}

fn by_file(address: u64, into: &mut [u8]) -> io::Result<()> {
    /// Whose memory it is, too: in a forked child, it is still the parent's.
    static SELF: Mutex<Option<(u32, File)>> = Mutex::new(None);
    // Whoever forked may have left it taken for ever.
    let Ok(mut memory) = SELF.try_lock() else {
        return open()?.read_exact_at(into, address);
    };
    let own = process::id();
    let file = match memory.take() {
        Some((pid, file)) if pid == own => file,
        _ => open()?,
    };
    let (_, file) = memory.insert((own, file));
    file.read_exact_at(into, address)
}

/// By a system call of its own, for it stays open: nobody is to take it for a descriptor of the program's.
fn open() -> io::Result<File> {
    let path = c"/proc/self/mem".as_ptr();
    let how = libc::O_RDONLY | libc::O_CLOEXEC;
    // SAFETY: the path is a C string.
    let file = unsafe { libc::syscall(libc::SYS_openat, libc::AT_FDCWD, path, how, 0) };
    let file = RawFd::try_from(file).unwrap_or(-1);
    if file < 0 {
        return Err(io::Error::last_os_error());
    }
    // SAFETY: it was just made and belongs to nobody else.
    Ok(unsafe { OwnedFd::from_raw_fd(file) }.into())
}

fn by_pipe(address: u64, into: &mut [u8]) -> io::Result<()> {
    let mut ends = [0; 2];
    // SAFETY: the call writes two numbers.
    let made = unsafe { libc::pipe2(ends.as_mut_ptr(), libc::O_CLOEXEC) };
    if made != 0 {
        return Err(io::Error::last_os_error());
    }
    // SAFETY: both were just made and belong to nobody else.
    let [from, to] = ends.map(|end| unsafe { OwnedFd::from_raw_fd(end) });
    let start = number(address)?;
    for (index, part) in into.chunks_mut(libc::PIPE_BUF).enumerate() {
        let start = start
            .checked_add(index * libc::PIPE_BUF)
            .ok_or(io::ErrorKind::InvalidInput)?;
        // SAFETY: the kernel reads from the address and refuses one that is not mapped; a pipe takes this much at once.
        let put = unsafe {
            libc::write(
                to.as_raw_fd(),
                std::ptr::with_exposed_provenance(start),
                part.len(),
            )
        };
        complete(put, part.len())?;
        // SAFETY: at most `part.len()` bytes are written to `part`.
        let got = unsafe { libc::read(from.as_raw_fd(), part.as_mut_ptr().cast(), part.len()) };
        complete(got, part.len())?;
    }
    Ok(())
}

fn number(address: u64) -> io::Result<usize> {
    usize::try_from(address).map_err(|_| io::ErrorKind::InvalidInput.into())
}
