//! Descriptors and runtimes in words.

use super::{golden, render, report, task, text, thread};
use crate::{
    base::model::{
        CodeOwner, Creator, Detail, Fact, Frame, Keeper, Kept, Kind, Leak, OtherResource, Place,
        Resource, ResourceId, Use,
    },
    check::findings,
    settings::env::{Format, TraceLevel},
    sys::creation_stack,
};

/// Descriptors, with those who keep each of them open.
fn descriptors(by: &[Vec<Keeper>]) -> Leak {
    let facts = |number| {
        vec![
            Fact::Descriptor(number),
            Fact::Place(Place::Connected {
                local: ([127, 0, 0, 1], 80).into(),
                peer: ([127, 0, 0, 1], 4711).into(),
            }),
        ]
    };
    let kept = by.iter().zip(7..).map(|(by, number)| Kept {
        facts: facts(number),
        by: by.clone(),
    });
    Leak {
        kind: Kind::Fd,
        name: Some("TCP socket".to_owned()),
        polls: None,
        tasks: Vec::new(),
        facts: if by.len() == 1 { facts(7) } else { Vec::new() },
        held: kept.collect(),
        ..task(by.len())
    }
}

fn holder(id: u64, locals: &[&str], is_certain: bool) -> Keeper {
    Keeper::Task {
        id,
        name: "my_app::pool::keep_alive".into(),
        locals: locals.iter().map(|local| (*local).into()).collect(),
        is_certain,
        owners: 1,
    }
}

fn user(does: Use) -> Keeper {
    Keeper::Thread {
        number: 3,
        name: Some("reader".to_owned()),
        does,
    }
}

#[test]
fn one_and_several() {
    let held = descriptors(&[vec![holder(12, &["stream"], true)]]);
    let unknown = descriptors(&[vec![], vec![]]);
    golden(
        "descriptors.txt",
        &text(&report(vec![held, unknown, thread(None)])),
    );
}

#[test]
fn a_static_that_holds_it_is_named() {
    let pool = |slot: &str| Keeper::Static {
        name: "POOL".into(),
        local: slot.into(),
        at: task(1).created_at,
    };
    let one = descriptors(&[vec![pool(".idle[0].1")]]);
    let several = descriptors(&[vec![pool("[0]")], vec![pool("[1]")]]);
    golden("descriptors_static.txt", &text(&report(vec![one, several])));
}

/// All findings in full, without their creation stacks.
fn whole(mut report: super::Report) -> String {
    for leak in &mut report.leaks {
        leak.stack.clear();
    }
    render(&report, Format::Text, TraceLevel::Full)
}

/// Whoever keeps one is told, and found again by its number.
#[test]
fn several_holders() {
    let shared = holder(12, &["socket"], true);
    let other = holder(13, &["reader", "hub.writer"], true);
    let perhaps = holder(12, &["stream"], false);
    let elsewhere = holder(5, &[], true);
    let closure = Keeper::Closure {
        id: 9,
        name: Some("my_app::pool::flush::{closure}".to_owned()),
        does: Use::Blocked("recv".to_owned()),
    };
    let many = vec![vec![shared.clone()]; 10];
    golden(
        "descriptors_of_several.txt",
        &whole(report(vec![
            descriptors(&[vec![shared.clone(), other.clone()]]),
            descriptors(&[vec![shared.clone(), holder(13, &["socket"], true)]]),
            descriptors(&[vec![shared.clone(), perhaps.clone()]]),
            descriptors(&[vec![perhaps]]),
            descriptors(&[vec![shared.clone()], vec![other.clone(), elsewhere], vec![]]),
            descriptors(&[vec![shared.clone()], vec![shared.clone()]]),
            descriptors(&[[vec![vec![other]], many].concat()].concat()),
            descriptors(&[vec![user(Use::Opened)]]),
            descriptors(&[vec![user(Use::Blocked("read".to_owned())), closure]]),
            Leak {
                kind: Kind::BlockingTask,
                tasks: vec![9],
                ..task(1)
            },
            task(2),
        ])),
    );
    golden(
        "descriptors.json",
        &render(
            &report(vec![descriptors(&[
                vec![shared, user(Use::Blocked("read".to_owned()))],
                vec![],
            ])]),
            Format::Json,
            TraceLevel::Site,
        ),
    );
}

#[test]
fn opened_by_a_dependency() {
    let through = Frame {
        function: "hyper::connect".to_owned(),
        file: Some("hyper-1.0.0/src/lib.rs".to_owned()),
        from_root: None,
        path: None,
        line: Some(9),
        column: None,
        owner: CodeOwner::Dependency,
    };
    let leak = Leak {
        created_through: vec![through],
        ..descriptors(&[vec![]])
    };
    golden("descriptor_of_a_dependency.txt", &text(&report(vec![leak])));
}

#[test]
fn opened_on_a_pool_or_by_a_thread() {
    let opened = |number, thread| Resource {
        id: ResourceId::Other(Kind::Fd, number),
        origin: 0,
        age_ms: Some(1100),
        detail: Detail::Other(OtherResource {
            number: Some(number),
            name: Some(format!("class {number}")),
            facts: vec![Fact::Descriptor(i32::try_from(number).unwrap())],
            creator: Some(Creator {
                thread,
                runtime: 0,
                is_selector: false,
            }),
            ..OtherResource::default()
        }),
    };
    let started = |number, name: Option<&str>| Resource {
        id: ResourceId::Thread(number),
        origin: 0,
        age_ms: Some(1100),
        detail: Detail::Thread {
            tid: 7,
            name: name.map(ToOwned::to_owned),
            runtime: 0,
            parent: 0,
            activity: None,
            place: 0,
            closure: None,
        },
    };
    let mut resources = vec![
        opened(11, 1),
        opened(12, 2),
        opened(13, 3),
        started(1, Some("watcher")),
        started(2, None),
    ];
    findings::name_holders(&mut resources, &[], &[]);
    let held: Vec<_> = resources
        .iter()
        .filter_map(|resource| match &resource.detail {
            Detail::Other(thing) => Some(thing.held.clone()),
            _ => None,
        })
        .collect();
    let opened = |number, name: Option<&str>| {
        vec![Keeper::Thread {
            number,
            name: name.map(ToOwned::to_owned),
            does: Use::Opened,
        }]
    };
    assert_eq!(held, [opened(1, Some("watcher")), opened(2, None), vec![]]);
    // No stack could be taken.
    let found = findings::findings(
        &resources[2..3],
        &[],
        findings::Beside::default(),
        None,
        None,
    );
    golden("descriptor_unread.txt", &text(&report(found)));
    if cfg!(all(target_os = "linux", not(miri))) {
        let inside = std::thread::yield_now as fn() as usize + 1;
        resources[2].origin = creation_stack::intern(&std::iter::once(inside), 0);
        let found = findings::findings(
            &resources[2..3],
            &[],
            findings::Beside::default(),
            None,
            None,
        );
        golden("descriptor_of_a_pool.txt", &text(&report(found)));
    }
}
