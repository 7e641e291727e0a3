//! What a test tells the checker about itself: constants that the attribute writes.
//!
//! Plain data, present in every configuration, so that generated code never needs a `cfg`.

use std::path::Path;

use crate::model::{Location, Subject};

/// Name and place of a test function.
#[derive(Clone, Copy, Debug)]
pub struct TestMeta {
    /// `CARGO_PKG_NAME` of the test's crate, where cargo built it.
    pub package: Option<&'static str>,
    /// `CARGO_MANIFEST_DIR` of the test's crate, where cargo built it.
    pub manifest_dir: Option<&'static str>,
    /// `module_path!()` at the test, the crate's name first.
    pub module: &'static str,
    /// The function's name.
    pub name: &'static str,
    /// `file!()` at the test.
    pub file: &'static str,
    /// Line of the function's name.
    pub line: u32,
    /// What the test declared with `#[should_panic]`.
    pub should_panic: ShouldPanic,
}

/// A `#[should_panic]` that was taken over, so that a leak can never satisfy it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ShouldPanic {
    /// No attribute: a panic fails the test.
    No,
    /// `#[should_panic]`: any panic of the body passes.
    Yes,
    /// `#[should_panic(expected = "..")]`: a panic whose message contains the text passes.
    With(&'static str),
}

impl TestMeta {
    pub(crate) fn subject(&self) -> Subject {
        let (binary, module) = self.module.split_once("::").unwrap_or((self.module, ""));
        let separator = if module.is_empty() { "" } else { "::" };
        Subject {
            package: self.package.map(ToOwned::to_owned),
            package_dir: self.manifest_dir.map(ToOwned::to_owned),
            binary: binary.to_owned(),
            test: format!("{module}{separator}{}", self.name),
            function: Some(format!("{}::{}", self.module, self.name)),
            location: Location {
                file: in_package(self.file, self.manifest_dir),
                line: self.line,
            },
        }
    }
}

/// A `file!()` relative to its package. Cargo runs the compiler in the workspace's folder, so the file is relative to
/// some folder above the package's own.
pub(crate) fn in_package(file: &str, package_dir: Option<&str>) -> String {
    let Some(dir) = package_dir.map(Path::new) else {
        return file.to_owned();
    };
    let inside = dir.ancestors().find_map(|folder| {
        let whole = folder.join(file);
        (whole.starts_with(dir) && whole.is_file())
            .then(|| whole.strip_prefix(dir).ok().map(Path::to_path_buf))?
    });
    inside.map_or_else(|| file.to_owned(), |inside| inside.display().to_string())
}

#[cfg(all(test, not(leakcheck_loom)))]
mod tests {
    use super::*;

    fn meta(module: &'static str) -> TestMeta {
        TestMeta {
            package: Some("leakcheck"),
            manifest_dir: Some(env!("CARGO_MANIFEST_DIR")),
            module,
            name: "works",
            file: file!(),
            line: 7,
            should_panic: ShouldPanic::No,
        }
    }

    #[test]
    fn a_test_is_named_as_its_harness_names_it() {
        assert_eq!(meta("pool").subject().test, "works");
        let subject = meta("my_app::pool::tests").subject();
        assert_eq!(subject.test, "pool::tests::works");
        assert_eq!(subject.binary, "my_app");
        assert_eq!(
            subject.function.as_deref(),
            Some("my_app::pool::tests::works")
        );
    }

    #[test]
    fn files_are_relative_to_the_package() {
        assert_eq!(meta("pool").subject().location.file, "src/entry.rs");
        assert_eq!(in_package("no/such.rs", Some("/nowhere")), "no/such.rs");
    }
}
