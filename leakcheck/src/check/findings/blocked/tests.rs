//! Which call a stack is blocked in, by the functions on it.

use super::*;
use crate::base::model::{Kind, Leak};

/// Frames by their functions, innermost first; those of `my_app` are the user's, those of `dep` a dependency's.
fn stack(functions: &[&str]) -> Vec<Frame> {
    functions
        .iter()
        .map(|function| Frame {
            function: (*function).to_owned(),
            file: None,
            from_root: None,
            path: None,
            line: None,
            column: None,
            owner: match krate(function) {
                "my_app" => CodeOwner::User,
                "dep" => CodeOwner::Dependency,
                _ => CodeOwner::Internal,
            },
        })
        .collect()
}

fn words(functions: &[&str]) -> Option<String> {
    let (_, state) = blocking(&stack(functions))?;
    Some(match state {
        State::Blocked(call) => call.to_string(),
        state => state.to_string(),
    })
}

#[test]
#[rustfmt::skip]
fn the_call_is_recognised() {
    for (functions, expected) in [
        (&["syscall", "std::sys::sync::thread_parking::futex::Parker::park", "std::thread::functions::park",
           "std::sync::mpmc::context::Context::wait_until", "std::sync::mpmc::list::Channel::recv",
           "std::sync::mpmc::Receiver::recv", "std::sync::mpsc::Receiver::recv", "my_app::work"][..], "mpsc::recv"),
        (&["std::sync::mpmc::list::Channel::recv", "std::sync::mpsc::Receiver::recv",
           "<std::sync::mpsc::Iter as core::iter::traits::iterator::Iterator>::next", "my_app::work"], "mpsc::recv"),
        (&["std::sync::mpsc::Receiver::recv_timeout", "my_app::work"], "mpsc::recv_timeout"),
        (&["std::sync::mpmc::zero::Channel::send", "std::sync::mpmc::Sender::send",
           "std::sync::mpsc::SyncSender::send", "my_app::work"], "SyncSender::send"),
        (&["std::sys::sync::mutex::futex::Mutex::lock_contended", "std::sync::poison::mutex::Mutex::lock",
           "my_app::work"], "Mutex::lock"),
        (&["std::sys::sync::rwlock::futex::RwLock::read_contended", "std::sync::poison::rwlock::RwLock::read",
           "my_app::work"], "RwLock::read"),
        (&["std::sys::sync::condvar::futex::Condvar::wait", "std::sync::poison::condvar::Condvar::wait",
           "std::sync::poison::condvar::Condvar::wait_while", "std::sync::barrier::Barrier::wait", "my_app::work"],
         "Barrier::wait"),
        (&["std::sync::poison::condvar::Condvar::wait", "my_app::work"], "Condvar::wait"),
        (&["std::thread::functions::park", "core::ops::function::FnOnce::call_once"], "thread::park"),
        (&["std::thread::park", "my_app::work"], "thread::park"),
        (&["clock_nanosleep", "std::sys::thread::unix::sleep", "std::thread::functions::sleep", "my_app::work"],
         "thread::sleep"),
        (&["__pthread_clockjoin_ex", "std::sys::thread::unix::Thread::join",
           "std::thread::join_handle::JoinHandle::join", "my_app::work"], "JoinHandle::join"),
        (&["parking_lot_core::thread_parker::imp::ThreadParker::park", "parking_lot::raw_mutex::RawMutex::lock_slow",
           "lock_api::mutex::Mutex::lock", "my_app::work"], "parking_lot::Mutex::lock"),
        (&["crossbeam_channel::flavors::list::Channel::recv", "crossbeam_channel::channel::Receiver::recv",
           "my_app::work"], "crossbeam_channel::recv"),
        (&["epoll_wait", "tokio::runtime::park::CachedParkThread::block_on", "tokio::runtime::handle::Handle::block_on",
           "tokio::runtime::runtime::Runtime::block_on", "my_app::work"], "Runtime::block_on"),
        (&["tokio::runtime::scheduler::multi_thread::worker::Context::park",
           "tokio::runtime::scheduler::multi_thread::worker::run",
           "<tokio::runtime::blocking::task::BlockingTask<T> as core::future::future::Future>::poll",
           "tokio::runtime::blocking::pool::Inner::run"], "idle"),
        (&["tokio::runtime::blocking::pool::Inner::run"], "idle"),
        // Without debug info.
        (&["syscall", "std::sync::mpmc::list::Channel::recv", "my_app::work"], "a channel's receive"),
        (&["std::sys::sync::mutex::futex::Mutex::lock_contended", "my_app::work"], "Mutex::lock"),
    ] {
        assert_eq!(words(functions).as_deref(), Some(expected), "{functions:?}");
    }
}

#[test]
#[rustfmt::skip]
fn no_call_is_guessed() {
    for functions in [
        &[][..],
        &["my_app::work", "std::sync::mpsc::Receiver::recv"],
        &["dep::spin", "std::thread::JoinHandle::join", "my_app::work"],
        // A call whose name is no more than alike.
        &["std::sync::xmpsc::Receiver::recv", "my_app::work"],
        &["my_app::sync::mpsc::Receiver::recv"],
        // Another's lock from the same parts, which may spin.
        &["lock_api::mutex::Mutex::lock", "my_app::work"],
        // The closure of a blocking task, all of it in libraries, is no idle thread.
        &["read", "std::fs::File::read",
          "<tokio::runtime::blocking::task::BlockingTask<T> as core::future::future::Future>::poll",
          "tokio::runtime::blocking::pool::Inner::run"],
    ] {
        assert_eq!(words(functions), None, "{functions:?}");
    }
}

#[test]
fn the_stack_begins_at_the_call() {
    let functions = ["syscall", "std::sync::mpsc::Receiver::recv", "my_app::work"];
    assert_eq!(
        blocking(&stack(&functions)),
        Some((1, within("mpsc::recv")))
    );
}

#[test]
fn else_the_kernel_says() {
    let by_kernel = |kernel, count| super::by_kernel(kernel, count).to_string();
    let call = |name, first| KernelActivity::Call { name, first };
    for (kernel, expected) in [
        (call(Some("read"), 7), "blocked in read(fd 7)"),
        (call(Some("accept"), 3), "blocked in accept(fd 3)"),
        (call(Some("futex"), 0x7fff_0000), "blocked in futex"),
        (call(Some("waitpid"), 4711), "blocked in waitpid(4711)"),
        (call(Some("waitpid"), 0xffff_ffff), "blocked in waitpid"),
        (call(None, 1), "blocked in a system call"),
        (KernelActivity::Running, "running"),
        (
            KernelActivity::Unknown,
            "blocked in what the kernel does not show",
        ),
    ] {
        assert_eq!(by_kernel(kernel, 1), expected);
    }
    assert_eq!(by_kernel(call(Some("read"), 7), 2), "blocked in read");
}

#[test]
fn threads_are_alike_if_they_do_the_same() {
    let activity = |kernel| ThreadActivity {
        frames: Vec::new(),
        stack_pointers: Vec::new(),
        kernel,
        task: None,
        unread: None,
    };
    let place = |kernel| place(&activity(kernel), None);
    let read = |first| KernelActivity::Call {
        name: Some("read"),
        first,
    };
    assert_eq!(place(read(7)), place(read(8)));
    assert_ne!(place(read(7)), place(KernelActivity::Running));
}

#[test]
fn the_function_of_a_blocking_task_is_the_outermost_inside() {
    const HOST: &str =
        "<tokio::runtime::blocking::task::BlockingTask<T> as core::future::Future>::poll";
    let handed = |functions: &[&str]| handed(&stack(functions)).map(ToOwned::to_owned);
    let call_once = "core::ops::function::FnOnce::call_once";
    for (functions, expected) in [
        (
            &[
                "syscall",
                "my_app::inner",
                "my_app::work",
                HOST,
                "tokio::pool",
            ][..],
            Some("my_app::work"),
        ),
        (&["my_app::work", call_once, HOST], Some("my_app::work")),
        (
            &[
                "my_app::work",
                "<alloc::boxed::Box<F,A> as core::ops::function::FnOnce<Args>>::call_once",
                HOST,
            ],
            Some("my_app::work"),
        ),
        (&["std::thread::park", HOST], None),
        (
            &["read", "tokio::fs::read::read", HOST],
            Some("tokio::fs::read::read"),
        ),
        // A runtime inside a blocking task.
        (
            &["my_app::inner", HOST, "tokio::pool", "my_app::work", HOST],
            Some("my_app::work"),
        ),
        (
            &[
                "my_app::task",
                "tokio::runtime::scheduler::multi_thread::worker::Launch::launch",
                HOST,
            ],
            None,
        ),
        (
            &["tokio::runtime::scheduler::multi_thread::worker::run", HOST],
            None,
        ),
        (&["my_app::work"], None),
        (&[HOST], None),
    ] {
        assert_eq!(handed(functions).as_deref(), expected, "{functions:?}");
    }
}

#[test]
fn a_function_that_may_be_another_has_no_name() {
    let name = |may_be_merged, is_closure| {
        let function = "my_app::work".to_owned();
        Handed {
            function,
            may_be_merged,
        }
        .name(0, is_closure)
    };
    assert_eq!(
        name(false, true).as_deref(),
        Some("my_app::work::{closure}")
    );
    assert_eq!(name(false, false).as_deref(), Some("my_app::work"));
    assert_eq!(name(true, true), None);
    assert_eq!(name(true, false), None);
}

/// At which line of its own a library came to the user's code is a matter of chance.
#[test]
fn lines_of_libraries_tell_no_threads_apart() {
    let at = |own: u32, library: u32| {
        let mut stack = stack(&["my_app::work", "dep::find_work", "dep::run"]);
        stack[0].line = Some(own);
        stack[1].line = Some(library);
        stack
    };
    let blocked = |stack: Vec<Frame>| Leak {
        kind: Kind::Thread,
        waiting: Some(Waiting {
            state: within("thread::park"),
            stack,
            ..Waiting::unknown("")
        }),
        ..crate::check::findings::unnamed_tasks(1)
    };
    let one = blocked(at(1, 1));
    assert!(one.is_like(&blocked(at(1, 2))));
    assert!(!one.is_like(&blocked(at(2, 1))));
    let inside = |line| blocked(at(1, line)[1..].to_vec());
    assert!(inside(1).is_like(&inside(1)));
    assert!(!inside(1).is_like(&inside(2)));
    let task = |line| Leak {
        kind: Kind::Task,
        ..blocked(at(1, line))
    };
    assert!(!task(1).is_like(&task(2)));
}
