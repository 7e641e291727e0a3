//! Text from outside (names, paths), made harmless for who reads it: nothing in it steers a terminal or a log of CI.

/// Replaces control characters, and others that are not seen themselves, by their escaped form; and so what a runner of
/// GitHub takes for a command.
pub fn plain(text: &str) -> String {
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

/// Characters that are not seen themselves: they divide lines, or reorder the text around them.
fn is_unseen(c: char) -> bool {
    matches!(c, '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn terminal_escapes_are_shown_not_sent() {
        assert_eq!(plain("a\x1b[31mb\nc\u{202e}"), "a\\u{1b}[31mb\\nc\\u{202e}");
        assert_eq!(plain("größe 3 `a::b<c>`"), "größe 3 `a::b<c>`");
        assert_eq!(plain("\u{9b}1m\u{2028}"), "\\u{9b}1m\\u{2028}");
    }

    #[test]
    fn no_command_of_a_runner_is_left() {
        assert_eq!(plain("::error::a"), ":\\u{3a}error::a");
        assert_eq!(plain("  ::error::a::b"), "  :\\u{3a}error::a::b");
        assert_eq!(plain("a ##[error]b"), "a ##\\u{5b}error]b");
        assert_eq!(plain("a::b"), "a::b");
    }
}
