//! Which memory of a scope nothing leads to.
//!
//! Memory that others have is not told apart: whatever stands in what the program can write may be a pointer, but in the blocks of
//! the scope itself, which count once something leads to them. Others may move a pointer while it is looked for, from what was not
//! looked at to what was; so only what several looks agree on is lost.

use std::{
    sync::Mutex,
    thread,
    time::{Duration, Instant},
};

use super::{
    graph::Edge,
    mark::{Marks, targets},
};
use crate::{
    base::sync::lock_std,
    observe::scope::ScopeId,
    sys::{
        allocations::{Buffer, Read, Standpoint, blocks_of, regions},
        heap_block::{Block, Span},
    },
};

/// Looks that must agree.
const LOOKS: u32 = 3;
/// Between them, others go on.
const APART: Duration = Duration::from_millis(3);
/// How long all of them may take.
const LIMIT: Duration = Duration::from_secs(20);
/// Blocks of one scope that are looked at.
const MOST: usize = 1 << 20;

/// Blocks that nothing leads to, and the pointers from each to others of them.
#[derive(Debug, Default)]
pub(super) struct Lost {
    pub(super) blocks: Vec<Block>,
    pub(super) edges: Vec<Vec<Edge>>,
}

/// Looks from the end of a test. `aside` is memory in which nothing is any more.
///
/// # Errors
///
/// Where it could not be looked at all of it.
pub(super) fn lost(scope: ScopeId, from: &Standpoint, aside: Option<Span>) -> Result<Lost, String> {
    static LOOKING: Mutex<()> = Mutex::new(());
    let _looking = lock_std(&LOOKING);
    let mut look = Look {
        from,
        aside,
        buffer: Buffer::new().ok_or("there is no memory for a copy of it")?,
        end: Instant::now() + LIMIT,
    };
    let mut blocks = look.unreached(scope)?;
    for _ in 1..LOOKS {
        if blocks.is_empty() {
            return Ok(Lost::default());
        }
        thread::sleep(APART);
        let again = look.unreached(scope)?;
        blocks.retain(|block| again.contains_in_order(block));
    }
    // What it tells of an address that is not mapped and of memory that must not be read looks the same.
    if !leakcheck_introspect::is_readable() {
        return Err("the kernel does not let the memory of this process be read".to_owned());
    }
    let edges = look.edges(&blocks)?;
    Ok(Lost { blocks, edges })
}

trait InOrder {
    /// Whether it is among those, which are in the order of addresses.
    fn contains_in_order(&self, block: &Block) -> bool;
}

impl InOrder for Vec<Block> {
    fn contains_in_order(&self, block: &Block) -> bool {
        let at = self.binary_search_by_key(&block.start.address(), |other| other.start.address());
        at.is_ok_and(|at| self.get(at) == Some(block))
    }
}

struct Look<'l> {
    from: &'l Standpoint,
    aside: Option<Span>,
    buffer: Buffer,
    end: Instant,
}

/// Why nothing is said.
const LATE: &str = "to look at the memory of the process took longer than 20 s";

fn span(block: &Block) -> Span {
    let start = block.start.address();
    Span::new(start, start.saturating_add(block.size))
}

impl Look<'_> {
    /// Blocks of the scope to which nothing leads now.
    fn unreached(&mut self, scope: ScopeId) -> Result<Vec<Block>, String> {
        let blocks = blocks_of(scope.index(), MOST)
            .ok_or("the test has more than a million allocations that are alive")?;
        let mut own: Vec<Span> = blocks.iter().map(span).collect();
        if let Some(aside) = self.aside {
            own.retain(|span| !contains(aside, *span));
            own.push(aside);
            own.sort_unstable_by_key(|span| span.start.address());
        }
        let mut marks = Marks::new(&blocks);
        for region in regions(self.from, &self.buffer, &own)? {
            self.read(region, |words| marks.look(words))?;
            // Most of what is alive is found where little is to be read.
            while let Some(block) = marks.next() {
                self.read(span(&block), |words| marks.look(words))?;
            }
            if marks.are_all() {
                break;
            }
        }
        Ok(marks.unreached().collect())
    }

    fn read(&mut self, span: Span, take: impl FnMut(&[usize])) -> Result<(), String> {
        match self.buffer.read(span, self.end, take) {
            Read::All => Ok(()),
            Read::Late => Err(LATE.to_owned()),
        }
    }

    /// The pointers from each block to others of them.
    fn edges(&mut self, blocks: &[Block]) -> Result<Vec<Vec<Edge>>, String> {
        let mut all = Vec::with_capacity(blocks.len());
        for block in blocks {
            let mut edges = Vec::new();
            let mut offset = 0;
            self.read(span(block), |words| {
                for word in words {
                    edges.extend(targets(blocks, *word).map(|to| Edge { offset, to }));
                    offset += size_of::<usize>();
                }
            })?;
            all.push(edges);
        }
        Ok(all)
    }
}

/// Whether one part of memory is inside of another.
fn contains(outer: Span, inner: Span) -> bool {
    outer.start.address() <= inner.start.address() && inner.end.address() <= outer.end.address()
}
