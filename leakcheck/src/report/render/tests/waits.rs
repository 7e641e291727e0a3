//! What is said of where a task waits.

use super::*;
use crate::base::model::{
    Awaited, Call, Dependence, Event, HandleKind, Holder, HolderKind, Missing, OwnHandle, State,
    Tie, Waiting,
};

pub(super) fn awaited(event: Event, held_by: Vec<Holder>) -> Awaited {
    Awaited {
        is_full: true,
        is_in_vain: false,
        event,
        is_certain: true,
        held_by,
        unlisted: 0,
        has_statics: false,
        missing: None,
        tasks: Vec::new(),
    }
}

pub(super) fn message(senders: u64) -> Event {
    Event::Message {
        senders: Some(senders),
    }
}

pub(super) fn timer(left: Duration) -> Event {
    Event::Timer {
        left: Some(left),
        others_later: false,
    }
}

pub(super) fn holder(is_itself: bool, is_certain: bool) -> Holder {
    Holder {
        task: 12,
        name: "my_app::pool::reap".to_owned(),
        kind: if is_itself {
            HolderKind::Itself
        } else {
            HolderKind::Task
        },
        is_body: false,
        is_parked: false,
        is_queued: false,
        is_certain,
        local: Some("tx".to_owned()),
        also: Vec::new(),
        at: Some(frame("my_app::pool::reap", "src/pool.rs", 120, None, User)),
    }
}

pub(super) fn waiting(events: Vec<Awaited>) -> Waiting {
    Waiting {
        state: State::Idle,
        stack: vec![
            frame(
                "tokio::sync::mpsc::bounded::Receiver::recv",
                "tokio-1.54.1/src/sync/mpsc/bounded.rs",
                245,
                None,
                Internal,
            ),
            frame("my_app::pool::keep_alive", "src/pool.rs", 8, None, User),
            frame("my_app::pool::run", "src/pool.rs", 40, None, User),
        ],
        events,
        is_forever: false,
        are_joined: false,
        are_all: true,
        unread: None,
        keeps_own_handle: None,
        pause: None,
        place: 0,
    }
}

/// Of this task on that one.
pub(super) fn depends(waiter: u64, on: u64, tie: Tie) -> Dependence {
    Dependence {
        waiter,
        wait: 0,
        on: ResourceId::Task(on),
        tie,
        local: Some("sender".to_owned()),
        at: None,
    }
}

fn shown(name: &str, count: usize, waiting: Waiting) {
    let leak = Leak {
        name: Some("my_app::pool::keep_alive".to_owned()),
        waiting: Some(waiting),
        ..task(count)
    };
    golden(name, &text(&report(vec![leak])));
}

#[test]
fn a_sender_that_the_task_keeps_itself() {
    let waiting = Waiting {
        is_forever: true,
        ..waiting(vec![awaited(message(1), vec![holder(true, true)])])
    };
    let leak = Leak {
        name: Some("my_app::pool::keep_alive".to_owned()),
        waiting: Some(waiting),
        depends: vec![depends(12, 12, Tie::Sender)],
        ..task(1)
    };
    golden("waits_for_itself.txt", &text(&report(vec![leak])));
}

#[test]
fn a_pipe_of_which_the_task_keeps_the_other_end() {
    let waiting = Waiting {
        is_forever: true,
        ..waiting(vec![awaited(Event::Bytes, vec![holder(true, true)])])
    };
    let leak = Leak {
        name: Some("my_app::pool::keep_alive".to_owned()),
        waiting: Some(waiting),
        depends: vec![depends(12, 12, Tie::Pipe)],
        ..task(1)
    };
    golden("waits_for_its_own_pipe.txt", &text(&report(vec![leak])));
}

#[test]
fn several_that_must_all_happen() {
    let never = Awaited {
        is_in_vain: true,
        ..awaited(Event::OneshotValue, vec![holder(false, true)])
    };
    let waiting = Waiting {
        are_joined: true,
        ..waiting(vec![
            awaited(timer(Duration::from_secs(60)), Vec::new()),
            never,
        ])
    };
    let leaks = vec![Leak {
        waiting: Some(waiting),
        ..task(1)
    }];
    golden("waits_joined.txt", &text(&report(leaks.clone())));
    golden(
        "waits_joined.json",
        &render(&report(leaks), Format::Json, TraceLevel::Site),
    );
}

#[test]
fn a_lock_that_a_future_has_that_nobody_polls() {
    let parked = Holder {
        local: Some("future.guard".to_owned()),
        is_parked: true,
        ..holder(true, true)
    };
    let depends = Dependence {
        local: Some("future.guard".to_owned()),
        ..depends(12, 12, Tie::Parked)
    };
    let waiting = Waiting {
        is_forever: true,
        ..waiting(vec![awaited(Event::Mutex, vec![parked])])
    };
    let leak = Leak {
        name: Some("my_app::pool::keep_alive".to_owned()),
        waiting: Some(waiting),
        depends: vec![depends],
        ..task(1)
    };
    golden("waits_for_futurelock.txt", &text(&report(vec![leak])));
}

/// It had no turn yet: what it waits for is known, and that it comes to rest as well.
#[test]
fn what_waits_and_is_about_to_run() {
    let waiting = Waiting {
        state: State::Scheduled,
        ..waiting(vec![awaited(Event::Never, vec![])])
    };
    shown("waits_and_is_scheduled.txt", 1, waiting);
}

#[test]
fn a_reply_that_is_in_a_queue() {
    let queued = Holder {
        local: Some("jobs[0].reply".to_owned()),
        is_queued: true,
        ..holder(false, true)
    };
    let waiting = Waiting {
        is_forever: true,
        ..waiting(vec![awaited(Event::OneshotValue, vec![queued])])
    };
    shown("waits_for_lost_reply.txt", 1, waiting);
}

/// One that a static holds.
fn in_static(path: Option<&str>) -> Holder {
    Holder {
        kind: HolderKind::Static,
        task: 0,
        name: "REG".to_owned(),
        local: path.map(ToOwned::to_owned),
        at: Some(frame("", "src/lib.rs", 19, None, User)),
        ..holder(false, true)
    }
}

/// The same with so many ends that were looked for in vain.
fn missing(awaited: Awaited, ends: u64, is_whole: bool, threads: usize) -> Awaited {
    Awaited {
        has_statics: true,
        missing: Some(Missing {
            ends,
            is_whole,
            has_threads: threads > 0,
            threads,
        }),
        ..awaited
    }
}

#[test]
fn a_variable_of_the_thread() {
    let own = Holder {
        kind: HolderKind::ThreadLocal,
        ..in_static(Some("[0].1"))
    };
    shown(
        "waits_thread_local.txt",
        1,
        waiting(vec![awaited(message(1), vec![own])]),
    );
}

#[test]
fn statics() {
    let waiting = waiting(vec![
        awaited(message(1), vec![in_static(None)]),
        awaited(
            message(2),
            vec![holder(true, true), in_static(Some("[0].1"))],
        ),
        awaited(
            Event::Notification,
            vec![Holder {
                is_certain: false,
                also: vec![".b".to_owned()],
                ..in_static(Some(".a"))
            }],
        ),
    ]);
    shown("waits_for_statics.txt", 1, waiting);
}

#[test]
fn threads() {
    let thread = |name: &str| Holder {
        kind: HolderKind::Thread,
        task: 0,
        name: name.to_owned(),
        ..holder(false, false)
    };
    let waiting = waiting(vec![
        awaited(message(1), vec![thread("keeper")]),
        awaited(message(2), vec![in_static(None), thread("")]),
    ]);
    shown("waits_for_threads.txt", 1, waiting);
}

#[test]
fn what_was_looked_for_in_vain() {
    let none = |event| awaited(event, Vec::new());
    let own = |senders| awaited(message(senders), vec![holder(true, true)]);
    let waiting = waiting(vec![
        missing(none(message(1)), 1, true, 0),
        missing(none(message(2)), 2, true, 1),
        missing(none(Event::OneshotValue), 1, false, 2),
        missing(own(2), 1, true, 0),
        missing(own(4), 3, false, 0),
        Awaited {
            has_statics: true,
            ..none(Event::Notification)
        },
    ]);
    shown("waits_in_vain.txt", 1, waiting);
}

#[test]
fn several_events() {
    let timer = awaited(timer(Duration::from_secs(3)), Vec::new());
    let waiting = waiting(vec![
        awaited(message(2), vec![holder(false, false), holder(false, true)]),
        awaited(Event::Mutex, Vec::new()),
        timer,
    ]);
    shown("waits_for_several.txt", 3, waiting);
}

#[test]
fn nothing_can_wake_it() {
    let never = awaited(Event::Never, Vec::new());
    let mut waiting = Waiting {
        is_forever: true,
        ..waiting(vec![never, awaited(Event::Mutex, vec![holder(true, true)])])
    };
    waiting.stack.clear();
    shown("waits_for_ever.txt", 2, waiting);
}

#[test]
fn the_end_of_another_task() {
    let end = awaited(
        Event::TaskEnd,
        vec![Holder {
            local: None,
            at: None,
            ..holder(false, true)
        }],
    );
    shown("waits_for_a_task.txt", 1, waiting(vec![end]));
}

#[test]
fn holders_that_are_told_as_well() {
    let by = |task: u64, local: &str, also: &[&str]| Holder {
        task,
        local: Some(local.to_owned()),
        also: also.iter().map(ToString::to_string).collect(),
        ..holder(false, true)
    };
    let held_by = vec![
        by(7, "tx", &[]),
        by(9, "tx", &[]),
        by(20, "hub.tx", &["a", "b", "c"]),
    ];
    let waits = waiting(vec![Awaited {
        unlisted: 2,
        ..awaited(message(5), held_by)
    }]);
    let waits_for = |ids: &[u64], waiting| Leak {
        name: Some("my_app::pool::keep_alive".to_owned()),
        waiting: Some(waiting),
        tasks: ids.to_vec(),
        ..task(ids.len())
    };
    let reaps = |ids: &[u64]| Leak {
        name: Some("my_app::pool::reap".to_owned()),
        tasks: ids.to_vec(),
        ..task(ids.len())
    };
    let many: Vec<u64> = (20..40).collect();
    let told = [
        waits_for(&[5], waits),
        reaps(&[7]),
        reaps(&[9, 11]),
        reaps(&many),
    ];
    golden("waits_for_told_ones.txt", &text(&report(told.into())));
}

#[test]
fn the_end_of_a_closure() {
    let end = Awaited {
        tasks: vec![9, 10],
        ..awaited(Event::TaskEnd, Vec::new())
    };
    let waits = Leak {
        waiting: Some(waiting(vec![end])),
        ..task(1)
    };
    let blocked = State::Blocked(Call::Function("mpsc::recv"));
    let own = frame("my_app::pool::flush", "src/pool.rs", 31, None, User);
    let closure = Leak {
        kind: Kind::BlockingTask,
        name: Some("my_app::pool::flush::{closure}".to_owned()),
        tasks: vec![9],
        waiting: Some(super::blocked::doing(blocked, vec![own])),
        ..task(1)
    };
    golden(
        "waits_for_a_closure.txt",
        &text(&report(vec![waits, closure])),
    );
}

#[test]
fn a_task_that_was_never_polled() {
    let mut waiting = waiting(vec![awaited(Event::Message { senders: None }, Vec::new())]);
    waiting.state = State::Scheduled;
    let leak = Leak {
        name: Some("my_app::pool::keep_alive".to_owned()),
        waiting: Some(waiting.polled(Some(0))),
        polls: Some(0),
        ..task(1)
    };
    golden("waits_for_its_first_turn.txt", &text(&report(vec![leak])));
}

#[test]
fn what_could_not_be_read() {
    let mut waiting = waiting(Vec::new());
    waiting.stack.clear();
    waiting.unread = Some("it changed while it was read".to_owned());
    shown("waits_unread.txt", 1, waiting);
}

#[test]
fn for_machines() {
    let own_handle = OwnHandle {
        may_end: true,
        kind: HandleKind::Join,
        local: "cache".to_owned(),
        path: ".handle".to_owned(),
        is_certain: true,
        is_proven: true,
        at: Some(frame("my_app::pool::reap", "src/pool.rs", 120, None, User)),
    };
    let with_static = awaited(
        message(3),
        vec![holder(true, true), in_static(Some("[0].1"))],
    );
    let leak = Leak {
        waiting: Some(Waiting {
            keeps_own_handle: Some(own_handle),
            ..waiting(vec![
                missing(with_static, 1, true, 2),
                awaited(Event::Mutex, Vec::new()),
            ])
        }),
        ..task(1)
    };
    golden(
        "waits.json",
        &render(&report(vec![leak]), Format::Json, TraceLevel::Site),
    );
}

#[test]
fn what_reads_alike_is_told_once() {
    let fires = || awaited(timer(Duration::ZERO), Vec::new());
    let events = vec![
        fires(),
        awaited(Event::Message { senders: None }, Vec::new()),
        fires(),
    ];
    shown("waits_for_several_alike.txt", 1, waiting(events));
}
