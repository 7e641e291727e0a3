//! Text from outside, made harmless for who reads it: nothing in it steers a terminal, a log of CI or a page.

/// The longest word for a kind or pattern; those that are known have half of it.
const LONGEST: usize = 32;

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
    word(text, '_')
}

/// A pattern as reports have it; what is no word is none.
pub(crate) fn pattern(text: &str) -> &str {
    word(text, '-')
}

/// A path as a reference: all but what may stand in one is escaped.
pub(crate) fn uri(file: &str) -> String {
    file.bytes()
        .map(|byte| match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => {
                char::from(byte).to_string()
            }
            byte => format!("%{byte:02X}"),
        })
        .collect()
}

fn word(text: &str, between: char) -> &str {
    let is_of_word = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == between;
    if !text.is_empty() && text.len() <= LONGEST && text.chars().all(is_of_word) {
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
        assert_eq!(pattern("own-sender"), "own-sender");
        assert_eq!(
            (kind("own-sender"), pattern("blocking_task")),
            ("unknown", "unknown")
        );
        let long = "a".repeat(33);
        for none in ["", "a b", "Task", "a|b", "::error::", "\n", &long] {
            assert_eq!(kind(none), "unknown", "{none:?}");
            assert_eq!(pattern(none), "unknown", "{none:?}");
        }
    }

    #[test]
    fn paths_are_references() {
        assert_eq!(uri("src/a b%.rs"), "src/a%20b%25.rs");
    }
}
