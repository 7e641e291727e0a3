//! Whom a check is about, worked out only where a report needs it.

use std::{
    panic::Location,
    path::{Path, PathBuf},
    sync::OnceLock,
    thread::{self, Thread},
};

use crate::{
    entry::{Place, TestMeta},
    model::{self, Subject},
};

/// Whom a check is about.
#[derive(Clone, Debug)]
pub(crate) enum Whom {
    /// A test with an attribute.
    Test(&'static TestMeta),
    /// Whatever runs on this thread, called from this place.
    Caller(Thread, &'static Location<'static>),
    /// The whole process, or a test without an attribute in it.
    Process(&'static Place, Option<String>),
}

impl Whom {
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
            line: meta.line,
        },
        package_dir,
    }
}

fn of_process(place: &Place, test: Option<&str>, package_dir: Option<String>) -> Subject {
    let (binary, _) = place.module.split_once("::").unwrap_or((place.module, ""));
    Subject {
        package: place.package.map(ToOwned::to_owned),
        binary: binary.to_owned(),
        test: test.unwrap_or("the whole process").to_owned(),
        function: test.map(|test| format!("{binary}::{test}")),
        location: model::Location {
            file: in_package(place.file, package_dir.as_deref()),
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
            line: place.line(),
        },
        package_dir,
    }
}

/// The package whose tests this process runs.
#[derive(Clone, Debug)]
pub(crate) struct UnderTest {
    pub(crate) folder: Option<PathBuf>,
    /// The crate of the tests, and the package's library.
    crates: [String; 2],
}

impl UnderTest {
    fn new(module: &str, package: Option<&str>, folder: Option<&str>) -> Self {
        let (krate, _) = module.split_once("::").unwrap_or((module, ""));
        Self {
            folder: folder.map(PathBuf::from),
            crates: [krate, package.unwrap_or(krate)].map(|name| name.replace('-', "_")),
        }
    }

    pub(crate) fn has_crate(&self, name: &str) -> bool {
        !name.is_empty() && self.crates.iter().any(|own| own == name)
    }
}

/// Whom the first check with an attribute was about; all of a process are of one package.
static TOLD: OnceLock<Whom> = OnceLock::new();

impl Whom {
    /// Makes the package known whose tests these are.
    pub(crate) fn tell(&self) {
        if TOLD.get().is_none() && !matches!(self, Self::Caller(..)) {
            // Whoever was faster has told the same.
            let _ = TOLD.set(self.clone());
        }
    }
}

/// The package whose tests this process runs, as an attribute has told, or else as far as cargo and its name do.
pub(crate) fn under_test() -> &'static UnderTest {
    static KNOWN: OnceLock<UnderTest> = OnceLock::new();
    static GUESSED: OnceLock<UnderTest> = OnceLock::new();
    match TOLD.get() {
        Some(told) => KNOWN.get_or_init(|| match told {
            Whom::Test(meta) => UnderTest::new(meta.module, meta.package, meta.manifest_dir),
            Whom::Process(place, _) => {
                UnderTest::new(place.module, place.package, place.manifest_dir)
            }
            Whom::Caller(..) => UnderTest::new(&binary(), None, None),
        }),
        None => GUESSED.get_or_init(|| {
            let [package, folder] =
                ["CARGO_PKG_NAME", "CARGO_MANIFEST_DIR"].map(|name| std::env::var(name).ok());
            UnderTest::new(&binary(), package.as_deref(), folder.as_deref())
        }),
    }
}

/// The name of the test binary.
fn binary() -> String {
    let binary = std::env::current_exe()
        .ok()
        .and_then(|path| Some(path.file_stem()?.to_string_lossy().into_owned()))
        .unwrap_or_default();
    // Cargo adds a hash to the names of test binaries.
    match binary.rsplit_once('-') {
        Some((name, hash)) if hash.len() == 16 => name.to_owned(),
        _ => binary,
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
    use crate::entry::ShouldPanic;

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

    #[test]
    fn files_are_relative_to_the_package() {
        assert_eq!(of(meta("pool")).location.file, "src/subject.rs");
        assert_eq!(in_package("no/such.rs", Some("/nowhere")), "no/such.rs");
    }
}
