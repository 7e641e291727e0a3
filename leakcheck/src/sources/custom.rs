//! Things that the tests' own code registers: permits, pooled connections, temporary directories.

use std::{
    borrow::Cow,
    collections::BTreeMap,
    panic::Location,
    sync::{
        Mutex,
        atomic::{AtomicU64, Ordering},
    },
};

use super::Source;
use crate::{
    model::{Detail, Kind, Resource, ResourceId, Seen, Thing},
    scope::ScopeId,
    sync::lock_std as lock,
    sys::{clock, origin},
};

pub(super) const SOURCE: Source = Source {
    kind: Kind::Custom,
    list,
    describe,
    coverage: || Seen::Full,
};

static LIVE: Mutex<BTreeMap<u64, Entry>> = Mutex::new(BTreeMap::new());

#[derive(Debug)]
struct Entry {
    scope: ScopeId,
    origin: u32,
    born_ms: u64,
    name: Cow<'static, str>,
    label: String,
}

/// Registers a thing of the current scope, and returns its number.
pub(crate) fn begin(name: Cow<'static, str>, label: String, caller: &'static Location<'_>) -> u64 {
    static NEXT: AtomicU64 = AtomicU64::new(1);
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    let scope = ScopeId::current();
    let entry = Entry {
        scope,
        origin: origin::here(std::ptr::from_ref(caller) as usize),
        born_ms: clock::now_ms(),
        name,
        label,
    };
    lock(&LIVE).insert(number, entry);
    scope.tally().other_started();
    number
}

/// It has ended.
pub(crate) fn end(number: u64) {
    if let Some(entry) = lock(&LIVE).remove(&number) {
        entry.scope.tally().other_ended();
    }
}

fn list(scope: Option<ScopeId>) -> Vec<Resource> {
    let now = clock::now_ms();
    lock(&LIVE)
        .iter()
        .filter(|(_, entry)| scope.is_none_or(|scope| entry.scope == scope))
        .map(|(number, entry)| Resource {
            id: ResourceId::Other(Kind::Custom, *number),
            origin: entry.origin,
            age_ms: Some(now.saturating_sub(entry.born_ms)),
            detail: Detail::Other(Thing {
                name: Some(entry.name.clone().into_owned()),
                ..Thing::default()
            }),
        })
        .collect()
}

fn describe(id: u64, thing: &mut Thing) {
    let live = lock(&LIVE);
    let label = live.get(&id).map(|entry| &entry.label);
    thing
        .facts
        .extend(label.filter(|label| !label.is_empty()).cloned());
}
