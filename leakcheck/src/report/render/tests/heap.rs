//! Memory that nothing leads to.

use super::{golden, report, text};
use crate::{
    base::model::{
        Detail, Fact, Kind, LostMemory, OtherResource, Owned, Resource, ResourceId, Step,
    },
    check::findings,
};

fn lost(number: u64, name: Option<&str>, memory: LostMemory) -> Resource {
    Resource {
        id: ResourceId::Other(Kind::Heap, number),
        origin: 0,
        age_ms: None,
        detail: Detail::Other(OtherResource {
            name: name.map(ToOwned::to_owned),
            facts: vec![Fact::LostMemory(memory)],
            ..OtherResource::default()
        }),
    }
}

const PLAIN: LostMemory = LostMemory {
    count: 1,
    bytes: 48,
    behind: (0, 0),
    owned: Owned::Not,
    circle: Vec::new(),
};

fn shown(resources: &[Resource]) -> String {
    let found = findings::findings(resources, &[], findings::Beside::default(), None, None);
    text(&report(found))
}

#[test]
fn one_that_leads_to_others() {
    let memory = LostMemory {
        behind: (3, 100),
        ..PLAIN
    };
    golden("heap.txt", &shown(&[lost(1, None, memory)]));
}

#[test]
fn several_of_one_line() {
    let memory = LostMemory {
        count: 3,
        bytes: 144,
        ..PLAIN
    };
    let all = [1, 2, 3].map(|number| lost(number, Some("Arc<Job>"), memory.clone()));
    golden("heap_of_one_line.txt", &shown(&all));
}

#[test]
fn one_that_owns_itself() {
    let memory = LostMemory {
        owned: Owned::Itself,
        circle: vec![Step {
            owner: "Arc<Node>".to_owned(),
            field: "parent".to_owned(),
        }],
        ..PLAIN
    };
    golden(
        "heap_circle.txt",
        &shown(&[lost(1, Some("Arc<Node>"), memory)]),
    );
}
