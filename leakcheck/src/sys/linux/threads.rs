//! Every thread that this process starts through its C library, from `pthread_create` to its last breath.
//!
//! `pthread_create` and `pthread_setname_np` are defined here and win over the C library's at link time, also for C
//! code and loaded libraries. The end of a thread is told by the destructor of a thread-specific key, which runs on
//! every way out, after Rust's thread-locals and before `pthread_join` returns.

use std::{
    ffi::{CStr, c_int, c_void},
    sync::atomic::Ordering,
};

use once_cell::race::{OnceBool, OnceNonZeroUsize};

use super::{
    errno, fork, real_fns,
    spare::{self, Done},
    trampoline::{Begin, Start, Target, enter},
};
use crate::{
    base::model::Limited,
    sys::{
        budget, clock,
        context::{self, Context},
        creation_stack, scope_counters,
        table::Records,
        timeline::{self, Beginning, Thing},
    },
};

mod fate;
mod name;
mod naming;
mod records;
mod stack;

pub(crate) use fate::Fate;
pub(crate) use name::learn;
use records::{Facts, OWN, RECORDS, SELF, look_at_all, over, own};
pub(crate) use records::{are_all_of_std, live, mark_runtime, next, own_numbers};
pub(super) use records::{own_runtime, stack_of};
pub(super) use stack::Stack;

/// Why threads may have gone unseen, if so.
pub(crate) fn gap() -> Option<String> {
    match RECORDS.missed() {
        0 => gap_of_foreign! { "pthread_create" "pthread_setname_np" },
        missed => Some(format!(
            "{missed} threads were started while {} were alive, which is as many as are recorded",
            Records::<Facts>::LEN
        )),
    }
}

/// Why threads cannot be seen at all on this platform: they can.
pub(crate) const fn unavailable() -> Option<&'static str> {
    None
}

/// Takes the place of the C library's function: records the thread, then calls on.
///
/// # Safety
///
/// As for the C library's own.
unsafe extern "C" fn pthread_create(
    thread: *mut libc::pthread_t,
    attributes: *const libc::pthread_attr_t,
    start: Start,
    argument: *mut c_void,
) -> c_int {
    let Some(create) = real_fns::pthread_create() else {
        return libc::ENOSYS;
    };
    // SAFETY: the caller's own arguments, passed on unchanged.
    let pass = || unsafe { create(thread, attributes, start, argument) };
    if name::learns(start as usize) {
        return libc::EAGAIN;
    }
    if is_off() || fork::in_child() {
        return pass();
    }
    let mut claim = Claim {
        start,
        argument,
        asked_for: stack::asked_for(attributes),
        // SAFETY: the caller's own attributes, or none.
        has_room: unsafe { has_room(attributes) },
        number: None,
    };
    if errno::keeping(|| spare::run(claim_record, &mut claim)) == Done::No {
        RECORDS.miss();
    }
    let result = match claim.number {
        None => pass(),
        // SAFETY: the trampoline takes a recorded thread's number for its argument and is given one.
        Some(number) => unsafe {
            create(thread, attributes, enter::<Facts>, number as *mut c_void)
        },
    };
    let number = claim.number.unwrap_or(0);
    if result == 0 && fate::are_followed() {
        // Before the caller can detach it.
        // SAFETY: the C library has written it.
        fate::named(unsafe { *thread }, number);
    }
    if result != 0 && number != 0 {
        over(number);
    }
    result
}

/// Whether the thread has enough stack for calls that may take a lot of it.
///
/// # Safety
///
/// `attributes` must be null or those of a thread.
unsafe fn has_room(attributes: *const libc::pthread_attr_t) -> bool {
    const ENOUGH: usize = 64 << 10;
    let mut size = 0;
    // SAFETY: valid by contract; the size outlives the call.
    attributes.is_null()
        || unsafe { libc::pthread_attr_getstacksize(attributes, &raw mut size) } == 0
            && size >= ENOUGH
}

#[cfg(not(any(
    target_env = "musl",
    target_feature = "crt-static",
    leakcheck_sanitized
)))]
jump! {
    "pthread_create" pthread_create;
    "pthread_detach" fate::pthread_detach;
    "pthread_setname_np" naming::pthread_setname_np;
}
// The C library's own comes along with the name by which it is called, a sanitizer's in any case.
#[cfg(any(
    target_env = "musl",
    target_feature = "crt-static",
    leakcheck_sanitized
))]
jump_always! {
    "pthread_create" pthread_create;
    "pthread_setname_np" naming::pthread_setname_np;
}

/// This is a child of the process whose threads are recorded, and has none of them.
pub(super) fn clear() {
    RECORDS.clear();
}

/// Whether `LEAKCHECK=off` was set when the first thread or process was started.
pub(super) fn is_off() -> bool {
    static OFF: OnceBool = OnceBool::new();
    OFF.get_or_init(|| {
        // std's own reader takes a lock and allocates, which an interposed function must not.
        // SAFETY: the name is a C string; the value is compared at once and not kept.
        unsafe {
            let value = libc::getenv(c"LEAKCHECK".as_ptr());
            !value.is_null() && CStr::from_ptr(value) == c"off"
        }
    })
}

impl Begin for Facts {
    /// Runs on the new thread, which has this number, before anything else does.
    extern "C" fn begin(number: u64) -> Target {
        let born = |facts: &Facts| {
            (
                facts.origin.load(Ordering::Relaxed),
                facts.root.load(Ordering::Relaxed),
                facts.start.load(Ordering::Relaxed),
                facts.argument.load(Ordering::Relaxed),
                facts.has_room.load(Ordering::Relaxed),
            )
        };
        let seen = RECORDS
            .find(number, born)
            .expect("the creator has recorded this very thread");
        let (origin, root, start, argument, has_room) = seen.facts;
        fate::begins(number);
        OWN.set(number);
        if let Some(own) = own() {
            // SAFETY: `gettid` has no preconditions.
            let tid = unsafe { libc::gettid() };
            own.stack.store(stack::high(), Ordering::Relaxed);
            own.tid.store(tid.cast_unsigned(), Ordering::Release);
        }
        context::replace(Context {
            scope: seen.scope,
            origin,
        });
        SELF.set((number, root));
        arm_end(number);
        if has_room {
            spare::learn();
        }
        Target {
            // SAFETY: `claim` stored the caller's start routine here.
            start: unsafe { std::mem::transmute::<usize, Start>(start) },
            argument: argument as *mut c_void,
        }
    }
}

/// A thread that is about to be started.
struct Claim {
    start: Start,
    argument: *mut c_void,
    asked_for: usize,
    has_room: bool,
    /// Its number, once it is recorded.
    number: Option<u64>,
}

/// Records a thread that is about to be started.
fn claim_record(wanted: &mut Claim) {
    let here = context::current();
    let origin = creation_stack::here(0);
    let creator = own_runtime();
    let Some(claim) = RECORDS.claim(RECORDS.any_key()) else {
        return;
    };
    let number = claim.number;
    let root = match SELF.get() {
        (0, _) => number,
        (_, root) => root,
    };
    let counters = scope_counters::of(here.scope);
    counters.thread_started();
    let rise = budget::started(counters, here.scope, Limited::Thread, origin);
    claim.publish(0, here.scope, |facts| {
        facts.origin.store(origin, Ordering::Relaxed);
        facts.root.store(root, Ordering::Relaxed);
        facts.tid.store(0, Ordering::Relaxed);
        facts.runtime.store(0, Ordering::Relaxed);
        facts.creator.store(creator, Ordering::Relaxed);
        facts.born.store(clock::now_ms(), Ordering::Relaxed);
        facts.start.store(wanted.start as usize, Ordering::Relaxed);
        let argument = wanted.argument as usize;
        facts.argument.store(argument, Ordering::Relaxed);
        facts.has_room.store(wanted.has_room, Ordering::Relaxed);
        facts.asked_for.store(wanted.asked_for, Ordering::Relaxed);
        facts.stack.store(0, Ordering::Relaxed);
        facts.name.clear();
        facts.rounds.store(0, Ordering::Relaxed);
    });
    wanted.number = Some(number);
    timeline::begins(counters, here.scope, || Beginning {
        thing: Thing::Thread,
        number,
        origin,
        task: timeline::current_task(),
        thread: SELF.get().0,
    });
    if let Some(rise) = rise {
        rise.note(number + 1, |census| look_at_all(here.scope, census));
    }
}

/// Asks for [`end`] to run on this thread when everything else has.
fn arm_end(number: u64) {
    if let Some(key) = key() {
        // SAFETY: the key was created and is never deleted; the value is not a pointer to anything.
        unsafe { libc::pthread_setspecific(key, number as *const c_void) };
    }
}

pub(super) fn key() -> Option<libc::pthread_key_t> {
    static KEY: OnceNonZeroUsize = OnceNonZeroUsize::new();
    KEY.get_or_try_init(|| {
        let mut key = 0;
        // SAFETY: `key` is valid for writing; the destructor takes what `arm_end` sets. A key made by the loser of
        // a race is left unused.
        let result = unsafe { libc::pthread_key_create(&raw mut key, Some(end)) };
        // Keys count from zero, the cell's values from one.
        if result == 0 {
            std::num::NonZeroUsize::new(key as usize + 1).ok_or(())
        } else {
            Err(())
        }
    })
    .ok()
    .and_then(|key| libc::pthread_key_t::try_from(key.get() - 1).ok())
}

/// Destructor of the key. Asks to be run again, to come after the destructors of others, as often as the C library
/// allows; a sanitizer's own state for the thread is gone in the last round, so there it takes the first.
unsafe extern "C" fn end(value: *mut c_void) {
    /// `PTHREAD_DESTRUCTOR_ITERATIONS` of every libc here.
    const ROUNDS: u32 = 4;
    let number = value as u64;
    let Some(own) = RECORDS.own(number) else {
        return;
    };
    name::ends();
    if fork::in_child() {
        return;
    }
    let round = own.rounds.fetch_add(1, Ordering::Relaxed) + 1;
    if round < ROUNDS
        && !real_fns::under_sanitizer()
        && let Some(key) = key()
    {
        // SAFETY: as in `arm_end`; setting the value again asks for one more round.
        unsafe { libc::pthread_setspecific(key, value) };
        return;
    }
    // The C library keeps the stack for another thread, with all that is on it.
    #[cfg(feature = "heap")]
    super::heap::clear_below();
    OWN.set(0);
    // Whatever it still does is in nobody's count, so it is nobody's.
    context::replace(Context::NOBODY);
    over(number);
}
