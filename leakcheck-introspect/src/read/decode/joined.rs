//! Futures that are joined: all of them must be ready, where of others one is enough.

use super::scan::Scan;
use crate::Need;

/// Those that are joined and have not ended.
#[derive(Debug)]
pub(super) struct Branches(Vec<Branch>);

/// What is known of one of them.
#[derive(Clone, Debug)]
pub(super) struct Branch {
    pub(super) needs: Vec<Need>,
    /// Whether nothing else may end it.
    pub(super) is_complete: bool,
}

impl Branches {
    /// Those that a scan has found; `None` where it has found something beside them.
    pub(super) fn of(scan: &Scan<'_, '_>) -> Option<Self> {
        let futures = scan.futures.iter().map(|(.., branch)| *branch);
        let all: Option<Vec<u32>> = futures
            .chain(scan.objects.iter().map(|object| object.branch))
            .collect();
        let last = all?.into_iter().max()?;
        let branch = Branch {
            needs: Vec::new(),
            is_complete: true,
        };
        Some(Self(vec![branch; usize::try_from(last).ok()?]))
    }

    /// The branch with this number, from one.
    pub(super) fn get(&mut self, number: u32) -> Option<&mut Branch> {
        let index = usize::try_from(number.checked_sub(1)?).ok()?;
        self.0.get_mut(index)
    }

    /// Whether nothing else may wake any of them.
    pub(super) fn are_complete(&self) -> bool {
        self.0.iter().all(|branch| branch.is_complete)
    }

    /// What has to happen. Those of which nothing was found have ended.
    pub(super) fn needs(self) -> Need {
        let is_found = |branch: &Branch| !branch.is_complete || !branch.needs.is_empty();
        let found = self.0.into_iter().filter(is_found);
        let needs = found.map(|branch| choice(branch.is_complete, branch.needs));
        Need::All(needs.collect())
    }
}

/// One of these is enough, and nothing else is where that is known.
pub(super) fn choice(is_complete: bool, needs: Vec<Need>) -> Need {
    if is_complete {
        Need::Any(needs)
    } else {
        Need::Unknown
    }
}

/// Whether a future of this type waits for all that it has. Those that end with the first failure do not.
pub(super) fn joins(ty: &str) -> bool {
    matches!(
        ty,
        "futures_util::future::join::Join"
            | "futures_util::future::join::Join3"
            | "futures_util::future::join::Join4"
            | "futures_util::future::join::Join5"
            | "futures_util::future::join_all::JoinAll"
    )
}
