//! Text from outside, made harmless for who reads it: nothing in it steers a terminal, a log of CI or a page.

/// The longest word for a kind; those that are known have half of it.
const LONGEST_KIND: usize = 32;

/// For a line of text: control characters and those that reorder text stand as escapes, and a runner of GitHub takes none of
/// it for a command.
pub(crate) fn plain(text: &str) -> String {
    let (mut plain, mut seen) = (String::new(), 0);
    for c in text.chars() {
        let is_command = match c {
            ':' => seen == 1 && plain.ends_with(':'),
            '[' => plain.ends_with("##"),
            _ => false,
        };
        seen += usize::from(!c.is_whitespace());
        if is_command {
            plain.extend(c.escape_unicode());
        } else if c.is_control() || is_unseen(c) {
            plain.extend(c.escape_default());
        } else {
            plain.push(c);
        }
    }
    plain
}

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

/// Characters that are not seen themselves: they divide lines, or reorder the text around them.
fn is_unseen(c: char) -> bool {
    matches!(c, '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_from_outside_does_not_steer_a_terminal() {
        assert_eq!(plain("a\x1b[31mb\nc\u{202e}"), "a\\u{1b}[31mb\\nc\\u{202e}");
        assert_eq!(plain("größe 3 `a::b<c>`"), "größe 3 `a::b<c>`");
    }

    #[test]
    fn no_command_of_a_runner_is_left() {
        assert_eq!(plain("::error::a"), ":\\u{3a}error::a");
        assert_eq!(plain("  ::error::a"), "  :\\u{3a}error::a");
        assert_eq!(plain("a ##[error]b"), "a ##\\u{5b}error]b");
        assert_eq!(plain("a::b"), "a::b");
    }

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
