//! Tasks that hold something, and the variables in which they do, in words.

use super::{escape::plain, numbers::Numbers};

/// Tasks of one name, by their numbers if they are told elsewhere, and how they hold something.
pub(super) fn task(ids: &[u64], name: &str, how: &str, numbers: &Numbers<'_>) -> String {
    let name = plain(name);
    if ids.iter().all(|id| numbers.find(*id).is_none()) {
        return match ids {
            [_] => format!("a task that is not among these, `{name}`{how}"),
            _ => format!(
                "{} tasks that are not among these, `{name}`{how}",
                ids.len()
            ),
        };
    }
    let mut ids = ids.to_vec();
    ids.sort_unstable();
    let ids: Vec<String> = ids.iter().map(ToString::to_string).collect();
    match &ids[..] {
        [all @ .., last] if !all.is_empty() => {
            format!("tasks {} and {last} `{name}`{how}", all.join(", "))
        }
        ids => format!("task {} `{name}`{how}", ids.concat()),
    }
}

/// The variables that hold something: `` in `tx` and `hub.tx` ``.
pub(super) fn variables(locals: &[&str]) -> String {
    const SHOWN: usize = 3;
    let named: Vec<String> = locals
        .iter()
        .filter(|local| !local.is_empty())
        .map(|local| format!("`{}`", plain(local)))
        .collect();
    match &named[..] {
        [] => String::new(),
        [only] => format!(" in {only}"),
        [all @ .., last] if named.len() <= SHOWN => format!(" in {} and {last}", all.join(", ")),
        all => format!(
            " in {} and {} more variables",
            all[..SHOWN - 1].join(", "),
            all.len() - SHOWN + 1
        ),
    }
}
