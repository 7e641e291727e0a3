//! Threads that use a descriptor.

use super::*;
use crate::base::model::Creator;

fn descriptor(number: u64, creator: u64) -> Resource {
    Resource {
        id: ResourceId::Other(Kind::Fd, number),
        origin: 0,
        age_ms: None,
        detail: Detail::Other(OtherResource {
            number: Some(number),
            creator: Some(Creator {
                thread: creator,
                runtime: 0,
                is_selector: false,
            }),
            ..OtherResource::default()
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
            parent: 0,
            activity: Some(Arc::new(ThreadActivity {
                frames: Vec::new(),
                stack_pointers: Vec::new(),
                kernel: KernelActivity::Call {
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
