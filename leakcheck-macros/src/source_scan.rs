//! Looks in the source file for a test attribute above ours that has already been expanded.
//!
//! `#[test]` and `#[test_case]` leave no trace on the function, which would then be registered as a test twice, silently.
//! Only what certainly is such an attribute counts; whatever cannot be read or understood is passed over.

use syn::parse::Parser as _;
use syn::{Attribute, Meta};

/// The text of the file up to the attribute at `span`.
pub(crate) fn text_before(span: proc_macro::Span) -> Option<String> {
    let mut source = std::fs::read_to_string(span.local_file()?).ok()?;
    let (above, before) = (span.line().checked_sub(1)?, span.column().checked_sub(1)?);
    let line: usize = source.split_inclusive('\n').take(above).map(str::len).sum();
    let (column, _) = source[line..].char_indices().nth(before)?;
    source.truncate(line + column);
    Some(source)
}

/// The name of a test attribute that directly precedes the end of `source`.
pub(crate) fn test_attribute(source: &str) -> Option<String> {
    // Attributes may span lines, so lines are gathered until they parse.
    let mut pending = String::new();
    for line in source.lines().rev() {
        let line = line.trim();
        if pending.is_empty() && (line.is_empty() || line.starts_with("//")) {
            continue;
        }
        let is_attribute = line.starts_with("#[");
        if pending.is_empty() && !is_attribute && !line.ends_with(']') {
            return None;
        }
        pending.insert_str(0, &format!("{line}\n"));
        if !is_attribute {
            continue;
        }
        let attrs = Attribute::parse_outer.parse_str(&pending).ok()?;
        if let Some(name) = attrs.iter().find_map(registering) {
            return Some(name);
        }
        pending.clear();
    }
    None
}

/// The name of an attribute that registers the function as a test and then disappears.
fn registering(attr: &Attribute) -> Option<String> {
    let name = attr.path().segments.last()?.ident.to_string();
    let builtin = matches!(&attr.meta, Meta::Path(path) if path.is_ident("test"));
    (builtin || name == "test_case" || name == "test_matrix").then_some(name)
}

#[cfg(test)]
mod tests {
    use super::test_attribute;

    #[test]
    fn the_builtin_attribute_is_found_across_others_and_comments() {
        let name = |source| test_attribute(source);
        assert_eq!(name("fn a() {}\n\n#[test]\n").as_deref(), Some("test"));
        assert_eq!(name("#[test] ").as_deref(), Some("test"));
        assert_eq!(
            name("    #[test]\n    /// Docs.\n\n    // Why.\n    #[ignore = \"slow]\"]\n    ")
                .as_deref(),
            Some("test")
        );
        assert_eq!(
            name("#[test_case(\n    1,\n    2\n)]\n#[test_case(3, 4)]\n").as_deref(),
            Some("test_case")
        );
    }

    #[test]
    fn an_attribute_of_another_item_is_not_ours() {
        let name = |source| test_attribute(source);
        assert_eq!(name("#[test]\nfn a() {}\n"), None);
        assert_eq!(name("#[test]\nfn a() {}\n#[ignore]\n"), None);
        assert_eq!(name("#[test]\nstatic A: [u8; 0] = [\n];\n"), None);
        assert_eq!(name("x]\n"), None);
        assert_eq!(name(""), None);
    }

    #[test]
    fn attributes_that_stay_visible_or_register_nothing_are_passed_over() {
        let name = |source| test_attribute(source);
        assert_eq!(name("#[rstest]\n#[case(1)]\n"), None);
        assert_eq!(name("#[cfg(test)]\n#[test_log::test]\n"), None);
    }
}
