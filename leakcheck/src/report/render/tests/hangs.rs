//! What is said of a body that does not end.

use super::{waits::*, *};
use crate::base::model::{
    Call, Dependence, Event, ExitBegan, Fate, Hang, HangCause, HangEnd, Holder, HolderKind,
    KernelState, State, StuckThread, ThreadState, Tie, Waiting,
};

const LIMIT: HangCause = HangCause::Timeout(Duration::from_secs(2));

/// A body that waits for what a task holds.
fn hang(cause: HangCause, waiting: Option<Waiting>) -> Hang {
    Hang {
        cause,
        after: Duration::from_millis(812),
        waiting,
        depends: Vec::new(),
        thread: None,
        alive: vec![Leak {
            accept: None,
            name: Some("my_app::pool::reap".to_owned()),
            ..task(1)
        }],
        fate: Fate::GivenUp,
    }
}

fn hung(hang: Hang, leaks: Vec<Leak>) -> Report {
    Report {
        body: Body::TimedOut,
        hang: Some(Box::new(hang)),
        ..report(leaks)
    }
}

fn held_by_a_task() -> Waiting {
    waiting(vec![awaited(message(1), vec![holder(false, true)])])
}

/// The process ends with it.
fn cut_short(hang: Hang, why: HangEnd) -> Report {
    let thread = StuckThread {
        tid: 4711,
        doing: ThreadState::Seen {
            state: KernelState::Call("futex"),
            descriptor: None,
        },
        waiting: None,
    };
    let hang = Hang {
        thread: Some(thread),
        fate: Fate::EndedProcess(why),
        ..hang
    };
    Report {
        verdict: Verdict::Inconclusive,
        ..hung(hang, Vec::new())
    }
}

#[test]
fn a_body_beyond_its_time() {
    let report = hung(hang(LIMIT, Some(held_by_a_task())), Vec::new());
    golden("hang_timeout.txt", &text(&report));
    golden(
        "hang_github.txt",
        &render(&report, Format::Github, TraceLevel::Site),
    );
}

#[test]
fn a_body_that_ended_too_late() {
    let late = |waiting, alive| Hang {
        after: Duration::from_millis(2300),
        fate: Fate::Late,
        alive,
        ..hang(LIMIT, waiting)
    };
    let report = hung(late(None, Vec::new()), Vec::new());
    golden("hang_late.txt", &text(&report));
    golden(
        "hang_late_github.txt",
        &render(&report, Format::Github, TraceLevel::Site),
    );
    let report = hung(late(None, vec![task(1)]), vec![thread(Some("flusher"))]);
    golden("hang_late_and_leak.txt", &text(&report));
}

/// An async body that waits for this, and depends on these.
fn waits_and_depends(event: Event, depends: Vec<Dependence>, alive: Vec<Leak>) -> Report {
    let waiting = waiting(vec![awaited(event, Vec::new())]);
    let hang = Hang {
        depends,
        alive,
        ..hang(LIMIT, Some(waiting))
    };
    hung(hang, Vec::new())
}

/// A task that is alive.
fn alive(number: u64, event: Event, depends: Vec<Dependence>) -> Leak {
    Leak {
        accept: None,
        name: Some(format!("my_app::pool::step_{number}")),
        tasks: vec![number],
        waiting: Some(waiting(vec![awaited(event, Vec::new())])),
        depends,
        ..task(1)
    }
}

#[test]
fn a_body_behind_a_chain_of_tasks() {
    let report = waits_and_depends(
        Event::TaskEnd,
        vec![depends(0, 12, Tie::End)],
        vec![
            alive(12, Event::Mutex, vec![depends(12, 13, Tie::Lock)]),
            alive(13, timer(Duration::from_secs(90)), Vec::new()),
        ],
    );
    golden("hang_chain.txt", &text(&report));
    golden(
        "hang_chain.json",
        &render(&report, Format::Json, TraceLevel::Site),
    );
}

#[test]
fn a_body_in_a_circle_and_one_behind_a_circle() {
    let own = vec![alive(12, Event::Mutex, vec![depends(12, 0, Tie::Lock)])];
    let report = waits_and_depends(Event::TaskEnd, vec![depends(0, 12, Tie::End)], own);
    golden("hang_circle.txt", &text(&report));
    let others = vec![
        alive(12, Event::Mutex, vec![depends(12, 13, Tie::Lock)]),
        alive(13, Event::Mutex, vec![depends(13, 12, Tie::Lock)]),
    ];
    let report = waits_and_depends(Event::TaskEnd, vec![depends(0, 12, Tie::End)], others);
    golden("hang_behind_a_circle.txt", &text(&report));
}

#[test]
fn a_body_that_waits_for_itself() {
    let own = vec![depends(0, 0, Tie::Lock)];
    let report = waits_and_depends(Event::Mutex, own, Vec::new());
    golden("hang_waits_for_itself.txt", &text(&report));
}

#[test]
fn a_body_that_can_never_go_on() {
    let circle = awaited(
        message(1),
        vec![Holder {
            is_body: true,
            ..holder(true, true)
        }],
    );
    let waiting = Waiting {
        is_forever: true,
        ..waiting(vec![circle])
    };
    let hang = Hang {
        alive: Vec::new(),
        ..hang(HangCause::Deadlock, Some(waiting))
    };
    golden("hang_deadlock.txt", &text(&hung(hang, Vec::new())));
}

#[test]
fn a_body_that_leaves_something_behind_as_well() {
    let waits = waiting(vec![awaited(
        Event::Mutex,
        vec![Holder {
            kind: HolderKind::Body,
            is_body: true,
            local: Some("guard".to_owned()),
            ..holder(false, true)
        }],
    )]);
    let leak = Leak {
        waiting: Some(waits),
        ..task(1)
    };
    let report = hung(hang(LIMIT, Some(held_by_a_task())), vec![leak]);
    golden("hang_and_leak.txt", &text(&report));
}

/// What was alive and is left is told once.
#[test]
fn a_body_that_waits_for_what_it_leaves_behind() {
    let reaps = Leak {
        name: Some("my_app::pool::reap".to_owned()),
        tasks: vec![12],
        waiting: Some(waiting(vec![awaited(Event::Mutex, Vec::new())])),
        ..task(1)
    };
    let ended = Leak {
        tasks: vec![13],
        ..reaps.clone()
    };
    let hang = |alive| Hang {
        alive,
        ..hang(LIMIT, Some(held_by_a_task()))
    };
    let all = hung(hang(vec![reaps.clone()]), vec![reaps.clone()]);
    golden("hang_left_behind.txt", &text(&all));
    let part = hung(hang(vec![reaps.clone(), ended]), vec![reaps]);
    golden("hang_left_behind_in_part.txt", &text(&part));
}

#[test]
fn a_body_in_synchronous_code() {
    let hang = Hang {
        alive: vec![task(2), thread(Some("flusher"))],
        ..hang(LIMIT, None)
    };
    let report = cut_short(hang, HangEnd::SynchronousBody);
    golden("hang_sync.txt", &text(&report));
    golden(
        "hang.json",
        &render(&report, Format::Json, TraceLevel::Site),
    );
}

#[test]
fn a_task_in_synchronous_code() {
    let mut hang = hang(LIMIT, Some(held_by_a_task()));
    hang.alive.clear();
    let mut report = cut_short(hang, HangEnd::SynchronousTask);
    let hang = report.hang.as_mut().unwrap();
    let own = frame("my_app::pool::flush", "src/pool.rs", 31, None, User);
    let std = frame(
        "std::thread::park",
        "std/src/thread/mod.rs",
        9,
        None,
        Internal,
    );
    hang.thread = Some(stuck(vec![std, own]));
    golden("hang_in_a_task.txt", &text(&report));
}

/// A thread that told where it is.
fn stuck(stack: Vec<Frame>) -> StuckThread {
    let state = State::Blocked(Call::Function("thread::park"));
    StuckThread {
        tid: 4711,
        doing: ThreadState::Told {
            state,
            descriptor: None,
        },
        waiting: Some(blocked::doing(state, stack)),
    }
}

#[test]
fn a_body_in_synchronous_code_whose_thread_tells() {
    let mut report = cut_short(hang(LIMIT, None), HangEnd::SynchronousBody);
    let hang = report.hang.as_mut().unwrap();
    let own = frame("my_app::pool::flush", "src/pool.rs", 4, None, User);
    let test = frame("pool::reconnects", "tests/pool.rs", 17, None, User);
    hang.thread = Some(stuck(vec![own, test]));
    golden("hang_body_blocked.txt", &text(&report));
}

#[test]
fn a_process_that_does_not_end() {
    let limit = Duration::from_secs(30);
    let unended = |began, thread| {
        let hang = Hang {
            after: Duration::from_millis(30_004),
            alive: vec![super::thread(Some("flusher"))],
            ..hang(HangCause::Exit(began, limit), None)
        };
        let mut report = cut_short(hang, HangEnd::SynchronousBody);
        let hang = report.hang.as_mut().unwrap();
        hang.fate = Fate::LeftAlone;
        hang.thread = thread;
        report
    };
    let join = frame(
        "std::thread::JoinHandle<T>::join",
        "std/src/thread/mod.rs",
        9,
        None,
        Internal,
    );
    let stop = frame("my_app::pool::stop", "src/pool.rs", 31, None, User);
    let exit = frame("exit", "", 0, None, Internal);
    let called = frame("my_app::pool::ends", "src/pool.rs", 4, None, User);
    let told = stuck(vec![join, stop, exit, called]);
    let report = unended(ExitBegan::Exit, Some(told));
    golden("exit.txt", &text(&report));
    golden(
        "exit_github.txt",
        &render(&report, Format::Github, TraceLevel::Site),
    );
    golden(
        "exit.json",
        &render(&report, Format::Json, TraceLevel::Site),
    );
    let seen = StuckThread {
        tid: 4711,
        doing: ThreadState::Seen {
            state: KernelState::Futex,
            descriptor: None,
        },
        waiting: None,
    };
    golden(
        "exit_unread.txt",
        &text(&unended(ExitBegan::TestsOver, Some(seen))),
    );
}

#[test]
fn a_drop_that_does_not_end() {
    let mut hang = hang(HangCause::Deadlock, Some(held_by_a_task()));
    hang.alive.clear();
    golden(
        "hang_drop.txt",
        &text(&cut_short(hang, HangEnd::DropBlocks)),
    );
}

#[test]
fn a_body_that_cannot_be_read() {
    let mut hang = hang(LIMIT, Some(Waiting::unknown("there is no debug info")));
    hang.alive.clear();
    golden("hang_unread.txt", &text(&hung(hang, Vec::new())));
}

#[test]
fn for_machines() {
    let report = hung(hang(LIMIT, Some(held_by_a_task())), Vec::new());
    golden(
        "hang_body.json",
        &render(&report, Format::Json, TraceLevel::Site),
    );
}
