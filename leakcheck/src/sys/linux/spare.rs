//! Spare stacks: where work is done that needs more room than an interposed function may take.
//!
//! Such a function may be called in a signal handler on a small alternate stack, on a thread of the least size, or on a
//! stack that a library has switched to. So what takes kilobytes is never done on the caller's stack, and what takes some
//! hundred bytes only where that is known to be the thread's own and to have [`ROOM`] left. While a spare stack is in use its thread accepts no
//! signal: a handler would find less room there than it may expect, and might never come back.

use std::{
    cell::Cell,
    ffi::c_void,
    ptr::null_mut,
    sync::atomic::{AtomicPtr, AtomicU64, Ordering},
};

use super::memory;

/// Bytes that must be left for work on the caller's stack: several times what that may take.
const ROOM: usize = 16 << 10;
/// Bytes of a spare stack.
const SIZE: usize = 128 << 10;
/// Below each of them, where nothing may be touched.
const GUARD: usize = 4096;
/// As many as there are bits in [`TAKEN`].
const STACKS: usize = 64;
const ALL: usize = STACKS * SIZE;

/// The lowest address of all spare stacks.
static START: AtomicPtr<u8> = AtomicPtr::new(null_mut());
/// One bit for each that is in use.
static TAKEN: AtomicU64 = AtomicU64::new(0);
/// One bit for each whose guard was set, which is done by who uses it first: most are never used.
static GUARDED: AtomicU64 = AtomicU64::new(0);

thread_local! {
    // Constant and without destructor: usable in every phase of a thread's life.
    /// Lowest and highest address of this thread's own stack; an empty range where they are not known.
    static BOUNDS: Cell<(usize, usize)> = const { Cell::new((0, 0)) };
}

/// Finds out how far this thread's own stack reaches, if that is not known yet.
///
/// It asks the C library, which may allocate and lock, so no interposed function may call it.
pub(crate) fn learn() {
    if BOUNDS.get() == (0, 0) {
        BOUNDS.set(bounds().unwrap_or((0, 0)));
    }
}

/// Bytes from this address to the end of the stack, where it is this thread's own and has enough room left.
#[inline(always)]
#[expect(
    clippy::inline_always,
    reason = "frames of the caller's stack are dear"
)]
pub(super) fn depth(address: usize) -> Option<usize> {
    let (low, high) = BOUNDS.get();
    if address.wrapping_sub(low) >= ROOM && low < address && address < high {
        Some(high - address)
    } else {
        None
    }
}

/// Where this thread's own stack ends, if this is an address on it.
#[cfg(feature = "heap")]
pub(super) fn lowest(address: usize) -> Option<usize> {
    let (low, high) = BOUNDS.get();
    (low < address && address < high).then_some(low)
}

/// Whether this is an address in a spare stack.
#[inline]
pub(super) fn has(address: usize) -> bool {
    let start = START.load(Ordering::Relaxed) as usize;
    start != 0 && address.wrapping_sub(start) < ALL
}

/// Runs `work`, which takes less than 2 KiB of the stack, where it has room. Where there is none, it does nothing and says
/// so. `errno` is the caller's to keep.
#[inline(always)]
#[expect(
    clippy::inline_always,
    reason = "frames of the caller's stack are dear"
)]
pub(super) fn run<T>(work: fn(&mut T), subject: &mut T) -> Done {
    if depth(stack_pointer()).is_some() {
        work(subject);
        return Done::Yes;
    }
    on_another(work, subject)
}

/// Whether work was done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub(super) enum Done {
    Yes,
    No,
}

/// How far the stack of this thread reaches. The address of a variable would not do: a sanitizer may keep those elsewhere.
#[inline(always)]
#[expect(clippy::inline_always, reason = "it is that of the caller")]
pub(super) fn stack_pointer() -> usize {
    let pointer: usize;
    // SAFETY: a register is copied, and nothing else is touched.
    unsafe {
        #[cfg(target_arch = "x86_64")]
        std::arch::asm!("mov {}, rsp", out(reg) pointer, options(nomem, nostack, preserves_flags));
        #[cfg(target_arch = "aarch64")]
        std::arch::asm!("mov {}, sp", out(reg) pointer, options(nomem, nostack, preserves_flags));
    }
    pointer
}

/// Runs `work` on a spare stack. Where there is none, it does nothing and says so. `errno` is the caller's to keep.
#[inline(always)]
#[expect(
    clippy::inline_always,
    reason = "frames of the caller's stack are dear"
)]
pub(super) fn on_another<T>(work: fn(&mut T), subject: &mut T) -> Done {
    if has(stack_pointer()) {
        work(subject);
        return Done::Yes;
    }
    let subject = std::ptr::from_mut(subject).cast::<c_void>();
    elsewhere(enter::<T>, work as *const () as usize, subject)
}

/// Runs on the spare stack.
///
/// # Safety
///
/// `work` must be a `fn(&mut T)`, and `subject` a `T` that nobody else uses meanwhile.
unsafe extern "C" fn enter<T>(work: usize, subject: *mut c_void) {
    // SAFETY: as above.
    unsafe { std::mem::transmute::<usize, fn(&mut T)>(work)(&mut *subject.cast::<T>()) }
}

/// What runs on a spare stack, for work and subject of one type.
type Enter = unsafe extern "C" fn(work: usize, subject: *mut c_void);

#[inline(never)]
fn elsewhere(enter: Enter, work: usize, subject: *mut c_void) -> Done {
    // Without closures: each would be a frame on the caller's stack.
    let Some(start) = mapped() else {
        return Done::No;
    };
    let Some(before) = block_signals() else {
        return Done::No;
    };
    let taken = take();
    if let Some(number) = taken {
        guard(start, number);
        let top = start as usize + (number + 1) * SIZE;
        // SAFETY: the stack is mapped and writable above its guard, nobody else uses it until it is given back, and
        // `on_another` passes what `enter` expects. No signal handler can leave it for good.
        unsafe { switch_stack(top, enter, work, subject) };
        TAKEN.fetch_and(!(1 << number), Ordering::Release);
    }
    set_signals(before);
    if taken.is_some() { Done::Yes } else { Done::No }
}

/// A stack that nobody uses. Whoever uses one needs microseconds, so that soon one is free.
fn take() -> Option<usize> {
    /// Times that others are given the processor.
    const PATIENCE: usize = 1000;
    for _ in 0..PATIENCE {
        let taken = TAKEN.load(Ordering::Relaxed);
        let number = taken.trailing_ones();
        if number as usize == STACKS {
            // SAFETY: the call has no preconditions.
            unsafe { libc::syscall(libc::SYS_sched_yield) };
        } else if TAKEN.fetch_or(1 << number, Ordering::Acquire) & (1 << number) == 0 {
            return Some(number as usize);
        }
    }
    None
}

/// Sees to it that nothing is written below this stack unnoticed.
fn guard(start: *mut u8, number: usize) {
    if GUARDED.fetch_or(1 << number, Ordering::Relaxed) & (1 << number) == 0 {
        // SAFETY: the stack lies in our own mapping, and its lowest page is never used. Without a guard an overflow would go
        // unnoticed; nothing needs as much.
        unsafe {
            let low = start.add(number * SIZE);
            libc::syscall(libc::SYS_mprotect, low, GUARD, libc::PROT_NONE);
        }
    }
}

/// All spare stacks, mapped by whoever needs the first one.
fn mapped() -> Option<*mut u8> {
    let known = START.load(Ordering::Acquire);
    if !known.is_null() {
        return Some(known);
    }
    let fresh = memory::map(ALL)?;
    match START.compare_exchange(null_mut(), fresh, Ordering::AcqRel, Ordering::Acquire) {
        Ok(_) => Some(fresh),
        Err(first) => {
            memory::unmap(fresh, ALL);
            Some(first)
        }
    }
}

/// Size of the kernel's set of signals.
const SET: usize = size_of::<u64>();

/// Has this thread accept no signal, and returns which ones it did not accept before. The C library's function would leave
/// out those of its own, by which threads are cancelled.
fn block_signals() -> Option<u64> {
    let (all, mut before) = (u64::MAX, 0_u64);
    // SAFETY: both sets outlive the call.
    let result = unsafe {
        libc::syscall(
            libc::SYS_rt_sigprocmask,
            libc::SIG_SETMASK,
            &raw const all,
            &raw mut before,
            SET,
        )
    };
    (result == 0).then_some(before)
}

fn set_signals(set: u64) {
    // SAFETY: the set outlives the call.
    unsafe {
        libc::syscall(
            libc::SYS_rt_sigprocmask,
            libc::SIG_SETMASK,
            &raw const set,
            null_mut::<u64>(),
            SET,
        );
    }
}

#[cold]
fn bounds() -> Option<(usize, usize)> {
    // SAFETY: all pointers are to locals; attributes are destroyed only after they were initialised.
    unsafe {
        let mut attributes: libc::pthread_attr_t = std::mem::zeroed();
        let (mut start, mut size) = (null_mut(), 0);
        if libc::pthread_getattr_np(libc::pthread_self(), &raw mut attributes) != 0 {
            return None;
        }
        let result =
            libc::pthread_attr_getstack(&raw const attributes, &raw mut start, &raw mut size);
        libc::pthread_attr_destroy(&raw mut attributes);
        (result == 0).then(|| (start as usize, start as usize + size))
    }
}

unsafe extern "C" {
    /// Calls `enter` on the stack that ends at `top`. The unwinder finds its way back from there.
    #[link_name = "leakcheck_switch_stack"]
    fn switch_stack(top: usize, enter: Enter, work: usize, subject: *mut c_void);
}

#[cfg(target_arch = "x86_64")]
function!(
    "leakcheck_switch_stack",
    ".weak",
    "endbr64
    push rbp
    .cfi_def_cfa_offset 16
    .cfi_offset rbp, -16
    mov rbp, rsp
    .cfi_def_cfa_register rbp
    mov rsp, rdi
    mov rax, rsi
    mov rdi, rdx
    mov rsi, rcx
    call rax
    mov rsp, rbp
    pop rbp
    .cfi_def_cfa rsp, 8
    ret"
);
#[cfg(target_arch = "aarch64")]
function!(
    "leakcheck_switch_stack",
    ".weak",
    "hint #34
    stp x29, x30, [sp, #-16]!
    .cfi_def_cfa_offset 16
    .cfi_offset 29, -16
    .cfi_offset 30, -8
    mov x29, sp
    .cfi_def_cfa_register 29
    mov sp, x0
    mov x9, x1
    mov x0, x2
    mov x1, x3
    blr x9
    mov sp, x29
    .cfi_def_cfa_register 31
    ldp x29, x30, [sp], #16
    .cfi_def_cfa_offset 0
    ret"
);

#[cfg(test)]
mod tests {
    use super::*;

    fn double(number: &mut usize) {
        assert!(has(stack_pointer()));
        *number *= 2;
    }

    fn unwind(names: &mut String) {
        *names = std::backtrace::Backtrace::force_capture().to_string();
    }

    fn blocked() -> u64 {
        let before = block_signals().expect("the kernel knows the call");
        set_signals(before);
        before
    }

    #[test]
    fn work_is_done_elsewhere() {
        let before = blocked();
        for round in 0..1000 {
            let mut number = round;
            assert_eq!(on_another(double, &mut number), Done::Yes);
            assert_eq!(number, round * 2);
        }
        assert_eq!(blocked(), before);
        assert!(!has(stack_pointer()));
    }

    #[test]
    fn the_way_back_is_found() {
        if cfg!(not(target_env = "musl")) {
            let mut names = String::new();
            assert_eq!(on_another(unwind, &mut names), Done::Yes);
            assert!(names.contains("the_way_back_is_found"), "{names}");
        }
    }

    #[test]
    fn more_threads_than_stacks_take_turns() {
        let threads: Vec<_> = (0..2 * STACKS)
            .map(|_| {
                std::thread::spawn(|| {
                    for round in 0..100 {
                        let mut number = round;
                        let done = on_another(double, &mut number);
                        assert!(done == Done::No || number == round * 2);
                    }
                })
            })
            .collect();
        for thread in threads {
            thread.join().expect("it does not panic");
        }
        // All are given back; other tests use some for a moment.
        while TAKEN.load(Ordering::Relaxed) != 0 {
            std::thread::yield_now();
        }
    }

    #[test]
    fn own_room_is_what_lies_below() {
        std::thread::Builder::new()
            .stack_size(4 * ROOM)
            .spawn(|| {
                learn();
                let here = stack_pointer();
                let (low, high) = BOUNDS.get();
                assert_eq!(depth(here), Some(high - here));
                assert_eq!(depth(low + ROOM - 1), None);
                assert_eq!(depth(high), None);
                assert_eq!(depth(low - 1), None);
                assert_eq!(depth(0), None);
            })
            .expect("a thread can be started")
            .join()
            .expect("it does not panic");
    }
}
