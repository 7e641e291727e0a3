//! Who waits for what, who has that, and who owns whom, as far as a report knows: a small graph around one finding.

mod build;
mod cycles;
mod model;
mod part;

pub(crate) use model::{Edge, EdgeKind, Node, NodeKind, WaitGraph};
pub(crate) use part::Neighbours;

#[cfg(test)]
mod tests;
