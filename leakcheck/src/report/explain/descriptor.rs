//! What to do about a descriptor that is left.

use std::collections::HashSet;

use crate::base::model::{Keeper, Leak};

/// What to do about a descriptor that is left.
pub(super) fn help(leak: &Leak) -> &'static str {
    let all = || leak.held.iter().flat_map(|kept| &kept.by);
    if all().any(Keeper::is_blocked) {
        return "make that call return, by a time limit or by `shutdown` of a socket, and drop what owns the descriptor";
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
        _ if !is_known => {
            "drop what owns it before the test ends: something keeps it in a static, in a task or thread that still \
             runs, or by `mem::forget` or `into_raw_fd`"
        }
        (1, 1) if is_shared => "it closes when that task ends and nobody else shares it",
        (1, 1) => "it closes when that task ends",
        (1, _) if is_shared => "it closes when all of them end and nobody else shares it",
        (1, _) => "it closes when all of them end",
        (_, 1) if !is_shared => "they close when that task ends",
        _ if is_shared => "each closes when all that hold it have ended and nobody else shares it",
        _ => "each closes when all that hold it have ended",
    }
}

#[cfg(all(test, not(leakcheck_loom)))]
mod tests {
    use super::*;
    use crate::base::model::{Kept, Kind};

    #[test]
    fn the_advice_fits_who_keeps_it() {
        let task = |id, is_certain, owners| Keeper::Task {
            id,
            name: "reap".into(),
            locals: Vec::new(),
            is_certain,
            owners,
        };
        let help = |all: &[Vec<Keeper>]| {
            let kept = all.iter().map(|by| Kept {
                facts: Vec::new(),
                by: by.clone(),
            });
            help(&Leak {
                held: kept.collect(),
                ..Leak::unknown(Kind::Fd, all.len())
            })
        };
        let (own, other) = (task(1, true, 1), task(2, true, 1));
        let (shared, perhaps) = (task(1, true, 2), task(2, false, 2));
        let one = "it closes when that task ends";
        let all = "it closes when all of them end";
        assert_eq!(help(&[vec![own.clone()]]), one);
        assert_eq!(
            help(&[vec![shared.clone()]]),
            "it closes when that task ends and nobody else shares it"
        );
        assert_eq!(help(&[vec![own.clone(), other.clone()]]), all);
        assert_eq!(help(&[vec![shared, other.clone()]]), all);
        assert_eq!(
            help(&[vec![task(1, true, 3), task(2, true, 3)]]),
            "it closes when all of them end and nobody else shares it"
        );
        assert_eq!(help(&[vec![own.clone(), perhaps.clone()]]), all);
        assert_eq!(
            help(&[vec![own.clone()], vec![own.clone()]]),
            "they close when that task ends"
        );
        assert_eq!(
            help(&[vec![own.clone()], vec![other]]),
            "each closes when all that hold it have ended"
        );
        for unknown in [
            help(&[vec![]]),
            help(&[vec![perhaps]]),
            help(&[vec![own], vec![]]),
        ] {
            assert!(unknown.starts_with("drop what owns it"), "{unknown}");
        }
    }
}
