//! Text from outside (thread names, paths) must not steer a terminal or a log reader.

/// Replaces control characters by their escaped form.
pub(super) fn plain(text: &str) -> String {
    text.chars()
        .flat_map(|c| {
            let escaped = if c.is_control() || is_bidi(c) {
                Some(c.escape_default())
            } else {
                None
            };
            let kept = if escaped.is_none() { Some(c) } else { None };
            escaped.into_iter().flatten().chain(kept)
        })
        .collect()
}

/// Characters that reorder the text around them.
fn is_bidi(c: char) -> bool {
    matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// The value of a property of a GitHub workflow command.
pub(super) fn github_property(text: &str) -> String {
    github_message(text).replace(':', "%3A").replace(',', "%2C")
}

/// The message of a GitHub workflow command.
pub(super) fn github_message(text: &str) -> String {
    text.replace('%', "%25")
        .replace('\r', "%0D")
        .replace('\n', "%0A")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn terminal_escapes_are_shown_not_sent() {
        assert_eq!(plain("a\x1b[31mb\nc\u{202e}"), "a\\u{1b}[31mb\\nc\\u{202e}");
        assert_eq!(plain("größe 3"), "größe 3");
    }

    #[test]
    fn workflow_commands_stay_on_one_line() {
        assert_eq!(github_message("50%\nb"), "50%25%0Ab");
        assert_eq!(github_property("a:b,c"), "a%3Ab%2Cc");
    }
}
