//! From the stack of a thread to what a person can use: in which call it is blocked, and at which line.

use std::hash::{DefaultHasher, Hash, Hasher};

use crate::{
    base::model::{About, Call, CodeOwner, Frame, KernelActivity, State, ThreadActivity, Waiting},
    observe::capture::{
        self, krate,
        tokio_paths::{self, BLOCKING_TASK, RAW_POLL, SCHEDULER},
    },
};

/// Calls that block, by their crate and the last segments of their path: modules move from version to version. Where
/// several are on a stack, the outermost of them is what the user called.
#[rustfmt::skip]
const CALLS: &[(&str, &str, State)] = &[
    ("std", "mpsc::Receiver::recv", within("mpsc::recv")),
    ("std", "mpsc::Receiver::recv_timeout", within("mpsc::recv_timeout")),
    ("std", "mpsc::Receiver::recv_deadline", within("mpsc::recv_timeout")),
    ("std", "mpsc::SyncSender::send", within("SyncSender::send")),
    ("std", "mpmc::Receiver::recv", within("mpmc::recv")),
    ("std", "mpmc::Receiver::recv_timeout", within("mpmc::recv_timeout")),
    ("std", "mpmc::Sender::send", within("mpmc::send")),
    ("std", "mutex::Mutex::lock", within("Mutex::lock")),
    ("std", "rwlock::RwLock::read", within("RwLock::read")),
    ("std", "rwlock::RwLock::write", within("RwLock::write")),
    ("std", "condvar::Condvar::wait", within("Condvar::wait")),
    ("std", "condvar::Condvar::wait_while", within("Condvar::wait_while")),
    ("std", "condvar::Condvar::wait_timeout", within("Condvar::wait_timeout")),
    ("std", "condvar::Condvar::wait_timeout_while", within("Condvar::wait_timeout_while")),
    ("std", "barrier::Barrier::wait", within("Barrier::wait")),
    ("std", "thread::park", within("thread::park")),
    ("std", "thread::functions::park", within("thread::park")),
    ("std", "thread::park_timeout", within("thread::park_timeout")),
    ("std", "thread::functions::park_timeout", within("thread::park_timeout")),
    ("std", "thread::sleep", within("thread::sleep")),
    ("std", "thread::functions::sleep", within("thread::sleep")),
    ("std", "thread::scoped::scope", within("thread::scope")),
    ("std", "JoinHandle::join", within("JoinHandle::join")),
    ("std", "ScopedJoinHandle::join", within("ScopedJoinHandle::join")),
    ("std", "once::Once::call_once", within("Once::call_once")),
    ("std", "OnceLock::get_or_init", within("OnceLock::get_or_init")),
    ("std", "LazyLock::force", within("LazyLock::force")),
    ("lock_api", "Mutex::lock", within("parking_lot::Mutex::lock")),
    ("lock_api", "RwLock::read", within("parking_lot::RwLock::read")),
    ("lock_api", "RwLock::write", within("parking_lot::RwLock::write")),
    ("parking_lot", "Condvar::wait", within("parking_lot::Condvar::wait")),
    ("parking_lot", "Condvar::wait_for", within("parking_lot::Condvar::wait_for")),
    ("crossbeam_channel", "Receiver::recv", within("crossbeam_channel::recv")),
    ("crossbeam_channel", "Receiver::recv_timeout", within("crossbeam_channel::recv_timeout")),
    ("crossbeam_channel", "Sender::send", within("crossbeam_channel::send")),
    ("crossbeam_channel", "Select::select", within("crossbeam_channel::select")),
];

/// Without debug info the outer functions may be inlined and nameless; what they are made of tells less.
#[rustfmt::skip]
const PARTS: &[(&str, &str, State)] = &[
    ("std", "Channel::recv", within("a channel's receive")),
    ("std", "Channel::send", within("a channel's send")),
    ("std", "Mutex::lock_contended", within("Mutex::lock")),
    ("std", "RwLock::read_contended", within("RwLock::read")),
    ("std", "RwLock::write_contended", within("RwLock::write")),
    ("parking_lot", "RawMutex::lock_slow", within("parking_lot::Mutex::lock")),
    ("parking_lot", "RawRwLock::lock_shared_slow", within("parking_lot::RwLock::read")),
    ("parking_lot", "RawRwLock::lock_exclusive_slow", within("parking_lot::RwLock::write")),
];

/// Blocked inside this function.
const fn within(function: &'static str) -> State {
    State::Blocked(Call::Function(function))
}

/// This crate, which calls the bodies of tests.
const OWN: &str = "leakcheck";

/// Crates whose frames are never where the user has to look.
const WAITING: [&str; 6] = [
    "parking_lot",
    "parking_lot_core",
    "lock_api",
    "crossbeam_channel",
    "crossbeam_utils",
    "mio",
];

/// Functions of a runtime in which the work of others begins.
const HOSTS: [&str; 2] = [BLOCKING_TASK, RAW_POLL];

/// Functions that run a thread's or a task's work.
const RUN: [&str; 2] = [BLOCKING_TASK, "catch_unwind::do_call"];

/// What the threads of one group are doing; a descriptor is told where there is but one thread.
pub(super) fn of(activity: &ThreadActivity, count: usize, package_dir: Option<&str>) -> Waiting {
    let stack = capture::frames(&activity.frames, package_dir);
    of_stack(stack, activity, count)
}

/// Whether the thread is blocked, and does not just run.
pub(crate) fn is_blocked(activity: &ThreadActivity) -> bool {
    matches!(of(activity, 1, None).state, State::Blocked(_))
}

/// Whether the thread waits for a future on a runtime that somebody else has.
pub(crate) fn blocks_on_a_handle(activity: &ThreadActivity) -> bool {
    matches!(
        of(activity, 1, None).state,
        State::Blocked(Call::HandleBlockOn)
    )
}

/// What the thread of a test's body is doing: what has called the body is left out. `None` where it did not tell.
pub(super) fn of_body(activity: &ThreadActivity, package_dir: Option<&str>) -> Option<Waiting> {
    // The harness around it is optimised in any case.
    let addresses = capture::called_by(OWN, &activity.frames);
    if addresses.is_empty() || capture::is_optimised(addresses, &RUN) {
        return None;
    }
    let mut stack = capture::frames(addresses, package_dir);
    let caller = stack.iter().position(|frame| krate(&frame.function) == OWN);
    stack.truncate(caller.unwrap_or(stack.len()));
    Some(of_stack(stack, activity, 1))
}

fn of_stack(mut stack: Vec<Frame>, activity: &ThreadActivity, count: usize) -> Waiting {
    for frame in &mut stack {
        if WAITING.contains(&krate(&frame.function)) {
            frame.owner = CodeOwner::Internal;
        }
    }
    let state = match blocking(&stack) {
        Some((at, state)) => {
            stack.drain(..at);
            state
        }
        None => by_kernel(activity.kernel, count),
    };
    Waiting {
        state,
        stack,
        events: Vec::new(),
        is_forever: false,
        are_joined: false,
        are_all: true,
        unread: activity.unread.map(ToOwned::to_owned),
        keeps_own_handle: None,
        pause: None,
        place: 0,
    }
}

/// Leaves out the stack of threads that were started on this path, where it may show the lines of others: in optimised code
/// functions of the same content are one, under the name of any of them.
pub(super) fn without_doubt(waiting: Waiting, activity: &ThreadActivity, origin: u32) -> Waiting {
    let is_foreign = |frame: &&Frame| frame.owner != CodeOwner::Internal;
    let outermost = waiting.stack.iter().rev().find(is_foreign);
    let is_certain = outermost.is_none_or(|outermost| {
        !capture::is_optimised(&activity.frames, &RUN) || created_by(origin, &outermost.function)
    });
    if is_certain {
        return waiting;
    }
    Waiting {
        stack: Vec::new(),
        unread: Some(MERGED.to_owned()),
        ..waiting
    }
}

/// Why a stack is not believed.
const MERGED: &str =
    "in optimised code functions of the same content are one, so it may be of another";

/// Whether the function, or one around the closure, is on this path.
fn created_by(origin: u32, function: &str) -> bool {
    let stack = capture::trace(origin, None).stack;
    stack.iter().any(|frame| frame.function == function)
}

/// The same for all threads that are blocked in the same, at the same lines of the user's; and for all that run.
pub(crate) fn place(activity: &ThreadActivity, package_dir: Option<&str>) -> u64 {
    let waiting = of(activity, usize::MAX, package_dir);
    let mut hasher = DefaultHasher::new();
    waiting.state.hash(&mut hasher);
    if waiting.state != State::Running {
        let is_own = |frame: &Frame| frame.owner == CodeOwner::User;
        let has_own = waiting.stack.iter().any(is_own);
        for frame in &waiting.stack {
            // At which line of its own a library came to the same is a matter of chance.
            let line = frame.line.filter(|_| is_own(frame) || !has_own);
            (&frame.function, line).hash(&mut hasher);
        }
    }
    hasher.finish()
}

/// What a thread was handed by `spawn_blocking`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Handed {
    function: String,
    /// Whether this is optimised code.
    may_be_merged: bool,
}

impl Handed {
    /// What the stack says of that; `None` for a thread that runs nothing of the kind.
    pub(crate) fn of(activity: &ThreadActivity, package_dir: Option<&str>) -> Option<Self> {
        let stack = capture::frames(&activity.frames, package_dir);
        Some(Self {
            function: handed(&stack)?.to_owned(),
            may_be_merged: capture::is_optimised(&activity.frames, &RUN),
        })
    }

    /// The name of the closure or function that was created on this path, where it is certain.
    pub(crate) fn name(&self, origin: u32, is_closure: bool) -> Option<String> {
        if self.may_be_merged && !(is_closure && created_by(origin, &self.function)) {
            return None;
        }
        let inside = if is_closure { "::{closure}" } else { "" };
        Some(format!("{}{inside}", self.function))
    }
}

fn is_host(frame: &Frame) -> bool {
    frame.function.contains(BLOCKING_TASK)
}

fn handed(stack: &[Frame]) -> Option<&str> {
    let host = stack.iter().rposition(is_host)?;
    // What calls a closure, a box or a guard around it goes without saying.
    let is_call = |frame: &&Frame| ["core", "alloc", "std"].contains(&krate(&frame.function));
    let called = stack[..host].iter().rev().find(|frame| !is_call(frame))?;
    // A runtime hands its own workers to its pool.
    let is_work = !called.function.starts_with(SCHEDULER) && !called.function.is_empty();
    is_work.then_some(&called.function)
}

/// The outermost call that is known to block, before the stack comes to anybody's own code.
fn blocking(stack: &[Frame]) -> Option<(usize, State)> {
    let is_foreign = |frame: &Frame| {
        frame.owner != CodeOwner::Internal || HOSTS.iter().any(|host| frame.function.contains(host))
    };
    let end = stack.iter().position(is_foreign).unwrap_or(stack.len());
    let inside = &stack[..end];
    let parks = inside
        .iter()
        .any(|frame| krate(&frame.function).starts_with("parking_lot"));
    let known = |tables: &[&[(&'static str, &str, State)]]| {
        inside.iter().enumerate().rev().find_map(|(at, frame)| {
            let is_meant = |(owner, call, _): &&(&str, &str, State)| {
                krate(&frame.function) == *owner
                    && is_path_end(&frame.function, call)
                    // Others build locks from the same parts, which may spin.
                    && (*owner != "lock_api" || parks)
            };
            let mut rows = tables.iter().copied().flatten();
            rows.find(is_meant).map(|(.., state)| (at, *state))
        })
    };
    known(&[CALLS, tokio_paths::CALLS]).or_else(|| known(&[PARTS]))
}

fn is_path_end(function: &str, end: &str) -> bool {
    function
        .strip_suffix(end)
        .is_some_and(|before| before.ends_with("::"))
}

/// What the kernel says, where no call is known.
fn by_kernel(kernel: KernelActivity, count: usize) -> State {
    match kernel {
        KernelActivity::Running => State::Running,
        KernelActivity::Call { name, first } => State::Blocked(call(name, first, count)),
        KernelActivity::Unknown => State::Blocked(Call::Unknown),
    }
}

/// Whether the first argument of this system call is a descriptor.
pub(super) fn is_of_descriptor(name: &str) -> bool {
    matches!(
        name,
        "read" | "write" | "recv" | "send" | "accept" | "connect" | "flock" | "fsync"
    )
}

fn call(name: Option<&'static str>, first: u64, count: usize) -> Call {
    // The kernel shows an `int` as a whole word.
    let number = first.to_le_bytes();
    let number = i32::from_le_bytes([number[0], number[1], number[2], number[3]]);
    let about = match name {
        Some(name) if count == 1 && is_of_descriptor(name) => Some(About::Descriptor(number)),
        Some("waitpid") if count == 1 && number > 0 => Some(About::Process(number)),
        _ => None,
    };
    Call::System { name, about }
}

#[cfg(all(test, not(leakcheck_loom)))]
mod tests;
