//! Things that the tests' own code registers: permits, pooled connections, temporary directories.

use std::{
    borrow::Cow,
    collections::{BTreeMap, BTreeSet},
    panic::Location,
    sync::{
        Mutex,
        atomic::{AtomicU64, Ordering},
    },
};

use super::source::Source;
use crate::{
    base::{
        model::{Detail, Fact, Kind, OtherResource, Resource, ResourceId, Seen},
        sync::lock_std as lock,
    },
    observe::scope::ScopeId,
    sys::{clock, creation_stack},
};

pub(super) const SOURCE: Source = Source {
    kind: Kind::Custom,
    list,
    describe,
    coverage: || Seen::Full,
};

static LIVE: Mutex<Live> = Mutex::new(Live {
    entries: BTreeMap::new(),
    of_scopes: BTreeSet::new(),
});

/// What is registered, by number.
#[derive(Debug)]
struct Live {
    entries: BTreeMap<u64, Entry>,
    /// Scopes with the numbers of theirs: a check need not go through those of others.
    of_scopes: BTreeSet<(u64, u64)>,
}

impl Live {
    fn numbers(&self, scope: Option<ScopeId>) -> impl Iterator<Item = u64> {
        let range = scope.map_or((0, 0)..=(u64::MAX, u64::MAX), |scope| {
            (scope.index(), 0)..=(scope.index(), u64::MAX)
        });
        self.of_scopes.range(range).map(|(_, number)| *number)
    }
}

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
        origin: creation_stack::here(std::ptr::from_ref(caller) as usize),
        born_ms: clock::now_ms(),
        name,
        label,
    };
    let mut live = lock(&LIVE);
    live.entries.insert(number, entry);
    live.of_scopes.insert((scope.index(), number));
    drop(live);
    scope.counters().other_started();
    number
}

/// It has ended.
pub(crate) fn end(number: u64) {
    let mut live = lock(&LIVE);
    if let Some(entry) = live.entries.remove(&number) {
        live.of_scopes.remove(&(entry.scope.index(), number));
        drop(live);
        entry.scope.counters().other_ended();
    }
}

fn list(scope: Option<ScopeId>) -> Vec<Resource> {
    let now = clock::now_ms();
    let live = lock(&LIVE);
    live.numbers(scope)
        .filter_map(|number| Some((number, live.entries.get(&number)?)))
        .map(|(number, entry)| Resource {
            id: ResourceId::Other(Kind::Custom, number),
            origin: entry.origin,
            age_ms: Some(now.saturating_sub(entry.born_ms)),
            detail: Detail::Other(OtherResource {
                name: Some(entry.name.clone().into_owned()),
                ..OtherResource::default()
            }),
        })
        .collect()
}

fn describe(id: u64, thing: &mut OtherResource) {
    let live = lock(&LIVE);
    let label = live.entries.get(&id).map(|entry| entry.label.clone());
    let label = label.filter(|label| !label.is_empty());
    thing.facts.extend(label.map(Fact::Label));
}
