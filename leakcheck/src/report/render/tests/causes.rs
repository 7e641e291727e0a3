//! What follows from what, and which mistake it was.

use std::{fmt::Write as _, net::SocketAddr};

use leakcheck_report::Pattern;

use super::{
    super::why,
    blocked::doing,
    waits::{awaited, depends, waiting},
    *,
};
use crate::{
    base::model::{
        About, Awaited, Call, Dependence, Event, Fact, Keeper, Kept, Place, State, Tie, Use,
    },
    report::explain::{Causes, Certainty, Why},
};

/// A task with this number, which waits for this, and on which it depends.
fn waits(number: u64, event: Event, depends: Vec<Dependence>) -> Leak {
    Leak {
        name: Some(format!("my_app::pool::step_{number}")),
        tasks: vec![number],
        waiting: Some(waiting(vec![awaited(event, Vec::new())])),
        depends,
        stack: Vec::new(),
        ..task(1)
    }
}

fn never() -> Awaited {
    awaited(Event::Never, Vec::new())
}

fn socket(number: i32, ends: (u16, u16), by: Vec<Keeper>) -> Leak {
    let address = |port| SocketAddr::from(([127, 0, 0, 1], port));
    let facts = vec![
        Fact::Descriptor(number),
        Fact::Place(Place::Connected {
            local: address(ends.0),
            peer: address(ends.1),
        }),
    ];
    socket_with(facts, by)
}

fn socket_with(facts: Vec<Fact>, by: Vec<Keeper>) -> Leak {
    Leak {
        kind: Kind::Fd,
        name: Some("TCP socket".to_owned()),
        facts: facts.clone(),
        held: vec![Kept { facts, by }],
        tasks: Vec::new(),
        stack: Vec::new(),
        polls: None,
        ..task(1)
    }
}

fn by_task(id: u64) -> Keeper {
    Keeper::Task {
        id,
        name: "my_app::pool::serve".into(),
        locals: vec!["stream".into()],
        is_certain: true,
        owners: 1,
    }
}

/// All of it short, and all of it in full.
fn both(name: &str, leaks: Vec<Leak>) {
    let report = report(leaks);
    golden(&format!("{name}.txt"), &text(&report));
    golden(
        &format!("{name}_full.txt"),
        &render(&report, Format::Text, TraceLevel::Full),
    );
}

#[test]
fn a_chain_has_one_cause() {
    both(
        "causes_chain",
        vec![
            waits(12, Event::TaskEnd, vec![depends(12, 13, Tie::End)]),
            waits(13, Event::Mutex, vec![depends(13, 14, Tie::Lock)]),
            waits(14, Event::Never, Vec::new()),
            Leak {
                count: 2,
                tasks: vec![15, 16],
                ..waits(
                    15,
                    Event::Message { senders: Some(1) },
                    vec![depends(15, 14, Tie::Sender), depends(16, 14, Tie::Sender)],
                )
            },
            waits(17, Event::Capacity, vec![depends(17, 15, Tie::Receiver)]),
        ],
    );
}

#[test]
fn what_one_does_not_receive_or_poll_follows_from_it() {
    both(
        "causes_kept",
        vec![
            waits(12, Event::OneshotValue, vec![depends(12, 14, Tie::Queue)]),
            waits(13, Event::Mutex, vec![depends(13, 14, Tie::Parked)]),
            waits(14, Event::Never, Vec::new()),
        ],
    );
}

#[test]
fn a_circle_is_one_cause() {
    both(
        "causes_circle",
        vec![
            waits(12, Event::Mutex, vec![depends(12, 13, Tie::Lock)]),
            waits(13, Event::Mutex, vec![depends(13, 12, Tie::Lock)]),
        ],
    );
}

#[test]
fn a_circle_through_a_token_is_one_cause() {
    let mut supervisor = waits(13, Event::TaskEnd, vec![depends(13, 12, Tie::End)]);
    let mut worker = waits(12, Event::Cancellation, vec![depends(12, 13, Tie::Token)]);
    for leak in [&mut supervisor, &mut worker] {
        leak.waiting.as_mut().expect("it waits").is_forever = true;
    }
    golden("causes_token.txt", &text(&report(vec![supervisor, worker])));
}

/// Nothing else is known of it, and it is awaited already.
#[test]
fn a_task_that_is_awaited_is_not_to_be_awaited() {
    golden(
        "causes_awaited.txt",
        &text(&report(vec![
            waits(12, Event::Permit, Vec::new()),
            waits(13, Event::TaskEnd, vec![depends(13, 12, Tie::End)]),
        ])),
    );
}

#[test]
fn a_thread_follows_from_the_process_that_it_waits_for() {
    let call = Call::System {
        name: Some("waitpid"),
        about: Some(About::Process(99)),
    };
    let waiter = Leak {
        threads: vec![3],
        tasks: Vec::new(),
        stack: Vec::new(),
        waiting: Some(doing(State::Blocked(call), Vec::new())),
        ..thread(Some("reaper"))
    };
    let process = Leak {
        kind: Kind::Process,
        name: Some("sleep".to_owned()),
        facts: vec![Fact::Process(99)],
        tasks: Vec::new(),
        stack: Vec::new(),
        ..task(1)
    };
    golden("causes_reaper.txt", &text(&report(vec![waiter, process])));
}

#[test]
fn who_waits_at_a_pipe_follows_from_the_process_at_its_other_end() {
    let pipe = |number, by| Leak {
        name: Some("pipe".to_owned()),
        ..socket_with(vec![Fact::Descriptor(number), Fact::PipeOf(99)], by)
    };
    let ready = Event::Readiness {
        descriptor: Some(6),
        name: None,
    };
    let call = Call::System {
        name: Some("read"),
        about: Some(About::Descriptor(7)),
    };
    let reader = Leak {
        threads: vec![3],
        tasks: Vec::new(),
        stack: Vec::new(),
        waiting: Some(doing(State::Blocked(call), Vec::new())),
        ..thread(Some("reader"))
    };
    let leaks = |pid| {
        let process = Leak {
            kind: Kind::Process,
            name: Some("sleep".to_owned()),
            facts: vec![Fact::Process(pid)],
            tasks: Vec::new(),
            stack: Vec::new(),
            ..task(1)
        };
        vec![
            waits(12, ready.clone(), Vec::new()),
            reader.clone(),
            process,
            pipe(6, vec![by_task(12)]),
            pipe(7, Vec::new()),
        ]
    };
    both("causes_pipes", leaks(99));
    // The control: it is another that is left.
    let report = report(leaks(98));
    assert_eq!(Causes::of(&report.leaks).causes().count(), 4);
}

#[test]
fn a_server_and_a_forgotten_client_are_two() {
    let ready = |descriptor| Event::Readiness {
        descriptor: Some(descriptor),
        name: None,
    };
    both(
        "causes_server",
        vec![
            waits(12, ready(6), Vec::new()),
            waits(13, ready(7), Vec::new()),
            socket(6, (80, 0), vec![by_task(12)]),
            socket(7, (80, 4711), vec![by_task(13)]),
            socket(8, (4711, 80), Vec::new()),
        ],
    );
}

#[test]
fn a_blocked_thread_has_its_descriptor_and_a_task_its_process() {
    let blocked = Leak {
        threads: vec![3],
        tasks: Vec::new(),
        stack: Vec::new(),
        waiting: Some(doing(State::Blocked(Call::Unknown), Vec::new())),
        ..thread(Some("reader"))
    };
    let user = Keeper::Thread {
        number: 3,
        name: Some("reader".to_owned()),
        does: Use::Blocked("recv".to_owned()),
    };
    let process = Leak {
        kind: Kind::Process,
        name: Some("sleep".to_owned()),
        facts: vec![Fact::Process(99)],
        tasks: Vec::new(),
        stack: Vec::new(),
        ..task(1)
    };
    let exit = Event::Exit {
        process: Some(99),
        command: None,
    };
    both(
        "causes_others",
        vec![
            waits(12, exit, Vec::new()),
            blocked,
            socket(7, (80, 4711), vec![user]),
            process,
        ],
    );
}

#[test]
fn many_that_follow_are_folded() {
    let mut leaks = vec![waits(1, Event::Never, Vec::new())];
    leaks.extend(
        (2..30).map(|number| waits(number, Event::TaskEnd, vec![depends(number, 1, Tie::End)])),
    );
    golden("causes_many.txt", &text(&report(leaks)));
}

#[test]
fn a_panic_is_no_cause_of_what_is_left() {
    let leaks = vec![
        waits(13, Event::Never, Vec::new()),
        waits(12, Event::TaskEnd, vec![depends(12, 13, Tie::End)]),
        Leak {
            panic: Some("a job".to_owned()),
            ..Leak::unknown(Kind::Thread, 1)
        },
    ];
    golden("causes_panicked.txt", &text(&report(leaks)));
}

/// Whether it was found, and no further than it was.
#[test]
fn each_pattern_says_what_happened() {
    let mut all = String::new();
    for pattern in Pattern::ALL {
        for certainty in [Certainty::Proven, Certainty::Likely] {
            let why = Why {
                pattern: *pattern,
                certainty,
            };
            for count in [1, 2] {
                let text = why::happened(why, &Leak::unknown(Kind::Task, count));
                let _ = writeln!(all, "{pattern}: {text}");
            }
        }
        let why = Why {
            pattern: *pattern,
            certainty: Certainty::Proven,
        };
        if let Some(cure) = why::cure(Some(why), &task(1), false) {
            let _ = writeln!(all, "{pattern}: help: {cure}");
        }
    }
    golden("patterns.txt", &all);
}

#[test]
fn what_is_told_short_is_whole_in_json() {
    let leaks = vec![
        Leak {
            waiting: Some(waiting(vec![never()])),
            ..waits(13, Event::Never, Vec::new())
        },
        waits(12, Event::TaskEnd, vec![depends(12, 13, Tie::End)]),
    ];
    golden(
        "causes.json",
        &render(&report(leaks), Format::Json, TraceLevel::Site),
    );
}
