//! Text from outside, made harmless for who reads it: nothing in it steers a terminal, a log of CI or a page.

/// The longest word for a kind; those that are known have half of it.
const LONGEST_KIND: usize = 32;

pub(crate) use leakcheck_report::escape::plain;

/// As [`plain`], between backticks, of which there is none inside. It ends no cell of a table either.
pub(crate) fn code(text: &str) -> String {
    let mut code = String::from("`");
    for c in plain(text).chars() {
        match c {
            '`' | '|' => code.extend(c.escape_unicode()),
            c => code.push(c),
        }
    }
    code.push('`');
    code
}

/// A kind as reports have it; what is no word is none.
pub(crate) fn kind(text: &str) -> &str {
    let is_word = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    if !text.is_empty() && text.len() <= LONGEST_KIND && text.chars().all(is_word) {
        text
    } else {
        "unknown"
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn code_has_no_end_of_its_own() {
        assert_eq!(code("a|b`c\nd\\"), "`a\\u{7c}b\\u{60}c\\nd\\`");
    }

    #[test]
    fn kinds_are_words() {
        assert_eq!(kind("blocking_task"), "blocking_task");
        let long = "a".repeat(33);
        for none in ["", "a b", "Task", "a|b", "::error::", "\n", &long] {
            assert_eq!(kind(none), "unknown", "{none:?}");
        }
    }
}
