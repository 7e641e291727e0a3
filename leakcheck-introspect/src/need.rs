//! What must happen before a task ends an await.

/// What must happen before a future is ready.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Need {
    /// The wait with this number of [`Task::waits`](crate::Task::waits).
    Wait(usize),
    /// One of these, which a choice such as `select!` waits for, and whatever a future of which no more is known has in it.
    Any(Vec<Self>),
    /// All of these, as of `join!`.
    All(Vec<Self>),
    /// Nobody knows.
    Unknown,
}

impl Need {
    /// Whether it never comes, where that is so of each wait that `is_in_vain`.
    pub(crate) fn is_in_vain(&self, is_in_vain: &dyn Fn(usize) -> bool) -> bool {
        match self {
            Self::Wait(number) => is_in_vain(*number),
            Self::Any(needs) => {
                !needs.is_empty() && needs.iter().all(|need| need.is_in_vain(is_in_vain))
            }
            Self::All(needs) => needs.iter().any(|need| need.is_in_vain(is_in_vain)),
            Self::Unknown => false,
        }
    }

    /// Whether all of several things must happen, and nothing else is known to be enough.
    #[must_use]
    pub fn is_joined(&self) -> bool {
        match self {
            Self::Any(needs) => matches!(&needs[..], [only] if only.is_joined()),
            Self::All(needs) => needs.len() > 1 && needs.iter().all(Self::is_one),
            Self::Wait(_) | Self::Unknown => false,
        }
    }

    fn is_one(&self) -> bool {
        match self {
            Self::Wait(_) => true,
            Self::Any(needs) => matches!(&needs[..], [only] if only.is_one()),
            Self::All(_) => self.is_joined(),
            Self::Unknown => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Need::{All, Any, Unknown, Wait};

    #[test]
    fn one_that_never_comes_is_enough_for_those_that_are_joined() {
        let is_first = |number: usize| number == 0;
        assert!(Wait(0).is_in_vain(&is_first));
        assert!(!Any(vec![Wait(0), Wait(1)]).is_in_vain(&is_first));
        assert!(All(vec![Wait(0), Wait(1)]).is_in_vain(&is_first));
        assert!(All(vec![Unknown, Wait(0)]).is_in_vain(&is_first));
        assert!(!Any(vec![Unknown, Wait(0)]).is_in_vain(&is_first));
        assert!(!All(vec![Wait(1), Any(vec![Wait(0), Wait(1)])]).is_in_vain(&is_first));
        assert!(!Any(Vec::new()).is_in_vain(&is_first));
        assert!(!All(Vec::new()).is_in_vain(&is_first));
    }

    #[test]
    fn what_is_joined_is_told_from_a_choice() {
        let both = || All(vec![Wait(0), Any(vec![Wait(1)])]);
        assert!(both().is_joined());
        assert!(Any(vec![both()]).is_joined());
        assert!(!Any(vec![both(), Wait(2)]).is_joined());
        assert!(!Any(vec![Wait(0), Wait(1)]).is_joined());
        assert!(!All(vec![Wait(0), Unknown]).is_joined());
        assert!(!All(vec![Wait(0)]).is_joined());
    }
}
