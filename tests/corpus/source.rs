//! What a file of the corpus says must be found: read from its source, so that an expectation stands at its line.
//!
//! `// leak: thread "name" x3` means that the report of the test around it has this entry, created on the next line;
//! name and count may be left out. `// body: panicked` says how the body ends, if not by returning.

/// One entry of a report.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Finding {
    pub(crate) kind: String,
    pub(crate) name: Option<String>,
    /// File and line.
    pub(crate) site: Option<(String, u32)>,
    pub(crate) count: usize,
}

/// A checked test and what its report must say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Case {
    /// As the harness names it.
    pub(crate) test: String,
    /// File and line of its function.
    pub(crate) place: (String, u32),
    /// How the body ends.
    pub(crate) body: String,
    /// Empty for a test that must stay clean.
    pub(crate) leaks: Vec<Finding>,
}

impl Case {
    /// Whether the test must fail, be it for its leaks or for its body.
    pub(crate) fn fails(&self) -> bool {
        !self.leaks.is_empty() || self.body != "passed"
    }
}

/// The checked tests of a file of the corpus.
///
/// # Panics
///
/// Where a mark is not understood or belongs to no test, and where a test that must fail is not ignored or the other
/// way round.
pub(crate) fn cases(module: &str, source: &str) -> Vec<Case> {
    let file = format!("corpus/{module}.rs");
    let mut cases: Vec<Case> = Vec::new();
    let mut ignored = Vec::new();
    let (mut is_checked, mut is_ignored) = (false, false);
    for (line, text) in (1..).zip(source.lines()) {
        let text = text.trim_start();
        is_checked |= text.starts_with("#[leak_checked");
        is_ignored |= text.starts_with("#[ignore");
        if let (true, Some(name)) = (is_checked, function(text)) {
            cases.push(Case {
                test: format!("{module}::{name}"),
                place: (file.clone(), line),
                body: "passed".to_owned(),
                leaks: Vec::new(),
            });
            ignored.push(is_ignored);
            (is_checked, is_ignored) = (false, false);
        }
        if let Some(mark) = text.strip_prefix("// leak: ") {
            let case = cases.last_mut().expect("a leak is one of a test");
            case.leaks.push(finding(mark, (file.clone(), line + 1)));
        } else if let Some(body) = text.strip_prefix("// body: ") {
            let case = cases.last_mut().expect("a body is one of a test");
            body.clone_into(&mut case.body);
        }
    }
    for (case, ignored) in cases.iter().zip(ignored) {
        assert_eq!(case.fails(), ignored, "{} fails, is ignored", case.test);
    }
    cases
}

/// The name of the function that begins on this line.
fn function(line: &str) -> Option<&str> {
    let line = line.strip_prefix("async ").unwrap_or(line);
    let (name, _) = line.strip_prefix("fn ")?.split_once('(')?;
    Some(name)
}

/// Reads `kind "name" xcount`.
fn finding(mark: &str, site: (String, u32)) -> Finding {
    let (kind, mut rest) = mark.split_once(' ').unwrap_or((mark, ""));
    assert!(matches!(kind, "task" | "thread"), "not a kind: {mark}");
    let mut name = None;
    if let Some((quoted, after)) = rest.strip_prefix('"').and_then(|rest| rest.split_once('"')) {
        name = Some(quoted.to_owned());
        rest = after.trim_start();
    }
    let count = if rest.is_empty() {
        1
    } else {
        let count = rest.strip_prefix('x').and_then(|count| count.parse().ok());
        count.unwrap_or_else(|| panic!("not understood: {mark}"))
    };
    Finding {
        kind: kind.to_owned(),
        name,
        site: Some(site),
        count,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_are_read() {
        let site = ("f".to_owned(), 3);
        let read = |mark| {
            let found = finding(mark, site.clone());
            (found.kind, found.name, found.count)
        };
        let named = Some("a b".to_owned());
        assert_eq!(read("task"), ("task".to_owned(), None, 1));
        assert_eq!(read("task x12"), ("task".to_owned(), None, 12));
        assert_eq!(
            read("thread \"a b\""),
            ("thread".to_owned(), named.clone(), 1)
        );
        assert_eq!(read("thread \"a b\" x2"), ("thread".to_owned(), named, 2));
    }

    #[test]
    #[should_panic(expected = "not a kind: tasks")]
    fn an_unknown_kind_is_refused() {
        finding("tasks", (String::new(), 0));
    }

    #[test]
    #[should_panic(expected = "not understood: task twice")]
    fn an_unknown_word_is_refused() {
        finding("task twice", (String::new(), 0));
    }

    #[test]
    #[should_panic(expected = "m::t fails, is ignored")]
    fn a_leak_in_a_test_that_is_not_ignored_is_refused() {
        cases(
            "m",
            "#[leak_checked]\n#[test]\nfn t() {\n    // leak: task\n    spawn();\n}",
        );
    }

    #[test]
    #[should_panic(expected = "m::t fails, is ignored")]
    fn an_ignored_test_without_a_leak_is_refused() {
        cases("m", "#[leak_checked]\n#[test]\n#[ignore]\nfn t() {}");
    }
}
