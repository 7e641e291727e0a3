//! Entries of a table that nobody has: a stack that links them by index, without a lock.

use crate::base::sync::{AtomicU32, AtomicU64, Ordering};

/// The stack. Its high half changes with every step, so that an entry that was taken and given back meanwhile is noticed.
#[derive(Debug)]
pub(crate) struct Free(AtomicU64);

const STEP: u64 = 1 << 32;

impl Free {
    #[cfg(not(leakcheck_loom))]
    pub(crate) const fn new() -> Self {
        Self(AtomicU64::new(0))
    }

    #[cfg(leakcheck_loom)]
    pub(crate) fn new() -> Self {
        Self(AtomicU64::new(0))
    }

    /// Gives back the entry at `index`, which is not 0, and whose link is `next`.
    pub(crate) fn push(&self, index: u32, next: &AtomicU32) {
        let mut seen = self.0.load(Ordering::Relaxed);
        loop {
            next.store(top(seen), Ordering::Relaxed);
            match self.step(seen, index, Ordering::Release) {
                Ok(_) => return,
                Err(newer) => seen = newer,
            }
        }
    }

    /// Takes an entry, if there is one. `next` leads from an index to the link there.
    pub(crate) fn pop<'t>(&self, next: impl Fn(u32) -> Option<&'t AtomicU32>) -> Option<u32> {
        let mut seen = self.0.load(Ordering::Acquire);
        loop {
            let index = top(seen);
            if index == 0 {
                return None;
            }
            let below = next(index)?.load(Ordering::Relaxed);
            match self.step(seen, below, Ordering::Acquire) {
                Ok(_) => return Some(index),
                Err(newer) => seen = newer,
            }
        }
    }

    fn step(&self, seen: u64, top: u32, order: Ordering) -> Result<u64, u64> {
        let next = (seen & !(STEP - 1)).wrapping_add(STEP) | u64::from(top);
        // What was pushed by others stays visible to whoever pops it: each step is one of a release sequence.
        self.0
            .compare_exchange(seen, next, order, Ordering::Acquire)
    }
}

fn top(word: u64) -> u32 {
    u32::try_from(word & (STEP - 1)).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Links([AtomicU32; 4]);

    impl Links {
        fn new() -> Self {
            Self([0; 4].map(AtomicU32::new))
        }

        fn at(&self, index: u32) -> Option<&AtomicU32> {
            self.0.get(index as usize)
        }

        fn push(&self, free: &Free, index: u32) {
            free.push(index, &self.0[index as usize]);
        }
    }

    #[cfg(not(leakcheck_loom))]
    #[test]
    fn what_is_given_back_is_given_out_once() {
        let (free, links) = (Free::new(), Links::new());
        assert_eq!(free.pop(|index| links.at(index)), None);
        for index in 1..4 {
            links.push(&free, index);
        }
        let all = [(); 4].map(|()| free.pop(|index| links.at(index)));
        assert_eq!(all, [Some(3), Some(2), Some(1), None]);
    }

    #[cfg(leakcheck_loom)]
    mod at_once {
        use super::*;
        use loom::thread;

        /// Two never get the same, also where one gives back in between.
        #[test]
        fn each_is_given_out_once() {
            loom::model(|| {
                let free: &Free = Box::leak(Box::new(Free::new()));
                let links: &Links = Box::leak(Box::new(Links::new()));
                links.push(free, 1);
                links.push(free, 2);
                let other = thread::spawn(|| {
                    let one = free.pop(|index| links.at(index)).unwrap();
                    let two = free.pop(|index| links.at(index));
                    links.push(free, one);
                    two
                });
                let mine = free.pop(|index| links.at(index));
                let theirs = other.join().unwrap();
                assert!(mine.is_none() || mine != theirs, "{mine:?} {theirs:?}");
                let mut all = vec![mine, theirs, free.pop(|index| links.at(index))];
                assert_eq!(free.pop(|index| links.at(index)), None);
                all.retain(Option::is_some);
                all.sort_unstable();
                assert_eq!(all, [Some(1), Some(2)]);
            });
        }
    }
}
