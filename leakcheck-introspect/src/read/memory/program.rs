//! Where the running program lies in memory, and its file.

use std::{fs::File, io, mem::ManuallyDrop, ops::Range, path::Path, sync::OnceLock};

use memmap2::Mmap;

/// The main program as it is loaded.
#[derive(Clone, Debug)]
pub(crate) struct Program {
    /// What to subtract from an address to find it in the file's debug info.
    pub(crate) bias: u64,
    /// Addresses of its code and data.
    pub(crate) span: Range<u64>,
}

impl Program {
    pub(crate) fn of_this_process() -> Self {
        let mut program = Self {
            bias: 0,
            // Nothing yet: whatever comes begins before and ends after it.
            span: Range {
                start: u64::MAX,
                end: 0,
            },
        };
        // SAFETY: `note_first` gets the pointer to `program`, which outlives the call.
        unsafe { libc::dl_iterate_phdr(Some(note_first), (&raw mut program).cast()) };
        program
    }
}

/// Where the main program is, asked once.
pub(crate) fn own_span() -> &'static Range<u64> {
    static SPAN: OnceLock<Range<u64>> = OnceLock::new();
    SPAN.get_or_init(|| Program::of_this_process().span)
}

/// The first entry is the main program.
unsafe extern "C" fn note_first(
    info: *mut libc::dl_phdr_info,
    _size: usize,
    program: *mut libc::c_void,
) -> libc::c_int {
    // SAFETY: the loader hands over a valid entry with `dlpi_phnum` headers, and the caller a `Program`.
    let (info, headers, program) = unsafe {
        let info = &*info;
        let headers = std::slice::from_raw_parts(info.dlpi_phdr, info.dlpi_phnum.into());
        (info, headers, &mut *program.cast::<Program>())
    };
    program.bias = info.dlpi_addr;
    for header in headers
        .iter()
        .filter(|header| header.p_type == libc::PT_LOAD)
    {
        let start = info.dlpi_addr.wrapping_add(header.p_vaddr);
        program.span.start = program.span.start.min(start);
        program.span.end = program.span.end.max(start.wrapping_add(header.p_memsz));
    }
    1
}

/// Where the variables are that the main program has of the thread which asks, if it has any.
pub(crate) fn own_thread_locals() -> Option<u64> {
    let mut block = 0_u64;
    // SAFETY: `note_block` gets the pointer to `block`, which outlives the call.
    unsafe { libc::dl_iterate_phdr(Some(note_block), (&raw mut block).cast()) };
    (block != 0).then_some(block)
}

/// The first entry is the main program.
unsafe extern "C" fn note_block(
    info: *mut libc::dl_phdr_info,
    size: usize,
    block: *mut libc::c_void,
) -> libc::c_int {
    // A loader that is older than this field hands over less.
    if size >= size_of::<libc::dl_phdr_info>() {
        // SAFETY: the loader hands over a valid entry of that size, and the caller a number.
        unsafe { *block.cast::<u64>() = (*info).dlpi_tls_data as u64 };
    }
    1
}

/// A whole file that stays mapped for as long as the process lives.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Mapped(&'static [u8]);

impl Mapped {
    pub(crate) fn bytes(self) -> &'static [u8] {
        self.0
    }

    /// Gives back the memory that its pages take; those that are needed again come from the file again.
    pub(crate) fn give_back(self) {
        let start = self.0.as_ptr().cast_mut().cast();
        // SAFETY: the map is read only and backed by a file, so that whoever reads it meanwhile reads the same bytes.
        let given = unsafe { libc::madvise(start, self.0.len(), libc::MADV_DONTNEED) };
        // Without that they merely stay.
        let _ = given;
    }
}

/// Maps a whole file.
pub(crate) fn map(path: &Path) -> io::Result<Mapped> {
    // To open a pipe would be to wait for its other end.
    if !std::fs::metadata(path)?.is_file() {
        return Err(io::ErrorKind::InvalidInput.into());
    }
    let file = File::open(path)?;
    // SAFETY: the map is private and read only. That nobody truncates a program that runs is the kernel's rule
    // (ETXTBSY); files of debug info beside it are only replaced, not truncated, by the tools that write them.
    let map = ManuallyDrop::new(unsafe { Mmap::map(&file)? });
    // Not by a box that nothing points to any more: a leak sanitizer would report that.
    // SAFETY: the bytes stay mapped as long as the process lives, since the map is never dropped.
    Ok(Mapped(unsafe {
        std::slice::from_raw_parts(map.as_ptr(), map.len())
    }))
}

/// Whether this process may still take so much memory. Whoever runs out of it while reading would take the process along.
pub(crate) fn has_room(bytes: usize) -> bool {
    // SAFETY: what is mapped is fresh, is never touched, and is given back at once.
    unsafe {
        let protection = libc::PROT_READ | libc::PROT_WRITE;
        let how = libc::MAP_PRIVATE | libc::MAP_ANONYMOUS | libc::MAP_NORESERVE;
        let start = libc::mmap(std::ptr::null_mut(), bytes, protection, how, -1, 0);
        start != libc::MAP_FAILED && libc::munmap(start, bytes) == 0
    }
}

/// Where `needle` first stands in `within`: the C library's search, which is fast in programs that are not optimised.
pub(crate) fn find(within: &[u8], needle: &[u8]) -> Option<usize> {
    // SAFETY: both slices are borrowed for the call, and the result is null or inside `within`.
    let found = unsafe {
        libc::memmem(
            within.as_ptr().cast(),
            within.len(),
            needle.as_ptr().cast(),
            needle.len(),
        )
    };
    (!found.is_null()).then(|| found as usize - within.as_ptr() as usize)
}

/// Where `byte` last stands in `within`.
pub(crate) fn find_last(within: &[u8], byte: u8) -> Option<usize> {
    // SAFETY: the slice is borrowed for the call, and the result is null or inside `within`.
    let found = unsafe { libc::memrchr(within.as_ptr().cast(), byte.into(), within.len()) };
    (!found.is_null()).then(|| found as usize - within.as_ptr() as usize)
}

#[cfg(test)]
mod tests {
    use std::{ffi::CString, os::unix::ffi::OsStrExt};

    use super::*;

    #[test]
    fn a_pipe_is_no_file() {
        let path = std::env::temp_dir().join(format!("leakcheck-pipe-{}", std::process::id()));
        let name = CString::new(path.as_os_str().as_bytes()).expect("no zero in it");
        // SAFETY: the name ends with a zero.
        assert_eq!(unsafe { libc::mkfifo(name.as_ptr(), 0o600) }, 0);
        let mapped = map(&path);
        std::fs::remove_file(&path).expect("it was just made");
        // Nobody ever opens its other end.
        assert!(mapped.is_err());
    }
}
