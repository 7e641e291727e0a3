//! What blocks of memory are, as the functions that have allocated them and the types in them tell.

/// A block of memory, and where in it a pointer to the next one stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Block {
    /// Where it begins.
    pub address: u64,
    /// Its length in bytes.
    pub size: u64,
    /// Bytes from its start to the pointer.
    pub pointer: u64,
}

/// A field that owns a block of memory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwnerField {
    /// What has it: `Arc<Node>`.
    pub owner: String,
    /// Its name, with those of the fields around it: `links.parent`.
    pub field: String,
}
