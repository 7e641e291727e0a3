//! The page on a pattern, as a terminal shows it.

use leakcheck_report::{Pattern, patterns};

/// The page without the lines of its examples that only the compiler needs.
pub(crate) fn page(pattern: Pattern) -> String {
    let mut is_code = false;
    let mut page = String::new();
    for line in patterns::page(pattern).lines() {
        let is_fence = line.starts_with("```");
        is_code ^= is_fence;
        if is_fence || is_code && (line == "#" || line.starts_with("# ")) {
            continue;
        }
        if is_code && !line.is_empty() {
            page.push_str("    ");
        }
        page.push_str(line);
        page.push('\n');
    }
    page
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
            assert!(!page.contains("```") && !page.contains("\n# "), "{page}");
        }
    }
}
