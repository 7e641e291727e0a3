//! Changes of a text, and the text with them.

use std::ops::Range;

/// A text that stands in place of another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Change {
    /// The bytes that go away, which may be none.
    pub(crate) at: Range<usize>,
    pub(crate) text: String,
}

impl Change {
    /// Puts a text before what stands at a byte.
    pub(crate) fn insert(at: usize, text: &str) -> Self {
        Self {
            at: at..at,
            text: text.to_owned(),
        }
    }
}

/// The text with all changes, which stand in no order. Of two for the same bytes, the first counts, and what is there twice is
/// made once.
pub(crate) fn apply(text: &str, changes: &[Change]) -> String {
    let mut changes: Vec<&Change> = changes.iter().collect();
    changes.sort_by_key(|change| (change.at.start, change.at.end));
    changes.dedup();
    let (mut out, mut end) = (String::with_capacity(text.len()), 0);
    for change in changes {
        if change.at.start < end {
            continue;
        }
        out.push_str(&text[end..change.at.start]);
        out.push_str(&change.text);
        end = change.at.end;
    }
    out.push_str(&text[end..]);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_changed_stays() {
        let put = |at, text: &str| Change {
            at,
            text: text.to_owned(),
        };
        let changes = [
            put(4..4, "x"),
            put(0..1, "A"),
            put(0..2, "overlaps"),
            put(4..4, "x"),
        ];
        assert_eq!(apply("abcd\r\n", &changes), "Abcdx\r\n");
        assert_eq!(apply("abcd", &[]), "abcd");
    }
}
