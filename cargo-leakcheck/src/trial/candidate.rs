//! A test of the workspace that may get the attribute.

use std::{
    ops::RangeInclusive,
    path::{Path, PathBuf},
};

use crate::{
    edit::{Body, Change, CrateFile, Module, Origin, TestFn},
    workspace::Member,
};

/// What is put above a test. It is there for tests only, as the library is.
const ATTRIBUTE: &str = "#[cfg_attr(test, ::leakcheck::leak_checked)] ";

/// The same above a test whose body is to be cancelled at its awaits.
const CANCELLABLE: &str = "#[cfg_attr(test, ::leakcheck::leak_checked(cancellable))] ";

/// Whether the body of a test is to be cancelled at its awaits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Cancel {
    /// Nobody has asked for it, or it has no await that could be seen.
    Never,
    Each,
    /// The compiler refused it, in these words.
    Refused(String),
}

/// Why a test does not get the attribute.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Left {
    /// It has one of leakcheck's already.
    IsChecked,
    /// An imported attribute runs it, of which only the name is known.
    Unproven,
    /// Paths have another meaning in the edition of its package.
    Of2015,
    /// Its file is not one of the repository.
    Outside,
    /// The compiler refused it, in these words.
    Refused(String),
    /// The compiler refused something else in its file or package, in these words.
    WithOthers(String),
}

/// A test, and what is to be done to it.
#[derive(Clone, Debug)]
pub(crate) struct Candidate {
    pub(crate) package: String,
    /// Relative to the tree.
    pub(crate) file: PathBuf,
    /// Its name as harnesses have it.
    pub(crate) name: String,
    pub(crate) lines: RangeInclusive<usize>,
    /// The executor that runs it, where that is none of tokio's.
    pub(crate) executor: Option<String>,
    pub(crate) body: Body,
    pub(crate) left: Option<Left>,
    pub(crate) cancel: Cancel,
    /// Where the attribute is put.
    pub(crate) at: usize,
    /// What it needs besides.
    pub(crate) with_path: Vec<Change>,
}

impl Candidate {
    /// All of a file.
    pub(crate) fn all(file: &CrateFile, at: &Path, member: &Member, is_inside: bool) -> Vec<Self> {
        let Ok(module) = &file.content else {
            return Vec::new();
        };
        let checked = checked(module, false);
        let tests = module.all_tests().into_iter().zip(checked);
        let of = |((name, test), is_checked): ((String, &TestFn), bool)| Self {
            package: member.name.clone(),
            file: at.to_owned(),
            name: [&file.module[..], &[name]].concat().join("::"),
            lines: test.lines.clone(),
            executor: test.executor.clone(),
            body: test.body,
            left: left(test, is_checked, member, is_inside),
            cancel: Cancel::Never,
            at: test.at.byte,
            with_path: with_path(test),
        };
        tests.map(of).collect()
    }

    /// Lets its body be cancelled at its awaits, where it has some that are polled by a runtime of tokio's.
    pub(crate) fn cancel(&mut self) {
        if self.body == Body::Async && self.executor.is_none() {
            self.cancel = Cancel::Each;
        }
    }

    /// Whether its body is to be cancelled.
    pub(crate) fn is_cancelled(&self) -> bool {
        self.left.is_none() && self.cancel == Cancel::Each
    }

    /// What is to be done to its file.
    pub(crate) fn changes(&self) -> Vec<Change> {
        if self.left.is_some() {
            return Vec::new();
        }
        let attribute = match self.cancel {
            Cancel::Each => CANCELLABLE,
            Cancel::Never | Cancel::Refused(_) => ATTRIBUTE,
        };
        let attribute = Change::insert(self.at, attribute);
        [&[attribute], &self.with_path[..]].concat()
    }

    /// Whether a test of this name is it, or one of those that are made of it.
    pub(crate) fn is_named(&self, name: &str) -> bool {
        let rest = name.strip_prefix(&*self.name);
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with("::"))
    }
}

/// Whether each of the tests has an attribute of leakcheck's, or one of its modules has, in the order of all tests.
fn checked(module: &Module, is_above: bool) -> Vec<bool> {
    let is_above = is_above || module.is_checked;
    let own = module
        .tests
        .iter()
        .map(|test| test.is_checked || is_above && !test.is_in_macro);
    let below = module
        .modules
        .iter()
        .flat_map(|module| checked(module, is_above));
    own.chain(below).collect()
}

fn left(test: &TestFn, is_checked: bool, member: &Member, is_inside: bool) -> Option<Left> {
    if is_checked {
        Some(Left::IsChecked)
    } else if !is_inside {
        Some(Left::Outside)
    } else if member.is_of_2015 {
        Some(Left::Of2015)
    } else {
        (test.origin == Origin::Unproven).then_some(Left::Unproven)
    }
}

fn with_path(test: &TestFn) -> Vec<Change> {
    match &test.origin {
        Origin::Imported(changes) => changes.clone(),
        Origin::Named | Origin::Unproven => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::edit::apply;

    fn candidates(text: &str, is_of_2015: bool) -> Vec<Candidate> {
        let file = CrateFile {
            path: "/w/src/a.rs".into(),
            module: vec!["a".to_owned()],
            is_for_tests: false,
            text: text.to_owned(),
            content: Module::of_file(text),
        };
        let member = Member {
            name: "my_app".to_owned(),
            manifest: "/w/Cargo.toml".into(),
            roots: Vec::new(),
            is_of_2015,
        };
        Candidate::all(&file, Path::new("src/a.rs"), &member, true)
    }

    #[test]
    fn the_attribute_is_put_on_the_same_line() {
        let text = "/// It works.\n#[should_panic]\n#[test]\nfn b() {}\nmod c { use tokio::test; #[test] async fn d() {} }";
        let all = candidates(text, false);
        let names: Vec<&str> = all.iter().map(|candidate| &*candidate.name).collect();
        assert_eq!(names, ["a::b", "a::c::d"]);
        let changes: Vec<Change> = all
            .into_iter()
            .flat_map(|candidate| candidate.changes())
            .collect();
        let expected = text
            .replace("#[should_panic]", &format!("{ATTRIBUTE}#[should_panic]"))
            .replace("#[test] async", &format!("{ATTRIBUTE}#[tokio::test] async"))
            .replace("use tokio", "#[allow(unused_imports)] use tokio");
        assert_eq!(apply(text, &changes), expected);
    }

    #[test]
    fn only_bodies_that_await_are_cancelled() {
        let is_cancelled = |text: &str| {
            let mut candidate = candidates(text, false).remove(0);
            candidate.cancel();
            let has_word = candidate.changes()[0].text.contains("cancellable");
            assert_eq!(has_word, candidate.is_cancelled());
            has_word
        };
        assert!(is_cancelled("#[tokio::test] async fn a() {}"));
        assert!(!is_cancelled("#[test] fn a() {}"));
        assert!(!is_cancelled("#[smol::test] async fn a() {}"));
    }

    #[test]
    fn some_are_left() {
        let left = |text: &str, is_of_2015| candidates(text, is_of_2015)[0].left.clone();
        assert_eq!(left("#[test] fn a() {}", false), None);
        assert_eq!(left("#[test] fn a() {}", true), Some(Left::Of2015));
        assert_eq!(left("#[test] async fn a() {}", false), Some(Left::Unproven));
        assert_eq!(
            left(
                "#[leak_checked] mod b { mod c { #[test] fn a() {} } }",
                false
            ),
            Some(Left::IsChecked)
        );
        assert_eq!(
            left("#[leak_checked] mod b { x! { #[test] fn a() {} } }", false),
            None
        );
    }

    #[test]
    fn cases_are_named_after_their_test() {
        let candidate = &candidates("#[rstest] fn b() {}", false)[0];
        assert!(candidate.is_named("a::b") && candidate.is_named("a::b::case_1"));
        assert!(!candidate.is_named("a::bc") && !candidate.is_named("a"));
    }
}
