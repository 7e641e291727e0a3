//! Descriptors and runtimes in words.

use super::{golden, report, task, text, thread};
use crate::{
    explain,
    model::{Detail, Frame, Home, Kind, Leak, Maker, Resource, ResourceId, Thing},
    sys::origin,
};

fn descriptor(count: usize) -> Leak {
    let facts = ["fd 7", "127.0.0.1:80 to 127.0.0.1:4711"].map(ToOwned::to_owned);
    Leak {
        kind: Kind::Fd,
        name: Some("TCP socket".to_owned()),
        polls: None,
        tasks: Vec::new(),
        facts: if count == 1 { facts.into() } else { Vec::new() },
        ..task(count)
    }
}

#[test]
fn one_and_several() {
    let held = Leak {
        note: Some("it is held by task 12 `my_app::pool::keep_alive` in `stream`".to_owned()),
        ..descriptor(1)
    };
    golden(
        "descriptors.txt",
        &text(&report(vec![held, descriptor(2), thread(None)])),
    );
}

#[test]
fn opened_by_a_dependency() {
    let through = Frame {
        function: "hyper::connect".to_owned(),
        file: Some("hyper-1.0.0/src/lib.rs".to_owned()),
        path: None,
        line: Some(9),
        column: None,
        home: Home::Dependency,
    };
    let leak = Leak {
        created_through: vec![through],
        ..descriptor(1)
    };
    golden("descriptor_of_a_dependency.txt", &text(&report(vec![leak])));
}

#[test]
fn opened_on_a_pool_or_by_a_thread() {
    let opened = |number, thread| Resource {
        id: ResourceId::Other(Kind::Fd, number),
        origin: 0,
        age_ms: Some(1100),
        detail: Detail::Other(Thing {
            number: Some(number),
            name: Some(format!("class {number}")),
            facts: vec![format!("fd {number}")],
            maker: Some(Maker {
                thread,
                runtime: 0,
                is_selector: false,
            }),
            ..Thing::default()
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
            creator: 0,
            doing: None,
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
    explain::name_holders(&mut resources, &[]);
    let held: Vec<_> = resources
        .iter()
        .filter_map(|resource| match &resource.detail {
            Detail::Other(thing) => Some(thing.held.as_deref()),
            _ => None,
        })
        .collect();
    assert_eq!(
        held,
        [
            Some("it was opened by thread \"watcher\", which still runs"),
            Some("it was opened by a thread that still runs"),
            None
        ]
    );
    // No stack could be taken.
    let found = explain::findings(&resources[2..3], &[], None, None);
    golden("descriptor_unread.txt", &text(&report(found)));
    if cfg!(all(target_os = "linux", not(miri))) {
        let inside = std::thread::yield_now as fn() as usize + 1;
        resources[2].origin = origin::intern(&std::iter::once(inside), 0);
        let found = explain::findings(&resources[2..3], &[], None, None);
        golden("descriptor_of_a_pool.txt", &text(&report(found)));
    }
}
