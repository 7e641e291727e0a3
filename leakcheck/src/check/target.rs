//! Whom a check is about, worked out only where a report needs it.

use std::{
    panic::Location,
    thread::{self, Thread},
};

use crate::{
    base::{
        model::{self, Subject},
        test_meta::{BinarySite, TestMeta},
    },
    observe::package::{self, binary, in_package},
};

/// Whom a check is about.
#[derive(Clone, Debug)]
pub(crate) enum CheckTarget {
    /// A test with an attribute.
    Test(&'static TestMeta),
    /// Whatever runs on this thread, called from this place.
    Caller(Thread, &'static Location<'static>),
    /// The whole process, or a test without an attribute in it.
    Process(&'static BinarySite, Option<String>),
}

impl CheckTarget {
    /// The caller of a function that looks without an attribute.
    pub(crate) fn caller(place: &'static Location<'static>) -> Self {
        Self::Caller(thread::current(), place)
    }

    /// The folder of the test's package, which files are shown relative to.
    pub(crate) fn package_dir(&self) -> Option<String> {
        match self {
            Self::Test(meta) => meta.manifest_dir.map(ToOwned::to_owned),
            Self::Process(place, _) => place.manifest_dir.map(ToOwned::to_owned),
            Self::Caller(..) => std::env::var("CARGO_MANIFEST_DIR").ok(),
        }
    }

    /// Makes the package known whose tests these are.
    pub(crate) fn tell(&self) {
        match self {
            Self::Test(meta) => {
                package::set_under_test(meta.module, meta.package, meta.manifest_dir, meta.file);
            }
            Self::Process(place, _) => {
                package::set_under_test(
                    place.module,
                    place.package,
                    place.manifest_dir,
                    place.file,
                );
            }
            Self::Caller(..) => {}
        }
    }

    /// Name and place for a report.
    pub(crate) fn subject(&self) -> Subject {
        match self {
            Self::Test(meta) => of_test(meta, self.package_dir()),
            Self::Process(place, test) => of_process(place, test.as_deref(), self.package_dir()),
            Self::Caller(thread, place) => of_caller(thread, place, self.package_dir()),
        }
    }
}

fn of_test(meta: &TestMeta, package_dir: Option<String>) -> Subject {
    let (binary, module) = meta.module.split_once("::").unwrap_or((meta.module, ""));
    let separator = if module.is_empty() { "" } else { "::" };
    Subject {
        package: meta.package.map(ToOwned::to_owned),
        binary: binary.to_owned(),
        test: format!("{module}{separator}{}", meta.function()),
        function: Some(format!("{}::{}", meta.module, meta.function())),
        location: model::Location {
            file: in_package(meta.file, package_dir.as_deref()),
            from_root: meta.file.to_owned(),
            line: meta.line,
        },
        package_dir,
    }
}

fn of_process(place: &BinarySite, test: Option<&str>, package_dir: Option<String>) -> Subject {
    let (binary, _) = place.module.split_once("::").unwrap_or((place.module, ""));
    Subject {
        package: place.package.map(ToOwned::to_owned),
        binary: binary.to_owned(),
        test: test.unwrap_or("the whole process").to_owned(),
        function: test.map(|test| format!("{binary}::{test}")),
        location: model::Location {
            file: in_package(place.file, package_dir.as_deref()),
            from_root: place.file.to_owned(),
            line: place.line,
        },
        package_dir,
    }
}

/// Without an attribute the harness's thread has the test's name, and cargo's variables tell the package.
fn of_caller(thread: &Thread, place: &Location<'_>, package_dir: Option<String>) -> Subject {
    Subject {
        package: std::env::var("CARGO_PKG_NAME").ok(),
        binary: binary(),
        test: thread.name().unwrap_or("unnamed").to_owned(),
        function: None,
        location: model::Location {
            file: in_package(place.file(), package_dir.as_deref()),
            from_root: place.file().to_owned(),
            line: place.line(),
        },
        package_dir,
    }
}

#[cfg(all(test, not(leakcheck_loom)))]
mod tests {
    use super::*;
    use crate::base::test_meta::ShouldPanic;

    fn meta(module: &'static str) -> TestMeta {
        TestMeta {
            package: Some("leakcheck"),
            manifest_dir: Some(env!("CARGO_MANIFEST_DIR")),
            module,
            name: "works",
            inside: || "",
            file: file!(),
            line: 7,
            should_panic: ShouldPanic::No,
        }
    }

    fn of(meta: TestMeta) -> Subject {
        of_test(&meta, meta.manifest_dir.map(ToOwned::to_owned))
    }

    #[test]
    fn a_test_is_named_as_its_harness_names_it() {
        assert_eq!(of(meta("pool")).test, "works");
        let subject = of(meta("my_app::pool::tests"));
        assert_eq!(subject.test, "pool::tests::works");
        assert_eq!(subject.binary, "my_app");
        assert_eq!(
            subject.function.as_deref(),
            Some("my_app::pool::tests::works")
        );
    }

    #[test]
    fn what_another_attribute_makes_of_it_has_the_name_that_it_is_given() {
        for (inside, expected) in [
            (
                (|| "pool::works_twice::{{closure}}::here") as fn() -> &'static str,
                "works_twice",
            ),
            (|| "pool::works::here", "works"),
            // In a constant, in another module, in none.
            (|| "pool::_::here", "works"),
            (|| "pool::{{constant}}::here", "works"),
            (|| "pools::other::here", "works"),
            (|| "", "works"),
        ] {
            let meta = TestMeta {
                inside,
                ..meta("pool")
            };
            assert_eq!(meta.function(), expected, "{}", inside());
        }
        let raw = TestMeta {
            name: "r#type",
            inside: || "pool::type::here",
            ..meta("pool")
        };
        assert_eq!(raw.function(), "r#type");
    }
}
