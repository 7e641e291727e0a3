//! Numbers of tasks, which are unique in the process for its whole life.

use std::hash::{Hash, Hasher};

/// The number of a task's `Id`, which tokio shows as text only: hashing hands it over as one word.
#[inline]
pub(crate) fn number(id: tokio::task::Id) -> u64 {
    struct Word(u64);
    impl Hasher for Word {
        fn write_u64(&mut self, word: u64) {
            self.0 = word;
        }
        fn write(&mut self, bytes: &[u8]) {
            // Should `Id` ever hash as bytes, they are still unique per task.
            self.0 = bytes
                .iter()
                .fold(self.0, |sum, byte| (sum << 8) | u64::from(*byte));
        }
        fn finish(&self) -> u64 {
            self.0
        }
    }
    let mut word = Word(0);
    id.hash(&mut word);
    word.finish()
}

/// The number of the task that this thread polls, or 0.
pub(crate) fn current() -> u64 {
    tokio::task::try_id().map_or(0, number)
}
