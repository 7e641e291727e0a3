//! The tree of cancellation tokens of `tokio_util`, read with its releases 0.7.18 to 0.7.20.
//!
//! Each node counts its handles, and whoever has one of a node cancels that and all below it. A node without handles leaves the
//! tree, and what is below it gets its parent.

use super::found::ObjectRef;
use crate::{
    Class, Handles, Object, Party,
    read::value::{Reader, Value},
};

const INNER: &str = "tokio_util::sync::cancellation_token::tree_node::Inner";

/// Levels of a tree that are followed.
const DEEPEST: usize = 64;
/// More owners than this are no count.
const MOST_OWNERS: u64 = 1 << 32;

/// A token and those above it.
#[derive(Debug)]
pub(super) struct Lineage {
    /// Of each node, how many handles there are.
    pub(super) handles: Vec<Handles>,
    pub(super) is_cancelled: bool,
}

/// A node of the tree.
struct Node {
    handles: u64,
    is_cancelled: bool,
    /// Where it stands among those of its parent.
    index: u64,
    children: u64,
    parent: Option<Value>,
}

impl Lineage {
    /// That of the token which `found` is or waits for.
    pub(super) fn of(reader: &Reader<'_>, found: &ObjectRef) -> Option<Self> {
        let counts = found.counts(reader)?;
        let mut node = Node::read(reader, counts)?;
        let mut lineage = Self {
            handles: vec![node.counted(counts)],
            is_cancelled: node.is_cancelled,
        };
        while let Some(above) = node.parent {
            let parent = Node::read(reader, above)?;
            let fits = node.index < parent.children && lineage.handles.len() < DEEPEST;
            fits.then_some(())?;
            lineage.handles.push(parent.counted(above));
            node = parent;
        }
        Some(lineage)
    }
}

impl Node {
    /// Reads the node inside of these counts of an `Arc`, by which what it counts itself is checked.
    fn read(reader: &Reader<'_>, counts: Value) -> Option<Self> {
        let owners = reader.memory.word(counts.address)?;
        let inner = reader.find(reader.field(counts, "data")?, INNER)?;
        let number = |path: &[&str]| reader.number(reader.resolve(inner, path)?);
        let (handles, flag) = (number(&["num_handles"])?, number(&["is_cancelled"])?);
        let fits = (1..=owners).contains(&handles) && owners < MOST_OWNERS && flag <= 1;
        let (case, parent) = reader.variant(reader.field(inner, "parent")?)?;
        let parent = match case.member.name {
            "None" => None,
            _ => Some(reader.pointee(reader.pointer(parent)?)?),
        };
        fits.then_some(Self {
            handles,
            is_cancelled: flag == 1,
            index: number(&["parent_idx"])?,
            children: number(&["children", "len"])?,
            parent,
        })
    }

    fn counted(&self, counts: Value) -> Handles {
        Handles {
            object: Object {
                class: Class::CancellationToken,
                address: counts.address,
            },
            party: Party::Anybody,
            count: self.handles,
        }
    }
}
