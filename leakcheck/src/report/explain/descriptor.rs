//! What to do about a descriptor that is left.

use std::collections::HashSet;

use crate::base::model::{Keeper, Kept, Leak};

/// When a descriptor closes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Closing {
    /// Once a call on it returns.
    AfterCall,
    /// With the statics that hold it.
    WithStatic,
    /// Not all that keep it are known.
    OwnerUnknown,
    /// With the one task that holds it, or all of them.
    WithTask { is_shared: bool },
    /// When all tasks that hold the one descriptor end.
    WithTasks { is_shared: bool },
    /// Several descriptors of one task.
    AllWithTask,
    /// Several descriptors of several tasks.
    EachWithTasks { is_shared: bool },
}

/// What to do about a descriptor that is left.
pub(crate) fn closing(leak: &Leak) -> Closing {
    let all = || leak.held.iter().flat_map(|kept| &kept.by);
    if all().any(Keeper::is_blocked) {
        return Closing::AfterCall;
    }
    let is_static = |kept: &Kept| !kept.by.is_empty() && kept.by.iter().all(Keeper::is_static);
    if leak.held.len() == leak.count && leak.held.iter().all(is_static) {
        return Closing::WithStatic;
    }
    let is_known = leak.held.len() == leak.count
        && leak
            .held
            .iter()
            .all(|kept| kept.by.iter().any(Keeper::is_certain));
    let tasks: HashSet<u64> = all().filter_map(Keeper::task).collect();
    // More share it than were found.
    let is_shared = leak.held.iter().any(|kept| {
        let found = kept.by.len() as u64;
        kept.by.iter().any(|keeper| keeper.owners() > found)
    });
    match (leak.count, tasks.len()) {
        _ if !is_known => Closing::OwnerUnknown,
        (1, 1) => Closing::WithTask { is_shared },
        (1, _) => Closing::WithTasks { is_shared },
        (_, 1) if !is_shared => Closing::AllWithTask,
        _ => Closing::EachWithTasks { is_shared },
    }
}

#[cfg(all(test, not(leakcheck_loom)))]
mod tests {
    use super::*;
    use crate::base::model::Kind;

    #[test]
    fn the_advice_fits_who_keeps_it() {
        let task = |id, is_certain, owners| Keeper::Task {
            id,
            name: "reap".into(),
            locals: Vec::new(),
            is_certain,
            owners,
        };
        let of = |all: &[Vec<Keeper>]| {
            let kept = all.iter().map(|by| Kept {
                facts: Vec::new(),
                by: by.clone(),
            });
            closing(&Leak {
                held: kept.collect(),
                ..Leak::unknown(Kind::Fd, all.len())
            })
        };
        let (own, other) = (task(1, true, 1), task(2, true, 1));
        let (shared, perhaps) = (task(1, true, 2), task(2, false, 2));
        let one = Closing::WithTask { is_shared: false };
        let all = Closing::WithTasks { is_shared: false };
        assert_eq!(of(&[vec![own.clone()]]), one);
        assert_eq!(
            of(&[vec![shared.clone()]]),
            Closing::WithTask { is_shared: true }
        );
        assert_eq!(of(&[vec![own.clone(), other.clone()]]), all);
        assert_eq!(of(&[vec![shared, other.clone()]]), all);
        assert_eq!(
            of(&[vec![task(1, true, 3), task(2, true, 3)]]),
            Closing::WithTasks { is_shared: true }
        );
        assert_eq!(of(&[vec![own.clone(), perhaps.clone()]]), all);
        assert_eq!(
            of(&[vec![own.clone()], vec![own.clone()]]),
            Closing::AllWithTask
        );
        assert_eq!(
            of(&[vec![own.clone()], vec![other]]),
            Closing::EachWithTasks { is_shared: false }
        );
        let pool = Keeper::Static {
            name: "POOL".into(),
            local: "slots[0]".into(),
            at: None,
        };
        assert_eq!(of(&[vec![pool.clone()]]), Closing::WithStatic);
        assert_eq!(
            of(&[vec![pool.clone()], vec![]]),
            Closing::OwnerUnknown,
            "another may be anywhere"
        );
        for unknown in [
            of(&[vec![]]),
            of(&[vec![perhaps]]),
            of(&[vec![own], vec![]]),
        ] {
            assert_eq!(unknown, Closing::OwnerUnknown);
        }
    }
}
