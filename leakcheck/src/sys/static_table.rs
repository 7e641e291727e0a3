//! A table that grows in place: an index gives a `&'static` entry, entries never move and are never freed.

use once_cell::race::OnceRef;

use super::imp::memory;

/// Entries per chunk.
pub(crate) const CHUNK: usize = 256;

/// Up to `CHUNKS * 256` entries, made when their chunk is first touched.
///
/// A `std::sync::OnceLock` would block on itself where an allocator starts a thread; the race cell cannot.
pub(crate) struct StaticTable<T: 'static, const CHUNKS: usize> {
    chunks: [OnceRef<'static, [T; CHUNK]>; CHUNKS],
}

impl<T: Default + Sync, const CHUNKS: usize> StaticTable<T, CHUNKS> {
    pub(crate) const LEN: usize = CHUNKS * CHUNK;

    pub(crate) const fn new() -> Self {
        Self {
            chunks: [const { OnceRef::new() }; CHUNKS],
        }
    }

    /// The entry at `index`, or `None` past the end or out of memory.
    #[inline]
    pub(crate) fn get(&self, index: usize) -> Option<&'static T> {
        let cell = self.chunks.get(index / CHUNK)?;
        let chunk = match cell.get() {
            Some(chunk) => chunk,
            None => Self::fill(cell)?,
        };
        chunk.get(index % CHUNK)
    }

    /// The entry at `index` if its chunk was touched before.
    #[inline]
    pub(crate) fn peek(&self, index: usize) -> Option<&'static T> {
        self.chunks.get(index / CHUNK)?.get()?.get(index % CHUNK)
    }

    /// All entries whose chunk was touched.
    #[allow(
        dead_code,
        reason = "for tables that are filled on some platforms only"
    )]
    pub(crate) fn touched(&self) -> impl Iterator<Item = &'static T> {
        self.chunks
            .iter()
            .filter_map(OnceRef::get)
            .flat_map(|chunk: &'static [T; CHUNK]| chunk.iter())
    }

    #[cold]
    fn fill(cell: &OnceRef<'static, [T; CHUNK]>) -> Option<&'static [T; CHUNK]> {
        // The loser of a race leaves one chunk behind; there is one race per chunk at most.
        cell.get_or_try_init(|| memory::keep_array(T::default).ok_or(()))
            .ok()
    }
}
