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

/// Pieces that the kernel takes in one call.
const MOST_AT_ONCE: usize = 1024;

pub(super) const WAYS: [Way; 3] = [by_call, by_file, by_pipe];

/// Fills `into` from `address`, or nothing if a byte of it is not mapped.
pub(super) fn read(address: u64, into: &mut [u8]) -> Option<()> {
    WAYS.get(chosen()?)?(address, into)
}

/// Pieces of one size from many addresses, each nothing if a byte of it is not mapped.
pub(super) fn gather<const SIZE: usize>(addresses: &[u64]) -> Vec<Option<[u8; SIZE]>> {
    if chosen() != Some(0) {
        let piece = |address: &u64| {
            let mut bytes = [0; SIZE];
            read(*address, &mut bytes).map(|()| bytes)
        };
        return addresses.iter().map(piece).collect();
    }
    let mut pieces = Vec::with_capacity(addresses.len());
    let mut left = addresses;
    while !left.is_empty() {
        let mut bytes = vec![[0; SIZE]; left.len().min(MOST_AT_ONCE)];
        let got = by_one_call(left, &mut bytes).min(bytes.len());
        let is_whole = got == bytes.len();
        pieces.extend(bytes.into_iter().take(got).map(Some));
        // The one that it stopped at is not mapped.
        pieces.extend((!is_whole).then_some(None));
        left = left.get(got + usize::from(!is_whole)..).unwrap_or_default();
    }
    pieces
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

/// Fills the first pieces, up to the first address that is not mapped, and says how many.
fn by_one_call<const SIZE: usize>(addresses: &[u64], pieces: &mut [[u8; SIZE]]) -> usize {
    let local = libc::iovec {
        iov_base: pieces.as_mut_ptr().cast(),
        iov_len: size_of_val(pieces),
    };
    let from = |address: &u64| libc::iovec {
        iov_base: std::ptr::with_exposed_provenance_mut(usize::try_from(*address).unwrap_or(0)),
        iov_len: SIZE,
    };
    let remote: Vec<libc::iovec> = addresses.iter().take(pieces.len()).map(from).collect();
    // SAFETY: the kernel writes at most all of `pieces`, which are borrowed for the call; the other side is only read, and an
    // address that is not mapped ends the transfer.
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
    usize::try_from(got).map_or(0, |got| got / SIZE)
}

fn by_call(address: u64, into: &mut [u8]) -> Option<()> {
    let local = libc::iovec {
        iov_base: into.as_mut_ptr().cast(),
        iov_len: into.len(),
    };
    let remote = libc::iovec {
        iov_base: std::ptr::with_exposed_provenance_mut(usize::try_from(address).ok()?),
        iov_len: into.len(),
    };
    // SAFETY: the kernel writes at most `into.len()` bytes to `into`, which is borrowed for the call; the other side is
    // only read, and an address that is not mapped is an error value.
    let got = unsafe {
        libc::process_vm_readv(libc::getpid(), &raw const local, 1, &raw const remote, 1, 0)
    };
    (usize::try_from(got) == Ok(into.len())).then_some(())
}

fn by_file(address: u64, into: &mut [u8]) -> Option<()> {
    static SELF: OnceLock<Option<File>> = OnceLock::new();
    let memory = SELF
        .get_or_init(|| File::open("/proc/self/mem").ok())
        .as_ref()?;
    memory.read_exact_at(into, address).ok()
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
