//! What is lost, as things that a report lists: one for each block that no other leads to.

use std::collections::BTreeMap;

use super::{
    graph::{self, Head},
    look::{self, Lost},
};
use crate::{
    base::model::{Detail, Fact, Kind, LostMemory, OtherResource, Owned, Resource, ResourceId},
    observe::scope::ScopeId,
    sys::{allocations::Standpoint, heap_block::Span},
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
        let fact = Fact::LostMemory(memory(&lost, &heads));
        for _ in heads {
            number += 1;
            resources.push(Resource {
                id: ResourceId::Other(Kind::Heap, number),
                origin,
                age_ms: None,
                detail: Detail::Other(OtherResource {
                    facts: vec![fact.clone()],
                    ..OtherResource::default()
                }),
            });
        }
    }
    Ok(resources)
}

/// All of one line at once.
fn memory(lost: &Lost, heads: &[&Head]) -> LostMemory {
    let size = |at: &usize| lost.blocks.get(*at).map_or(0, |block| block.size);
    let behind = || heads.iter().flat_map(|head| &head.behind);
    let is_owned = heads.iter().all(|head| !head.circle.is_empty());
    LostMemory {
        count: heads.len(),
        bytes: heads.iter().map(|head| size(&head.at)).sum(),
        behind: (behind().count(), behind().map(size).sum()),
        owned: if is_owned {
            Owned::ByItselfPerhaps
        } else {
            Owned::ByNothing
        },
        circle: Vec::new(),
    }
}
