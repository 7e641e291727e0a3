//! What is new: a pure difference by identity, and groups of what was made on one path.

use std::{
    collections::{BTreeMap, HashSet},
    sync::Arc,
};

use crate::{
    base::model::{
        Detail, Fact, Kept, Kind, Leak, Resource, ResourceId, RuntimeRelation, ThreadActivity,
        TimerKind,
    },
    observe::sources::timers,
};

/// What was there before; by identity, so that numbers that are used again hide nothing.
#[derive(Clone, Debug, Default)]
pub(crate) struct Preexisting(HashSet<ResourceId>);

impl Preexisting {
    pub(crate) fn new(before: HashSet<ResourceId>) -> Self {
        Self(before)
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn has(&self, id: ResourceId) -> bool {
        self.0.contains(&id)
    }

    /// The resources that were not there before.
    pub(crate) fn since(&self, mut after: Vec<Resource>) -> Vec<Resource> {
        after.retain(|resource| !self.has(resource.id));
        after
    }
}

/// Things that were made on one path and go by one name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Group {
    pub(crate) kind: Kind,
    pub(crate) origin: u32,
    pub(crate) name: Option<String>,
    pub(crate) relation: RuntimeRelation,
    pub(crate) count: usize,
    /// Ids of its tasks, and of closures that its threads run.
    pub(crate) tasks: Vec<u64>,
    /// Numbers of its threads.
    pub(crate) threads: Vec<u64>,
    /// What its threads do, or the threads that run its tasks, of the first one.
    pub(crate) activity: Option<Arc<ThreadActivity>>,
    pub(crate) oldest_ms: Option<u64>,
    pub(crate) polls: Option<u32>,
    /// The kernel's id where the group is one thread.
    pub(crate) tid: Option<i32>,
    /// What only this one is where the group is one thing.
    pub(crate) facts: Vec<Fact>,
    /// Who keeps the time, of timers.
    pub(crate) timer: Option<TimerKind>,
    /// Numbers of its things of other kinds.
    pub(crate) others: Vec<u64>,
    /// Who has each of its descriptors.
    pub(crate) held: Vec<Kept>,
}

/// Whether the first of several stands for all of them: the one that fires first, or was made first, comes first.
fn goes_by_first(resource: &Resource) -> bool {
    let kind = resource.kind();
    timers::is_of_tokio(resource) || matches!(kind, Kind::TempFile | Kind::Heap)
}

/// Groups resources in the order in which their first ones come. `own` is the token of the check's own runtime.
pub(crate) fn groups(resources: &[Resource], own: Option<u32>) -> Vec<Group> {
    let mut places = BTreeMap::new();
    let mut groups: Vec<Group> = Vec::new();
    for resource in resources {
        let (kind, origin) = (resource.kind(), resource.origin);
        let relation = resource.detail.relation(own);
        let (name, polls, tid, activity, place) = match &resource.detail {
            Detail::Task {
                polls,
                future,
                activity,
                place,
            } => (
                future.as_deref().map(ToOwned::to_owned),
                *polls,
                None,
                activity.as_ref(),
                *place,
            ),
            Detail::Thread {
                tid,
                name,
                activity,
                closure,
                place,
                ..
            } => {
                let name = match closure {
                    Some(closure) => (!closure.is_empty()).then(|| closure.to_string()),
                    None => name.clone(),
                };
                (name, None, Some(*tid), activity.as_ref(), *place)
            }
            Detail::Other(thing) => (thing.name.clone(), None, None, None, 0),
        };
        let key = (kind, origin, name.clone(), relation, place);
        let place = *places.entry(key).or_insert_with(|| {
            groups.push(Group {
                kind,
                origin,
                name,
                relation,
                count: 0,
                tasks: Vec::new(),
                threads: Vec::new(),
                activity: activity.cloned(),
                oldest_ms: None,
                polls: None,
                tid: None,
                facts: Vec::new(),
                timer: match &resource.detail {
                    Detail::Other(thing) => thing.timer,
                    Detail::Task { .. } | Detail::Thread { .. } => None,
                },
                others: Vec::new(),
                held: Vec::new(),
            });
            groups.len() - 1
        });
        let group = &mut groups[place];
        group.count += 1;
        match resource.id {
            ResourceId::Task(id) => group.tasks.push(id),
            ResourceId::Thread(number) => group.threads.push(number),
            ResourceId::Other(_, number) if group.others.len() < Leak::MOST_IDS => {
                group.others.push(number);
            }
            ResourceId::Other(..) => {}
        }
        if let Detail::Thread {
            closure: Some(_), ..
        } = &resource.detail
        {
            let task = activity.and_then(|activity| activity.task);
            group.tasks.extend(task);
        }
        group.oldest_ms = group.oldest_ms.max(resource.age_ms);
        group.polls = group.polls.max(polls);
        group.tid = if group.count == 1 { tid } else { None };
        group.facts = match &resource.detail {
            Detail::Other(thing) if group.count == 1 => thing.facts.clone(),
            Detail::Other(_) if goes_by_first(resource) => std::mem::take(&mut group.facts),
            Detail::Other(_) => std::mem::take(&mut group.facts)
                .into_iter()
                .filter(|fact| matches!(fact, Fact::Holds(_)))
                .collect(),
            _ => Vec::new(),
        };
        if let Detail::Other(thing) = &resource.detail
            && group.kind == Kind::Fd
            && group.held.len() < Leak::MOST_IDS
        {
            group.held.push(Kept {
                facts: thing.facts.clone(),
                by: thing.held.clone(),
            });
        }
    }
    groups
}

#[cfg(all(test, not(leakcheck_loom)))]
mod tests {
    use super::*;

    fn task(id: u64, origin: u32, polls: u32) -> Resource {
        Resource {
            id: ResourceId::Task(id),
            origin,
            age_ms: Some(id),
            detail: Detail::task(Some(polls), None),
        }
    }

    #[test]
    fn only_new_identities_are_new() {
        let before = Preexisting::new([ResourceId::Task(1), ResourceId::Thread(2)].into());
        // Thread 1 and task 2 have numbers that were there, but not as what they are now.
        let after = vec![task(1, 0, 0), task(2, 0, 0)];
        let new = before.since(after);
        assert_eq!(
            new.iter().map(|new| new.id).collect::<Vec<_>>(),
            [ResourceId::Task(2)]
        );
    }

    #[test]
    fn one_path_is_one_group() {
        let groups = groups(&[task(1, 5, 1), task(2, 6, 9), task(3, 5, 4)], None);
        assert_eq!(groups.len(), 2);
        assert_eq!(
            (groups[0].count, groups[0].polls, groups[0].oldest_ms),
            (2, Some(4), Some(3))
        );
        assert_eq!((groups[1].count, groups[1].polls), (1, Some(9)));
    }
}
