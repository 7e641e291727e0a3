//! Owners of tasks that are watched until they end, which nothing tells of: now and then they are asked.

/// So many are kept without asking.
const FEW: usize = 16;

/// What is watched. At most as many that have ended are kept as there are others, or a few.
#[derive(Debug)]
pub(super) struct PrunedList<T> {
    watched: Vec<T>,
    /// How many there are when they are asked again.
    enough: usize,
}

impl<T> PrunedList<T> {
    pub(super) const fn new() -> Self {
        Self {
            watched: Vec::new(),
            enough: FEW,
        }
    }

    pub(super) fn push(&mut self, one: T) {
        self.watched.push(one);
    }

    pub(super) fn iter(&self) -> std::slice::Iter<'_, T> {
        self.watched.iter()
    }

    /// Takes out those that have ended, if it is time to ask: whoever calls it drops them, outside of any lock.
    pub(super) fn take_ended(&mut self, has_ended: impl Fn(&T) -> bool) -> Vec<T> {
        if self.watched.len() < self.enough {
            return Vec::new();
        }
        let (ended, others) = std::mem::take(&mut self.watched)
            .into_iter()
            .partition(has_ended);
        self.watched = others;
        self.enough = FEW.max(self.watched.len() * 2);
        ended
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_more_are_kept_than_twice_those_that_go_on() {
        let mut watched = PrunedList::new();
        for number in 0_usize..1000 {
            watched.push(number);
            drop(watched.take_ended(|number| !number.is_multiple_of(10)));
            let go_on = watched.iter().filter(|number| number.is_multiple_of(10));
            assert_eq!(go_on.count(), number / 10 + 1, "none of them is lost");
            assert!(watched.iter().count() <= FEW.max(number / 10 * 2 + 2));
        }
    }

    #[test]
    fn few_are_not_asked() {
        let mut watched = PrunedList::new();
        for _ in 1..FEW {
            watched.push(());
            assert!(watched.take_ended(|()| panic!("asked")).is_empty());
        }
    }
}
