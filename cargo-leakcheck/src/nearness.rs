//! Which of the names that there are somebody may have meant.

use leakcheck_report::suggest::edits;

/// Names that are told.
const TOLD: usize = 6;

/// Characters that are compared: what is longer is not typed.
const COMPARED: usize = 64;

/// Parts of a path that may stand alone.
const PARTS: usize = 8;

/// The nearest names, nearest first; where none is near, the first ones.
pub(crate) fn nearest<'n>(meant: &str, names: impl IntoIterator<Item = &'n str>) -> Vec<&'n str> {
    let mut all: Vec<(usize, &str)> = names
        .into_iter()
        .map(|name| (of_end(meant, name), name))
        .collect();
    all.sort_by_key(|(distance, _)| *distance);
    let is_near = |distance: usize| distance <= 1 + meant.chars().count() / 4;
    if all.first().is_some_and(|(least, _)| is_near(*least)) {
        all.retain(|(distance, _)| is_near(*distance));
    }
    all.into_iter().map(|(_, name)| name).take(TOLD).collect()
}

/// The name that was mistyped, if it was: few letters are wrong, and there is no other name that is as near.
pub(crate) fn only_near<'n>(
    meant: &str,
    names: impl IntoIterator<Item = &'n str>,
) -> Option<&'n str> {
    let names = names.into_iter().map(|name| (distance(meant, name), name));
    let mut near: Vec<(usize, &str)> = names
        .filter(|(distance, name)| (1..=1 + name.len() / 6).contains(distance))
        .collect();
    near.sort_unstable();
    match near.as_slice() {
        [(_, only)] => Some(only),
        [(first, name), (second, _), ..] if first < second => Some(name),
        _ => None,
    }
}

/// The distance of the path, or of as many of its last parts as are nearest.
fn of_end(meant: &str, name: &str) -> usize {
    if !meant.is_empty() && name.contains(meant) {
        return 1;
    }
    let parts = name.match_indices("::").map(|(at, _)| &name[at + 2..]);
    let ends = std::iter::once(name).chain(parts.take(PARTS));
    ends.map(|end| distance(meant, end))
        .min()
        .unwrap_or(usize::MAX)
}

/// How many letters differ at the beginning of both.
fn distance(meant: &str, name: &str) -> usize {
    let start = |text: &str| text.chars().take(COMPARED).collect::<String>();
    edits(&start(meant), &start(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn typing_errors_are_near() {
        let names = ["pool::drains", "pool::reconnects", "log::rotates"];
        assert_eq!(nearest("reconects", names), ["pool::reconnects"]);
        assert_eq!(nearest("pool::drain", names), ["pool::drains"]);
        assert_eq!(nearest("pool", names), ["pool::drains", "pool::reconnects"]);
    }

    #[test]
    fn few_letters_may_be_wrong() {
        let names = ["bless", "baseline", "report"];
        for (meant, expected) in [
            ("bles", Some("bless")),
            ("base_lines", Some("baseline")),
            ("reprot", Some("report")),
            ("bless", None),
            ("blast", None),
            ("release", None),
            ("repert", Some("report")),
            ("", None),
        ] {
            assert_eq!(only_near(meant, names), expected, "{meant}");
        }
        assert_eq!(only_near("ab", ["ac", "ad"]), None, "either may be meant");
    }

    #[test]
    fn where_nothing_is_near_some_are_told() {
        let names: Vec<String> = (0..9).map(|number| format!("t{number}")).collect();
        let names = names.iter().map(String::as_str);
        assert_eq!(nearest("completely_different", names).len(), TOLD);
        let long = "a".repeat(1 << 20);
        assert_eq!(nearest(&long, [&*long, "b"])[0], long);
    }
}
