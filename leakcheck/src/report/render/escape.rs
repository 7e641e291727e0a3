//! Text from outside (thread names, paths) must not steer a terminal or a log reader.

pub(super) use leakcheck_report::escape::plain;

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
