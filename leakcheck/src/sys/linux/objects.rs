//! The files that the loader has put together, by the addresses of their code.

use std::{
    cell::UnsafeCell,
    ffi::{CStr, c_char, c_int, c_void},
    mem::MaybeUninit,
    sync::OnceLock,
};

use crate::sys::object::Object;

/// What the names of the C library's files begin with: glibc's of all ages.
const C_LIBRARY: [&[u8]; 12] = [
    b"libc.so",
    b"libc-2.",
    b"libpthread.so",
    b"libpthread-2.",
    b"libdl.so",
    b"libdl-2.",
    b"librt.so",
    b"librt-2.",
    b"libresolv",
    b"libnss_",
    b"ld-linux",
    b"ld-2.",
];

/// In which of them the code before this address lies. For reports only: a lock may be taken.
pub(crate) fn of(address: usize) -> Object {
    static OWN: OnceLock<Option<usize>> = OnceLock::new();
    let own = OWN.get_or_init(|| Some(file(of as fn(usize) -> Object as usize + 1)?.start));
    match file(address) {
        // Where the loader knows of no files there is one.
        None if own.is_none() => Object::Program,
        Some(file) if Some(file.start) == *own => Object::Program,
        Some(file) if file.is_c_library => Object::CLibrary,
        _ => Object::Other,
    }
}

/// The name of the C library's function that the code before this address is inside of, if it exports that.
pub(crate) fn c_function(address: usize) -> Option<String> {
    let file = file(address).filter(|file| file.is_c_library)?;
    let initialiser = || (Some(address) == initialising()).then(|| "pthread_once".to_owned());
    file.function.or_else(initialiser)
}

/// Where an initialiser returns to. The function that calls it is not exported and has replaced `pthread_once` on the stack,
/// so the loader has no name for it: one is run to see.
fn initialising() -> Option<usize> {
    struct Once(UnsafeCell<c_int>);
    // SAFETY: the C library alone touches what is inside, and takes care of threads.
    unsafe impl Sync for Once {}
    unsafe extern "C" {
        fn pthread_once(once: *mut c_int, initialiser: extern "C" fn()) -> c_int;
    }
    static ONCE: Once = Once(UnsafeCell::new(0));
    static PLACE: OnceLock<usize> = OnceLock::new();

    extern "C" fn look() {
        backtrace::trace(|frame| {
            let address = frame.ip() as usize;
            let is_caller = of(address) == Object::CLibrary;
            if is_caller {
                // Nobody else is here.
                let _ = PLACE.set(address);
            }
            !is_caller
        });
    }
    // SAFETY: the value is a static that begins as `PTHREAD_ONCE_INIT`, which is 0, and `look` does not unwind.
    unsafe { pthread_once(ONCE.0.get(), look) };
    PLACE.get().copied()
}

struct File {
    start: usize,
    is_c_library: bool,
    function: Option<String>,
}

fn file(address: usize) -> Option<File> {
    let mut info = MaybeUninit::<libc::Dl_info>::uninit();
    // A return address may be just behind its function.
    let place = address.checked_sub(1)? as *const c_void;
    // SAFETY: the place is only compared, and the loader fills all of `info` in where it returns anything but 0. Names of
    // files and functions stay as long as these are loaded, which code is that has run and may be running.
    unsafe {
        if libc::dladdr(place, info.as_mut_ptr()) == 0 {
            return None;
        }
        let info = info.assume_init();
        let text = |text: *const c_char| (!text.is_null()).then(|| CStr::from_ptr(text));
        let name = text(info.dli_fname).map_or(&b""[..], CStr::to_bytes);
        let name = name.rsplit(|byte| *byte == b'/').next()?;
        let function = text(info.dli_sname).and_then(|name| name.to_str().ok());
        Some(File {
            start: info.dli_fbase as usize,
            is_c_library: C_LIBRARY.iter().any(|start| name.starts_with(start)),
            function: function.map(ToOwned::to_owned),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_program_is_told_from_the_c_library() {
        let own = the_program_is_told_from_the_c_library as fn() as usize;
        assert_eq!(of(own + 1), Object::Program);
        if cfg!(not(any(target_env = "musl", target_feature = "crt-static"))) {
            let other: unsafe extern "C" fn(i32) -> *mut libc::c_char = libc::strerror;
            assert_eq!(of(other as usize + 1), Object::CLibrary);
            assert_eq!(c_function(other as usize + 1).as_deref(), Some("strerror"));
            let place = initialising().expect("one was run");
            assert_eq!(c_function(place).as_deref(), Some("pthread_once"));
        }
        assert_eq!(c_function(own + 1), None);
        assert_ne!(of(1), Object::CLibrary);
    }
}
