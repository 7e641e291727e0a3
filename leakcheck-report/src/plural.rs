//! Singular and plural, and lists as people read them.

use crate::Kind;

/// `1 task`, `2 tasks`.
pub fn count(number: usize, kind: Kind) -> String {
    let (one, many) = words(kind);
    of(number, one, many)
}

/// As [`count`], by the kind's name; the name itself for a kind that is newer than this crate.
///
/// ```
/// use leakcheck_report::plural;
///
/// assert_eq!(plural::named(2, "fd"), "2 file descriptors");
/// assert_eq!(plural::named(2, "socket"), "2 socket");
/// ```
pub fn named(number: usize, kind: &str) -> String {
    Kind::named(kind).map_or_else(|| of(number, kind, kind), |kind| count(number, kind))
}

/// One and several of a kind: `task`, `tasks`.
pub const fn words(kind: Kind) -> (&'static str, &'static str) {
    match kind {
        Kind::Task => ("task", "tasks"),
        Kind::BlockingTask => ("blocking task", "blocking tasks"),
        Kind::Thread => ("thread", "threads"),
        Kind::Timer => ("timer", "timers"),
        Kind::Fd => ("file descriptor", "file descriptors"),
        Kind::Process => ("child process", "child processes"),
        Kind::TempFile => ("temporary file or folder", "temporary files and folders"),
        Kind::Heap => ("allocation", "allocations"),
        Kind::Runtime => ("runtime", "runtimes"),
        Kind::Custom => ("resource", "resources"),
    }
}

/// The number with the word that fits.
pub fn of(number: usize, one: &str, many: &str) -> String {
    format!("{number} {}", if number == 1 { one } else { many })
}

/// `a`, `a and b`, `a, b and c`.
pub fn all_of(items: &[String]) -> String {
    joined(items, "and")
}

/// `` `a` ``, `` `a` or `b` ``, `` `a`, `b` or `c` ``.
pub fn one_of(words: impl IntoIterator<Item = &'static str>) -> String {
    let words: Vec<String> = words.into_iter().map(|word| format!("`{word}`")).collect();
    joined(&words, "or")
}

fn joined(items: &[String], word: &str) -> String {
    match items {
        [rest @ .., last] if !rest.is_empty() => format!("{} {word} {last}", rest.join(", ")),
        _ => items.concat(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_fit_their_number() {
        assert_eq!(count(1, Kind::Process), "1 child process");
        assert_eq!(count(0, Kind::Task), "0 tasks");
        assert_eq!(of(2, "frame", "frames"), "2 frames");
    }

    #[test]
    fn lists_read_well() {
        let items = ["a", "b", "c"].map(str::to_owned);
        let lists: Vec<String> = (0..=3).map(|length| all_of(&items[..length])).collect();
        assert_eq!(lists, ["", "a", "a and b", "a, b and c"]);
        assert_eq!(one_of(["a", "b"]), "`a` or `b`");
    }
}
