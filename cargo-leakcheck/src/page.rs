//! The page on a pattern, as a terminal shows it.

use leakcheck_report::{Pattern, patterns};

/// The page for a terminal, where examples are indented.
pub(crate) fn page(pattern: Pattern) -> String {
    let line = |part: &Part<'_>| match part {
        Part::Fence => String::new(),
        Part::Text(line) | Part::Code(line @ "") => format!("{line}\n"),
        Part::Code(line) => format!("    {line}\n"),
    };
    parts(pattern).iter().map(line).collect()
}

/// The page as Markdown, where examples are marked as Rust.
pub(crate) fn markdown(pattern: Pattern) -> String {
    let mut is_open = false;
    let line = |part: &Part<'_>| match part {
        Part::Fence => {
            is_open = !is_open;
            if is_open { "```rust\n" } else { "```\n" }.to_owned()
        }
        Part::Text(line) | Part::Code(line) => format!("{line}\n"),
    };
    parts(pattern).iter().map(line).collect()
}

/// A line of a page.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Part<'p> {
    Text(&'p str),
    Code(&'p str),
    /// The begin or end of an example.
    Fence,
}

/// The page without the lines of its examples that only the compiler needs.
pub(crate) fn parts(pattern: Pattern) -> Vec<Part<'static>> {
    let mut is_code = false;
    let part = |line: &'static str| {
        let is_fence = line.starts_with("```");
        is_code ^= is_fence;
        match line {
            _ if is_fence => Some(Part::Fence),
            _ if !is_code => Some(Part::Text(line)),
            line if line == "#" || line.starts_with("# ") => None,
            line => Some(Part::Code(line)),
        }
    };
    patterns::page(pattern).lines().filter_map(part).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::golden::golden;

    #[test]
    fn it_is_what_a_reader_needs() {
        golden("page.txt", &page(Pattern::KeptRegistration));
        for pattern in Pattern::ALL {
            let page = page(*pattern);
            assert!(page.starts_with(&format!("# {pattern}\n")), "{page}");
            let markdown = markdown(*pattern);
            assert_eq!(markdown.matches("\n```rust\n").count(), 2, "{markdown}");
            assert!(!markdown.contains("no_run"), "{markdown}");
            assert!(!page.contains("```") && !page.contains("\n# "), "{page}");
        }
    }
}
