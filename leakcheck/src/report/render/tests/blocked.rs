//! What is said of where a thread is blocked.

use super::*;
use crate::base::model::{About, Call, State, Waiting};

/// What a thread does, at these lines.
pub(super) fn doing(state: State, stack: Vec<Frame>) -> Waiting {
    Waiting {
        state,
        stack,
        events: Vec::new(),
        is_forever: false,
        are_joined: false,
        are_all: true,
        unread: None,
        keeps_own_handle: None,
        pause: None,
        place: 0,
    }
}

fn blocked(state: State, stack: Vec<Frame>) -> Leak {
    Leak {
        waiting: Some(doing(state, stack)),
        tasks: Vec::new(),
        ..thread(Some("flusher"))
    }
}

/// A call of std at a line of the user's, which a function of the user's called.
fn stack(function: &str, line: u32, column: u32) -> Vec<Frame> {
    let std = "/rustc/library/std/src/sync/mpsc.rs";
    vec![
        frame(function, std, 1, None, Internal),
        frame(
            "my_app::pool::keep_alive",
            "src/pool.rs",
            line,
            Some(column),
            User,
        ),
        frame("my_app::pool::run", "src/pool.rs", 40, None, User),
    ]
}

fn shown(name: &str, leaks: Vec<Leak>) {
    golden(name, &text(&report(leaks)));
}

#[test]
fn a_call_that_blocks() {
    let state = State::Blocked(Call::Function("mpsc::recv"));
    let stack = stack("std::sync::mpsc::Receiver::recv", 8, 22);
    shown("blocked_in_a_call.txt", vec![blocked(state, stack)]);
}

#[test]
fn a_task_that_blocks_its_thread() {
    let state = State::Blocked(Call::Function("mpsc::recv"));
    let stack = stack("std::sync::mpsc::Receiver::recv", 8, 22);
    let leak = Leak {
        waiting: blocked(state, stack).waiting,
        ..task(1)
    };
    shown("blocked_task.txt", vec![leak]);
}

#[test]
fn a_thread_that_runs() {
    let stack = stack("core::hint::spin_loop", 8, 22);
    shown("blocked_nowhere.txt", vec![blocked(State::Running, stack)]);
}

#[test]
fn no_line_of_the_users() {
    let call = State::Blocked(Call::System {
        name: Some("read"),
        about: Some(About::Descriptor(7)),
    });
    let stack = vec![frame("read", "read.c", 1, None, Internal)];
    let leaks = vec![blocked(call, stack), blocked(State::Idle, Vec::new())];
    shown("blocked_without_a_line.txt", leaks);
}

#[test]
fn a_stack_that_was_not_taken() {
    let mut leak = blocked(
        State::Blocked(Call::System {
            name: Some("futex"),
            about: None,
        }),
        Vec::new(),
    );
    if let Some(waiting) = &mut leak.waiting {
        waiting.unread = Some("it blocks signals".to_owned());
    }
    shown("blocked_unread.txt", vec![leak]);
}

#[test]
fn a_closure_that_blocks() {
    let state = State::Blocked(Call::Function("mpsc::recv"));
    let stack = stack("std::sync::mpsc::Receiver::recv", 8, 22);
    let leak = Leak {
        kind: Kind::BlockingTask,
        name: Some("my_app::pool::Pool::connect::{closure}".to_owned()),
        ..blocked(state, stack)
    };
    let nameless = Leak {
        count: 2,
        name: None,
        tid: None,
        ..leak.clone()
    };
    shown("blocked_closure.txt", vec![leak, nameless]);
}

#[test]
fn the_form_for_machines() {
    let state = State::Blocked(Call::Function("mpsc::recv"));
    let stack = stack("std::sync::mpsc::Receiver::recv", 8, 22);
    let report = report(vec![blocked(state, stack)]);
    golden(
        "blocked.json",
        &render(&report, Format::Json, TraceLevel::Site),
    );
}
