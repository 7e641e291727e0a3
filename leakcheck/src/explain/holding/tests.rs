//! Threads that use a descriptor, and what is advised.

use super::*;
use crate::model::{Kept, Maker};

fn descriptor(number: u64, maker: u64) -> Resource {
    Resource {
        id: ResourceId::Other(Kind::Fd, number),
        origin: 0,
        age_ms: None,
        detail: Detail::Other(Thing {
            number: Some(number),
            maker: Some(Maker {
                thread: maker,
                runtime: 0,
                is_selector: false,
            }),
            ..Thing::default()
        }),
    }
}

/// A thread in a call on this descriptor, perhaps in a closure.
fn thread(number: u64, name: &'static str, first: u64, closure: Option<&str>) -> Resource {
    Resource {
        id: ResourceId::Thread(number),
        origin: 0,
        age_ms: None,
        detail: Detail::Thread {
            tid: 7,
            name: Some("reader".to_owned()),
            runtime: 0,
            creator: 0,
            doing: Some(Arc::new(Doing {
                frames: Vec::new(),
                activity: Activity::Call {
                    name: Some(name),
                    first,
                },
                task: closure.map(|_| 9),
                unread: None,
            })),
            place: 0,
            closure: closure.map(Arc::from),
        },
    }
}

fn held(resources: &[Resource]) -> Vec<Vec<Keeper>> {
    let of = |resource: &Resource| match &resource.detail {
        Detail::Other(thing) => Some(thing.held.clone()),
        _ => None,
    };
    resources.iter().filter_map(of).collect()
}

#[test]
fn who_is_blocked_on_it_is_told_once() {
    let mut all = vec![
        descriptor(7, 1),
        descriptor(8, 2),
        descriptor(9, 3),
        thread(1, "read", 7 | 1 << 40, None),
        thread(2, "accept", 8, Some("my_app::serve::{closure}")),
        thread(3, "futex", 9, Some("")),
    ];
    name_holders(&mut all, &[], &[]);
    name_users(&mut all);
    let once = held(&all);
    let blocked = |call: &str| Use::Blocked(call.to_owned());
    let reader = Keeper::Thread {
        number: 1,
        name: Some("reader".to_owned()),
        does: blocked("read"),
    };
    let closure = |name: Option<&str>, does| Keeper::Closure {
        id: 9,
        name: name.map(ToOwned::to_owned),
        does,
    };
    assert_eq!(
        once,
        [
            vec![reader],
            vec![closure(Some("my_app::serve::{closure}"), blocked("accept"))],
            vec![closure(None, Use::Opened)],
        ]
    );
    name_users(&mut all);
    assert_eq!(held(&all), once);
}

#[test]
fn the_advice_fits_who_keeps_it() {
    let task = |id, is_certain, owners| Keeper::Task {
        id,
        name: "reap".into(),
        locals: Vec::new(),
        is_certain,
        owners,
    };
    let help = |all: &[Vec<Keeper>]| {
        let kept = all.iter().map(|by| Kept {
            facts: Vec::new(),
            by: by.clone(),
        });
        super::help(&Leak {
            kind: Kind::Fd,
            held: kept.collect(),
            ..crate::explain::unnamed_tasks(all.len())
        })
    };
    let (own, other) = (task(1, true, 1), task(2, true, 1));
    let (shared, perhaps) = (task(1, true, 2), task(2, false, 2));
    let one = "it closes when that task ends";
    let all = "it closes when all of them end";
    assert_eq!(help(&[vec![own.clone()]]), one);
    assert_eq!(
        help(&[vec![shared.clone()]]),
        "it closes when that task ends and nobody else shares it"
    );
    assert_eq!(help(&[vec![own.clone(), other.clone()]]), all);
    assert_eq!(help(&[vec![shared, other.clone()]]), all);
    assert_eq!(
        help(&[vec![task(1, true, 3), task(2, true, 3)]]),
        "it closes when all of them end and nobody else shares it"
    );
    assert_eq!(help(&[vec![own.clone(), perhaps.clone()]]), all);
    assert_eq!(
        help(&[vec![own.clone()], vec![own.clone()]]),
        "they close when that task ends"
    );
    assert_eq!(
        help(&[vec![own.clone()], vec![other]]),
        "each closes when all that hold it have ended"
    );
    for unknown in [
        help(&[vec![]]),
        help(&[vec![perhaps]]),
        help(&[vec![own], vec![]]),
    ] {
        assert!(unknown.starts_with("drop what owns it"), "{unknown}");
    }
}
