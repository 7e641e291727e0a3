//! The attributes that a source file needs: one for a module where all of its tests can have it, else one for each test.

use std::collections::BTreeMap;

use crate::edit::{Change, CrateFile, Module, Origin, Place, TestFn};

/// Where code is for tests only, and where the library may be missing.
const ALWAYS: &str = "#[leakcheck::leak_checked]";
const FOR_TESTS: &str = "#[cfg_attr(test, leakcheck::leak_checked)]";

/// What is to be done in a file.
#[derive(Debug, Default)]
pub(crate) struct Attributes {
    pub(crate) changes: Vec<Change>,
    /// Tests that the changes cover.
    pub(crate) covered: usize,
    /// Tests that cannot have it.
    pub(crate) left: Vec<Left>,
}

/// A test that cannot have the attribute.
#[derive(Debug)]
pub(crate) struct Left {
    pub(crate) line: usize,
    pub(crate) name: String,
    /// In which words the compiler has refused it in a trial; else its own attribute has no path.
    pub(crate) refused: Option<String>,
}

impl Attributes {
    /// Those of a file, all of which may be there for tests only.
    pub(crate) fn of(
        file: &CrateFile,
        is_for_tests: bool,
        refused: &BTreeMap<usize, String>,
    ) -> Self {
        let mut attributes = Self::default();
        if let Ok(module) = &file.content {
            let around = Around {
                text: &file.text,
                refused,
                is_checked: module.is_checked,
                is_for_tests: is_for_tests || file.is_for_tests,
            };
            attributes.add(module, around);
        }
        attributes
    }

    fn add(&mut self, module: &Module, around: Around<'_>) {
        for test in module.tests.iter().filter(|test| around.misses(test)) {
            if around.lets(test) {
                let is_for_tests = around.is_for_tests || test.is_for_tests;
                self.put(
                    test.at,
                    Around {
                        is_for_tests,
                        ..around
                    },
                );
                self.covered += 1;
            } else {
                let line = *test.lines.start();
                self.left.push(Left {
                    line,
                    name: test.name.clone(),
                    refused: around.refused.get(&line).cloned(),
                });
            }
        }
        for module in &module.modules {
            let mut inside = Around {
                is_checked: around.is_checked || module.is_checked,
                is_for_tests: around.is_for_tests || module.is_for_tests,
                ..around
            };
            let covers = tests_that_it_covers(module, inside);
            if let Some(at) = module.at.filter(|_| inside.is_for_tests && covers > 0) {
                self.put(at, inside);
                self.covered += covers;
                inside.is_checked = true;
            }
            self.add(module, inside);
        }
    }

    /// Puts the attribute above what begins at a place: on a line of its own, if that is the first on its line.
    fn put(&mut self, at: Place, around: Around<'_>) {
        let text = around.text;
        let begin = text[..at.byte].rfind('\n').map_or(0, |end| end + 1);
        let indent = &text[begin..at.byte];
        let attribute = if around.is_for_tests {
            ALWAYS
        } else {
            FOR_TESTS
        };
        let end = match text[at.byte..].find('\n') {
            Some(length) if text[..at.byte + length].ends_with('\r') => "\r\n",
            _ => "\n",
        };
        let text = if indent.trim().is_empty() {
            format!("{attribute}{end}{indent}")
        } else {
            format!("{attribute} ")
        };
        self.changes.push(Change::insert(at.byte, &text));
    }
}

/// What holds for the items of a module.
#[derive(Clone, Copy)]
struct Around<'t> {
    text: &'t str,
    refused: &'t BTreeMap<usize, String>,
    is_checked: bool,
    is_for_tests: bool,
}

impl Around<'_> {
    /// Whether a test can have the attribute, which has to know what runs it.
    fn lets(&self, test: &TestFn) -> bool {
        test.origin == Origin::Named && !self.refused.contains_key(test.lines.start())
    }

    fn misses(&self, test: &TestFn) -> bool {
        !test.is_checked && (!self.is_checked || test.is_in_macro)
    }
}

/// How many tests an attribute above a module covers; none where it would not do for one of them.
fn tests_that_it_covers(module: &Module, around: Around<'_>) -> usize {
    let tests = module.all_tests();
    let seen = || {
        tests
            .iter()
            .map(|(_, test)| test)
            .filter(|test| !test.is_in_macro)
    };
    if !seen().all(|test| around.lets(test)) {
        return 0;
    }
    missed(module, around)
}

/// Tests of a module that no attribute covers.
fn missed(module: &Module, around: Around<'_>) -> usize {
    let own = module
        .tests
        .iter()
        .filter(|test| !test.is_in_macro && around.misses(test));
    let below = module.modules.iter().map(|module| {
        let is_checked = around.is_checked || module.is_checked;
        missed(
            module,
            Around {
                is_checked,
                ..around
            },
        )
    });
    own.count() + below.sum::<usize>()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::edit::apply;

    fn file(text: &str) -> CrateFile {
        CrateFile {
            path: "a.rs".into(),
            module: Vec::new(),
            is_for_tests: false,
            text: text.to_owned(),
            content: Module::of_file(text),
        }
    }

    /// The text with its attributes, and how many tests they cover.
    fn covered(text: &str, is_for_tests: bool) -> (String, usize) {
        let file = file(text);
        let attributes = Attributes::of(&file, is_for_tests, &BTreeMap::new());
        (apply(text, &attributes.changes), attributes.covered)
    }

    #[test]
    fn the_outermost_module_of_tests_has_it() {
        let text = "mod a {\n    /// Tests.\n    #[cfg(test)]\n    mod tests {\n        mod b {\n            #[test]\n            fn c() {}\n        }\n    }\n}\n";
        let expected = text.replace(
            "    mod tests",
            "    #[leakcheck::leak_checked]\n    mod tests",
        );
        assert_eq!(covered(text, false), (expected.clone(), 1));
        assert_eq!(covered(&expected, false), (expected, 0));
    }

    #[test]
    fn where_it_would_not_do_each_test_has_its_own() {
        let text =
            "#[cfg(test)] mod tests { use tokio::test; #[test] async fn a() {} #[test] fn b() {} }";
        let expected = text.replace("#[test] fn b", "#[leakcheck::leak_checked] #[test] fn b");
        assert_eq!(covered(text, false), (expected, 1));
        let in_macro = "#[cfg(test)]\nmod tests { #[test] fn a() {} m! { #[test] fn b() {} } }";
        let expected = in_macro
            .replace("mod tests", "#[leakcheck::leak_checked]\nmod tests")
            .replace("#[test] fn b", "#[leakcheck::leak_checked] #[test] fn b");
        assert_eq!(covered(in_macro, false), (expected, 2));
    }

    #[test]
    fn what_was_refused_does_not_have_it() {
        let text = "#[cfg(test)]\nmod tests {\n    #[test]\n    fn a() {}\n    #[test]\n    fn b() {}\n}\n";
        let file = file(text);
        let refused = [(3, "no".to_owned())].into();
        let attributes = Attributes::of(&file, false, &refused);
        let left: Vec<_> = attributes
            .left
            .iter()
            .map(|left| (&*left.name, left.refused.as_deref()))
            .collect();
        assert_eq!(left, [("a", Some("no"))]);
        let expected = text.replace(
            "    #[test]\n    fn b",
            &format!("    {ALWAYS}\n    #[test]\n    fn b"),
        );
        assert_eq!(apply(text, &attributes.changes), expected);
    }

    #[test]
    fn a_test_beside_other_code_has_it_for_tests_only() {
        let text = "#[cfg(unix)]\r\n#[test]\r\nfn a() {}\r\n";
        let put = |attribute: &str| text.replace("#[test]", &format!("{attribute}\r\n#[test]"));
        assert_eq!(covered(text, false), (put(FOR_TESTS), 1));
        assert_eq!(covered(text, true), (put(ALWAYS), 1));
    }
}
