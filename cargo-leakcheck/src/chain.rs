//! A cause and all that follows from it, a line each, indented below what it follows from.

use leakcheck_report::plural;

use crate::{causes::Causes, escape::plain, finding::place, report::Leak};

/// Lines that are shown.
const SHOWN: usize = 100;

/// The deepest indent.
const DEEPEST: usize = 16;

/// The lines of the chain that a finding is in, which is marked; nothing where it is alone.
pub(crate) fn lines(leaks: &[Leak], at: usize, causes: &Causes) -> Vec<String> {
    let cause = causes.cause(at);
    let followers = causes.followers(cause);
    if followers.is_empty() {
        return Vec::new();
    }
    let all = std::iter::once((cause, 0)).chain(followers.iter().copied());
    let mut lines: Vec<String> = all
        .take(SHOWN)
        .filter_map(|(this, steps)| {
            let leak = leaks.get(this)?;
            let mark = if this == at { '>' } else { ' ' };
            let because = leak.follows.as_ref().filter(|_| this != cause);
            let because = because.map(|follows| format!(": {}", plain(&follows.because)));
            Some(format!(
                "{mark} {:indent$}{} {}{}",
                "",
                named(leak),
                plain(&leak.fingerprint),
                because.unwrap_or_default(),
                indent = 2 * steps.min(DEEPEST),
            ))
        })
        .collect();
    if followers.len() >= SHOWN {
        let rest = followers.len() + 1 - SHOWN;
        lines.push(format!(
            "  {}",
            plural::of(rest, "more finding", "more findings")
        ));
    }
    lines
}

/// ``1 task, 5, `app::serve` (src/app.rs:31)``
pub(crate) fn named(leak: &Leak) -> String {
    let count = plural::named(leak.count, &leak.kind);
    let number = match &leak.tasks[..] {
        [task] => format!(" {task}"),
        _ => String::new(),
    };
    let name = leak.name.iter().map(|name| format!(" `{}`", plain(name)));
    let site = leak.created_at.as_ref().and_then(place);
    let site = site.iter().map(|site| format!(" ({site})"));
    let kind = match leak.count {
        1 => count.trim_start_matches("1 ").to_owned(),
        _ => count,
    };
    let rest: String = name.chain(site).collect();
    format!("{kind}{number}{rest}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::tests::sample;

    fn of(follows: &[Option<usize>], at: usize) -> Vec<String> {
        let mut leaks = sample("a", &vec!["f1 task 1 src/a.rs:1"; follows.len()]).leaks;
        for (number, (leak, follows)) in leaks.iter_mut().zip(follows).enumerate() {
            leak.tasks = vec![number as u64];
            leak.follows = follows.map(|leak| leakcheck_report::Follows {
                leak,
                because: format!("waits for task {leak}'s end"),
            });
        }
        lines(&leaks, at, &Causes::of(&leaks))
    }

    #[test]
    fn each_stands_below_what_it_follows_from() {
        assert_eq!(of(&[None, None], 0), [""; 0]);
        assert_eq!(
            of(&[Some(1), Some(2), None], 1),
            [
                "  task 2 `my_app::pool::f1` (src/a.rs:1) f1",
                ">   task 1 `my_app::pool::f1` (src/a.rs:1) f1: waits for task 2's end",
                "      task 0 `my_app::pool::f1` (src/a.rs:1) f1: waits for task 1's end",
            ]
        );
    }

    #[test]
    fn what_is_very_long_is_cut() {
        let follows: Vec<_> = (0..1000_usize).map(|at| at.checked_sub(1)).collect();
        let lines = of(&follows, 0);
        assert_eq!(lines.len(), SHOWN + 1);
        assert_eq!(lines[SHOWN], "  900 more findings");
        assert!(lines.iter().all(|line| line.len() < 150));
    }
}
