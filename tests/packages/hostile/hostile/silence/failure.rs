//! The ways in which looking fails.

use std::{
    ffi::CString,
    fmt, fs,
    hint::black_box,
    io::Error,
    os::unix::process::CommandExt,
    path::{Path, PathBuf},
    process::Command,
};

use super::subject::FAILURE;

/// One of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Failure {
    None,
    /// The program has neither debug info nor symbols.
    Nameless,
    Deleted,
    Replaced,
    /// There is no `/proc` from the beginning on.
    NoProc,
    /// There is no file any more.
    Chroot,
    /// None is left.
    Descriptors,
    /// Next to nothing is left.
    Memory,
    /// The memory for creation paths has been used up before anything is made.
    Paths,
    /// The kernel refuses this call, of this name.
    Refused(&'static str, libc::c_long),
}

/// System calls that a checker makes, or that what it uses does.
const CALLS: &[(&str, libc::c_long)] = &[
    ("process_vm_readv", libc::SYS_process_vm_readv),
    ("openat", libc::SYS_openat),
    ("read", libc::SYS_read),
    ("pread64", libc::SYS_pread64),
    ("close", libc::SYS_close),
    ("fstat", libc::SYS_fstat),
    ("newfstatat", libc::SYS_newfstatat),
    ("statx", libc::SYS_statx),
    ("readlinkat", libc::SYS_readlinkat),
    #[cfg(target_arch = "x86_64")]
    ("readlink", libc::SYS_readlink),
    ("getdents64", libc::SYS_getdents64),
    ("fcntl", libc::SYS_fcntl),
    ("getsockopt", libc::SYS_getsockopt),
    ("mmap", libc::SYS_mmap),
    ("munmap", libc::SYS_munmap),
    ("mprotect", libc::SYS_mprotect),
    ("madvise", libc::SYS_madvise),
    ("waitid", libc::SYS_waitid),
    ("wait4", libc::SYS_wait4),
    ("kill", libc::SYS_kill),
    ("tgkill", libc::SYS_tgkill),
    ("gettid", libc::SYS_gettid),
    ("clone", libc::SYS_clone),
    ("clone3", libc::SYS_clone3),
    ("timer_gettime", libc::SYS_timer_gettime),
    ("clock_nanosleep", libc::SYS_clock_nanosleep),
    ("sched_yield", libc::SYS_sched_yield),
    ("rt_sigaction", libc::SYS_rt_sigaction),
    ("rt_sigprocmask", libc::SYS_rt_sigprocmask),
    ("getrandom", libc::SYS_getrandom),
    ("membarrier", libc::SYS_membarrier),
    ("prlimit64", libc::SYS_prlimit64),
];

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::None => "nothing fails",
            Self::Nameless => "no names",
            Self::Deleted => "program deleted",
            Self::Replaced => "program replaced",
            Self::NoProc => "no /proc",
            Self::Chroot => "chroot",
            Self::Descriptors => "no descriptor",
            Self::Memory => "no memory",
            Self::Paths => "no room for paths",
            Self::Refused(name, _) => return write!(f, "no {name}()"),
        })
    }
}

impl Failure {
    pub(super) fn all() -> impl Iterator<Item = Self> {
        let refused = CALLS
            .iter()
            .map(|(name, number)| Self::Refused(name, *number));
        let others = [
            Self::None,
            Self::Nameless,
            Self::Deleted,
            Self::Replaced,
            Self::NoProc,
            Self::Chroot,
            Self::Descriptors,
            Self::Memory,
            Self::Paths,
        ];
        others.into_iter().chain(refused)
    }

    /// Some need a privilege.
    pub(super) fn can_happen_here(&self) -> bool {
        // SAFETY: it has no preconditions.
        let is_root = unsafe { libc::geteuid() } == 0;
        is_root || !matches!(self, Self::NoProc | Self::Chroot)
    }

    /// Whether what happens hangs on how much memory the allocator has at hand, or on what is inlined.
    pub(super) fn may_differ(&self) -> bool {
        match self {
            Self::Memory => true,
            Self::Paths => !cfg!(debug_assertions),
            Self::Refused(name, _) => matches!(*name, "mmap" | "munmap" | "mprotect"),
            _ => false,
        }
    }

    /// The program to run, which may be one in this folder.
    pub(super) fn program(&self, folder: &Path) -> PathBuf {
        let own = std::env::current_exe().expect("the test binary has a path");
        let copy = folder.join("copy");
        match self {
            Self::Nameless => {
                let mut bytes = fs::read(own).expect("it can be read");
                // The place, number and names of sections in the header of a 64-bit ELF file.
                bytes[0x28..0x30].fill(0);
                bytes[0x3c..0x40].fill(0);
                fs::write(&copy, bytes).expect("it can be written");
                let executable = std::os::unix::fs::PermissionsExt::from_mode(0o755);
                fs::set_permissions(&copy, executable).expect("it was just made");
                copy
            }
            Self::Deleted | Self::Replaced => {
                fs::copy(own, &copy).expect("it can be copied");
                copy
            }
            _ => own,
        }
    }

    /// What has to fail before the program begins.
    pub(super) fn prepare(&self, command: &mut Command) {
        if *self == Self::NoProc {
            // SAFETY: between `fork` and `exec` only system calls are made.
            unsafe { command.pre_exec(without_proc) };
        }
    }
}

fn without_proc() -> Result<(), Error> {
    let flags = libc::MS_REC | libc::MS_PRIVATE;
    let (root, proc, kind) = (c"/".as_ptr(), c"/proc".as_ptr(), c"tmpfs".as_ptr());
    let nothing = std::ptr::null;
    // SAFETY: all of them are constant texts.
    let done = unsafe {
        libc::unshare(libc::CLONE_NEWNS) == 0
            && libc::mount(nothing(), root, nothing(), flags, nothing().cast()) == 0
            && libc::mount(kind, proc, kind, 0, nothing().cast()) == 0
    };
    if done {
        Ok(())
    } else {
        Err(Error::last_os_error())
    }
}

fn told() -> Failure {
    let told = std::env::var(FAILURE).expect("it is told what is to fail");
    let failure = Failure::all().find(|failure| failure.to_string() == told);
    failure.expect("it is one of the table")
}

/// Lets it happen before anything is left behind, in the process that was told.
pub(super) fn happen_first() {
    if told() == Failure::Paths {
        use_up_paths();
    }
}

/// The same after that.
pub(super) fn happen() {
    match told() {
        Failure::None | Failure::Nameless | Failure::NoProc | Failure::Paths => {}
        Failure::Deleted => fs::remove_file(own()).expect("it is there"),
        Failure::Replaced => {
            let other = own().with_extension("other");
            fs::copy("/bin/true", &other).expect("it is there");
            fs::rename(other, own()).expect("it is there");
        }
        Failure::Chroot => {
            let folder = CString::new("/var/empty-for-leakcheck").expect("no zero in it");
            fs::create_dir_all("/var/empty-for-leakcheck").expect("it can be made");
            // SAFETY: both are texts that end.
            let done =
                unsafe { libc::chroot(folder.as_ptr()) == 0 && libc::chdir(c"/".as_ptr()) == 0 };
            assert!(done, "{}", Error::last_os_error());
        }
        Failure::Descriptors => use_up_descriptors(),
        Failure::Memory => limit(libc::RLIMIT_AS, address_space() + (256 << 10)),
        Failure::Refused(_, number) => refuse(number),
    }
}

fn own() -> PathBuf {
    std::env::current_exe().expect("the test binary has a path")
}

/// Opens something on more paths than there is memory for, each of them deep.
fn use_up_paths() {
    const PATHS: u32 = 38_000;
    const DEPTH: u32 = 235;
    (0..PATHS).for_each(|path| open_at(path, DEPTH));
}

/// The path is the way through two calls at each depth, of which optimising makes neither one nor a loop.
#[inline(never)]
fn open_at(path: u32, depth: u32) {
    if depth == 0 {
        return drop(fs::File::open("/dev/null").expect("it is there"));
    }
    let one_or_other = path.rotate_left(depth) & 1;
    if black_box(one_or_other == 0) {
        open_at(path, depth - 1);
        black_box(());
    }
    if black_box(one_or_other == 1) {
        open_at(path, depth - 1);
        black_box(());
    }
}

/// Past the C library, so that they are nobody's.
fn use_up_descriptors() {
    limit(libc::RLIMIT_NOFILE, 64);
    // SAFETY: standard output is open.
    while unsafe { libc::syscall(libc::SYS_dup, 1) } >= 0 {}
}

fn limit(what: libc::__rlimit_resource_t, soft: u64) {
    let limit = libc::rlimit {
        rlim_cur: soft,
        rlim_max: libc::RLIM_INFINITY,
    };
    let mut before = limit;
    // SAFETY: both outlive the calls.
    let done = unsafe {
        libc::getrlimit(what, &raw mut before) == 0 && {
            let limit = libc::rlimit {
                rlim_max: before.rlim_max,
                ..limit
            };
            libc::setrlimit(what, &raw const limit) == 0
        }
    };
    assert!(done, "{}", Error::last_os_error());
}

/// Bytes.
fn address_space() -> u64 {
    const PAGE: u64 = 4096;
    let sizes = fs::read_to_string("/proc/self/statm").expect("there is one");
    let pages = sizes
        .split(' ')
        .next()
        .and_then(|pages| pages.parse::<u64>().ok());
    pages.expect("it is a number") * PAGE
}

/// Makes the kernel answer this call with `EPERM`, on all threads.
fn refuse(number: libc::c_long) {
    let number = u32::try_from(number).expect("system calls have small numbers");
    let code = |op: u32| u16::try_from(op).expect("codes are short");
    let errno = libc::SECCOMP_RET_ERRNO | u32::try_from(libc::EPERM).expect("it is small");
    let step = |op: u32, jt, jf, k| libc::sock_filter {
        code: code(op),
        jt,
        jf,
        k,
    };
    let mut filter = [
        // The number of the call is the first word that a filter sees.
        step(libc::BPF_LD | libc::BPF_W | libc::BPF_ABS, 0, 0, 0),
        step(libc::BPF_JMP | libc::BPF_JEQ | libc::BPF_K, 0, 1, number),
        step(libc::BPF_RET | libc::BPF_K, 0, 0, errno),
        step(libc::BPF_RET | libc::BPF_K, 0, 0, libc::SECCOMP_RET_ALLOW),
    ];
    let program = libc::sock_fprog {
        len: u16::try_from(filter.len()).expect("it is short"),
        filter: filter.as_mut_ptr(),
    };
    // SAFETY: the program and what it points to outlive the calls.
    let done = unsafe {
        libc::prctl(libc::PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0
            && libc::syscall(
                libc::SYS_seccomp,
                libc::SECCOMP_SET_MODE_FILTER,
                libc::SECCOMP_FILTER_FLAG_TSYNC,
                &raw const program,
            ) == 0
    };
    assert!(done, "{}", Error::last_os_error());
}
