//! Text from outside (thread names, paths) must not steer a terminal or a log reader.

/// Replaces control characters, and others that are not seen themselves, by their escaped form; and so what a runner of
/// GitHub takes for a command.
pub(super) fn plain(text: &str) -> String {
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

/// All lines of a report: whatever was put into one is harmless by now, also where nobody thought of it.
pub(super) fn lines(text: &str) -> String {
    let line = |line: &str| match line.split_once(":::") {
        // So an excerpt of a second file begins.
        Some((margin, rest)) if margin.trim().is_empty() => format!("{margin}:::{}", plain(rest)),
        _ => plain(line),
    };
    let lines: Vec<String> = text.split('\n').map(line).collect();
    lines.join("\n")
}

/// Characters that divide lines, or reorder the text around them.
fn is_unseen(c: char) -> bool {
    matches!(c, '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}

/// The value of a property of a GitHub workflow command.
pub(super) fn github_property(text: &str) -> String {
    github_message(text).replace(':', "%3A").replace(',', "%2C")
}

/// The message of a GitHub workflow command.
pub(super) fn github_message(text: &str) -> String {
    plain(text).replace('%', "%25")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn terminal_escapes_are_shown_not_sent() {
        assert_eq!(plain("a\x1b[31mb\nc\u{202e}"), "a\\u{1b}[31mb\\nc\\u{202e}");
        assert_eq!(plain("größe 3"), "größe 3");
        assert_eq!(plain("\u{9b}1m\u{2028}"), "\\u{9b}1m\\u{2028}");
        assert_eq!(plain(" ::error::a::b"), " :\\u{3a}error::a::b");
        assert_eq!(plain("##[error]"), "##\\u{5b}error]");
    }

    #[test]
    fn no_line_is_a_command() {
        let text = "note: a\n  ::error::b\n   ::: src/a.rs:1\x1b\n\u{85}";
        assert_eq!(
            lines(text),
            "note: a\n  :\\u{3a}error::b\n   ::: src/a.rs:1\\u{1b}\n\\u{85}"
        );
    }

    #[test]
    fn workflow_commands_stay_on_one_line() {
        assert_eq!(github_message("50%\nb\x1b"), "50%25\\nb\\u{1b}");
        assert_eq!(github_property("a:b,c"), "a%3Ab%2Cc");
    }
}
