//! Threads of a pool, which differ by the number in their names.

use crate::base::model::{Kind, Leak, without_numbers};

/// One finding for threads whose names differ by numbers only, under a pattern that fits them all. Rules come before, because
/// they may be about one of them.
pub(crate) fn join(leaks: Vec<Leak>) -> Vec<Leak> {
    let mut joined: Vec<Leak> = Vec::with_capacity(leaks.len());
    for leak in leaks {
        match joined
            .iter_mut()
            .find(|known| differ_by_number(known, &leak))
        {
            Some(known) => {
                known.absorb(&leak);
                let pattern = known.name.as_deref().map(without_numbers);
                if known.accept != leak.accept {
                    known.accept = pattern.as_deref().map(super::accept::threads_named);
                }
                known.name = pattern;
            }
            None => joined.push(leak),
        }
    }
    joined
}

fn differ_by_number(one: &Leak, other: &Leak) -> bool {
    let (Some(name), Some(others)) = (&one.name, &other.name) else {
        return false;
    };
    one.kind == Kind::Thread
        && name != others
        && without_numbers(name) == without_numbers(others)
        && one.is_like_but_for_its_name(other)
}
