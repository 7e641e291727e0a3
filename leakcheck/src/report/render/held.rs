//! Who keeps a descriptor open, in words.

use std::{fmt::Write as _, sync::Arc};

use super::{
    escape::plain,
    frame::place,
    holder::{task, variables},
    numbers::Numbers,
};
use crate::base::model::{Keeper, Kept, Leak, Use};

/// Descriptors of one finding that are told apart.
const SHOWN: usize = 8;
/// Holders of one descriptor that are told.
const HOLDERS: usize = 8;

/// What is known of all descriptors of a finding, a line for those of one holder.
pub(super) fn note(leak: &Leak, numbers: &Numbers<'_>) -> Option<String> {
    let first = leak.held.iter().find(|kept| !kept.by.is_empty())?;
    if leak.count == 1 {
        return Some(format!("it {}", by_all(&first.by, numbers)));
    }
    let mut alike: Vec<Vec<&Kept>> = Vec::new();
    for kept in &leak.held {
        match alike.iter_mut().find(|known| known[0].by == kept.by) {
            Some(known) => known.push(kept),
            None => alike.push(vec![kept]),
        }
    }
    if alike.len() == 1 && leak.held.len() == leak.count {
        return Some(format!("each {}", by_all(&first.by, numbers)));
    }
    let mut lines: Vec<String> = Vec::new();
    for all in alike.iter().take(SHOWN) {
        let by = match &all[0].by[..] {
            [] => "is held by nobody that was found".to_owned(),
            by => by_all(by, numbers),
        };
        lines.push(format!("{} {by}", which(all)));
    }
    let told: usize = alike.iter().take(SHOWN).map(Vec::len).sum();
    if leak.count > told {
        lines.push(format!("and {} more", leak.count - told));
    }
    Some(lines.join("\n"))
}

/// One with all that it is, several by their numbers.
fn which(all: &[&Kept]) -> String {
    if let [only] = all {
        let facts: Vec<String> = only
            .facts
            .iter()
            .map(|fact| plain(&fact.to_string()))
            .collect();
        return facts.join(", ");
    }
    let number = |kept: &&Kept| kept.facts.first().map(|fact| plain(&fact.to_string()));
    let mut numbers: Vec<String> = all.iter().take(SHOWN).filter_map(number).collect();
    if all.len() > SHOWN {
        numbers.push(format!("{} more", all.len() - SHOWN));
    }
    format!("each of {}", numbers.join(", "))
}

fn by_all(all: &[Keeper], numbers: &Numbers<'_>) -> String {
    let mut text = String::new();
    let mut verb = "";
    let shown = &all[..all.len().min(HOLDERS)];
    // Tasks that hold it in the same way are told together.
    let same = |one: &Keeper, other: &Keeper| is_alike(one, other, numbers);
    for (index, alike) in shown.chunk_by(same).enumerate() {
        let (next, who) = by(alike, numbers);
        if index > 0 {
            text.push_str(if next == verb { " and " } else { ", and " });
        }
        if next != verb {
            text.push_str(next);
            text.push(' ');
        }
        verb = next;
        text.push_str("by ");
        text.push_str(&who);
    }
    if all.len() > HOLDERS {
        let _ = write!(text, ", and by {} more", all.len() - HOLDERS);
    }
    text
}

/// Whether both are tasks that are told by their numbers only, or by none.
fn is_alike(one: &Keeper, other: &Keeper, numbers: &Numbers<'_>) -> bool {
    let how = |keeper: &Keeper| match keeper {
        Keeper::Task {
            id,
            name,
            locals,
            is_certain,
            ..
        } if *id != 0 => Some((
            Arc::clone(name),
            locals.clone(),
            *is_certain,
            numbers.find(*id).is_some(),
        )),
        _ => None,
    };
    how(one).is_some_and(|one| Some(one) == how(other))
}

/// The verb, and who they are.
fn by(alike: &[Keeper], numbers: &Numbers<'_>) -> (&'static str, String) {
    match &alike[0] {
        Keeper::Task {
            id,
            name,
            locals,
            is_certain,
            ..
        } => {
            let locals: Vec<&str> = locals.iter().map(AsRef::as_ref).collect();
            let held = if *is_certain {
                "is held"
            } else {
                "is perhaps held"
            };
            let ids: Vec<u64> = alike.iter().filter_map(Keeper::task).collect();
            let who = match *id {
                0 => format!("the test's body{}", variables(&locals)),
                _ => task(&ids, name, &variables(&locals), numbers),
            };
            (held, who)
        }
        Keeper::Static { name, local, at } => {
            let at = at.as_ref().and_then(place);
            let at = at.map_or_else(String::new, |at| format!(", at {at}"));
            let who = format!("static `{}{}`{at}", plain(name), plain(local));
            ("is held", who)
        }
        Keeper::Thread { name, does, .. } => {
            let who = name.as_ref().map_or("a thread".to_owned(), |name| {
                format!("thread \"{}\"", plain(name))
            });
            using(does, &who)
        }
        Keeper::Closure { id, name, does } => {
            let who = match numbers.find(*id) {
                Some(_) => format!("blocking task {id}"),
                None => "a blocking task that is not among these".to_owned(),
            };
            let name = name.as_ref();
            let name = name.map_or_else(String::new, |name| format!(" `{}`", plain(name)));
            using(does, &format!("{who}{name}"))
        }
    }
}

fn using(does: &Use, who: &str) -> (&'static str, String) {
    match does {
        Use::Opened => ("was opened", format!("{who}, which still runs")),
        Use::Blocked(call) => (
            "is used",
            format!("{who}, which is blocked in {call} on it"),
        ),
    }
}
