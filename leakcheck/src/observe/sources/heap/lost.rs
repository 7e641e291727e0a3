//! What is lost, as things that a report lists: one for each block that no other leads to.

use std::collections::BTreeMap;

use leakcheck_introspect::{self as introspect, OwnerField};

use super::{
    graph::{self, Edge, Head},
    look::{self, Lost},
};
use crate::{
    base::model::{
        Detail, Fact, Kind, LostMemory, OtherResource, Owned, Resource, ResourceId, Step,
    },
    observe::scope::ScopeId,
    sys::{allocations::Standpoint, creation_stack, heap_block::Span},
};

/// Those of `scope`, the ones of one line together.
///
/// # Errors
///
/// Where not all of the memory could be looked at.
pub(crate) fn list(
    scope: ScopeId,
    from: &Standpoint,
    aside: Option<Span>,
) -> Result<Vec<Resource>, String> {
    let lost = look::lost(scope, from, aside)?;
    // Paths are numbered in the order of their first use.
    let mut order: Vec<usize> = (0..lost.blocks.len()).collect();
    order.sort_by_key(|at| lost.blocks.get(*at).map(|block| block.origin));
    let heads = graph::heads(&lost.edges, order);
    let mut told: BTreeMap<u32, Vec<&Head>> = BTreeMap::new();
    for head in &heads {
        if let Some(block) = lost.blocks.get(head.at) {
            told.entry(block.origin).or_default().push(head);
        }
    }
    let mut number = 0;
    let mut resources = Vec::with_capacity(heads.len());
    for (origin, heads) in told {
        let fact = Fact::LostMemory(memory(&lost, origin, &heads));
        let name = name(&lost, origin, &heads);
        for _ in heads {
            number += 1;
            resources.push(Resource {
                id: ResourceId::Other(Kind::Heap, number),
                origin,
                age_ms: None,
                detail: Detail::Other(OtherResource {
                    name: name.clone(),
                    facts: vec![fact.clone()],
                    ..OtherResource::default()
                }),
            });
        }
    }
    Ok(resources)
}

/// All of one line at once.
fn memory(lost: &Lost, origin: u32, heads: &[&Head]) -> LostMemory {
    let size = |at: &usize| lost.blocks.get(*at).map_or(0, |block| block.size);
    let behind = || heads.iter().flat_map(|head| &head.behind);
    let is_owned = heads.iter().all(|head| !head.circle.is_empty());
    let steps = if is_owned {
        steps(lost, origin, heads)
    } else {
        None
    };
    LostMemory {
        count: heads.len(),
        bytes: heads.iter().map(|head| size(&head.at)).sum(),
        behind: (behind().count(), behind().map(size).sum()),
        owned: match (is_owned, &steps) {
            (false, _) => Owned::Not,
            (true, None) => Owned::Perhaps,
            (true, Some(_)) => Owned::Itself,
        },
        circle: steps.unwrap_or_default(),
    }
}

/// The fields by which each of them owns itself, where that is certain, and the same of all.
fn steps(lost: &Lost, origin: u32, heads: &[&Head]) -> Option<Vec<Step>> {
    /// As many as are looked at.
    const MOST: usize = 16;
    let path = creation_stack::frames(origin);
    let mut all = heads.iter().take(MOST).map(|head| {
        let circle = circle(lost, head)?;
        introspect::owners(path, &circle).ok()?
    });
    let first = all.next()??;
    if heads.len() > MOST || !all.all(|other| other.as_ref() == Some(&first)) {
        return None;
    }
    let step = |field: OwnerField| Step {
        owner: field.owner,
        field: field.field,
    };
    Some(first.into_iter().map(step).collect())
}

/// The blocks on the way back to the first of a circle.
fn circle(lost: &Lost, head: &Head) -> Option<Vec<introspect::Block>> {
    let block = |(from, edge): &(usize, Edge)| {
        let block = lost.blocks.get(*from)?;
        Some(introspect::Block {
            address: block.start.address() as u64,
            size: block.size as u64,
            pointer: edge.offset as u64,
        })
    };
    head.circle.iter().map(block).collect()
}

/// What the blocks of one line are, where it is known.
fn name(lost: &Lost, origin: u32, heads: &[&Head]) -> Option<String> {
    let size = lost.blocks.get(heads.first()?.at)?.size as u64;
    let path = creation_stack::frames(origin);
    introspect::allocated_for(path, size).ok()?
}
