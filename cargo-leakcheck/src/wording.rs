//! Singular and plural, lists, and times as people read them.

use std::time::Duration;

/// All kinds of the library, in the order of its reports.
const KINDS: [&str; 8] = [
    "task",
    "blocking_task",
    "thread",
    "timer",
    "fd",
    "process",
    "runtime",
    "custom",
];

/// Where a kind stands among the others.
pub(crate) fn rank(kind: &str) -> usize {
    let rank = KINDS.iter().position(|known| *known == kind);
    rank.unwrap_or(KINDS.len())
}

pub(crate) fn is_kind(word: &str) -> bool {
    KINDS.contains(&word)
}

/// `1 task`, `2 tasks`; the word itself for a kind that is newer than this program.
pub(crate) fn kinds(number: usize, kind: &str) -> String {
    match kind {
        "task" => count(number, "task", "tasks"),
        "blocking_task" => count(number, "blocking task", "blocking tasks"),
        "thread" => count(number, "thread", "threads"),
        "timer" => count(number, "timer", "timers"),
        "fd" => count(number, "file descriptor", "file descriptors"),
        "process" => count(number, "child process", "child processes"),
        "runtime" => count(number, "runtime", "runtimes"),
        "custom" => count(number, "resource", "resources"),
        other => format!("{number} {other}"),
    }
}

/// The number with the word that fits.
pub(crate) fn count(number: usize, one: &str, many: &str) -> String {
    format!("{number} {}", if number == 1 { one } else { many })
}

/// `a`, `a and b`, `a, b and c`.
pub(crate) fn list(items: &[String]) -> String {
    match items {
        [] => String::new(),
        [one] => one.clone(),
        [all @ .., last] => format!("{} and {last}", all.join(", ")),
    }
}

/// `12 ms` or `3.4 s`.
pub(crate) fn time(time: Duration) -> String {
    match time.as_millis() {
        0 => "under 1 ms".to_owned(),
        ms @ 1..1000 => format!("{ms} ms"),
        ms if ms % 1000 < 50 => format!("{} s", ms / 1000),
        _ => format!("{:.1} s", time.as_secs_f64()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_fit_their_number() {
        assert_eq!(kinds(1, "process"), "1 child process");
        assert_eq!(kinds(2, "fd"), "2 file descriptors");
        assert_eq!(kinds(0, "task"), "0 tasks");
        assert_eq!(kinds(2, "socket"), "2 socket");
    }

    #[test]
    fn lists_read_well() {
        let items = ["a", "b", "c"].map(str::to_owned);
        let lists: Vec<String> = (0..=3).map(|length| list(&items[..length])).collect();
        assert_eq!(lists, ["", "a", "a and b", "a, b and c"]);
    }

    #[test]
    fn times_are_short() {
        for (ms, expected) in [
            (0, "under 1 ms"),
            (999, "999 ms"),
            (1044, "1 s"),
            (3420, "3.4 s"),
        ] {
            assert_eq!(time(Duration::from_millis(ms)), expected);
        }
    }
}
