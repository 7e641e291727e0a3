//! The package whose tests this process runs, and its files.

use std::{
    path::{Path, PathBuf},
    sync::OnceLock,
};

/// The package whose tests this process runs.
#[derive(Clone, Debug)]
pub(crate) struct UnderTest {
    pub(crate) folder: Option<PathBuf>,
    /// A `file!()` of it, and the folder of its workspace, in which the compiler ran.
    file: Option<&'static str>,
    root: OnceLock<Option<PathBuf>>,
    /// The crate of the tests, and the package's library.
    crates: [String; 2],
}

impl UnderTest {
    fn new(
        module: &str,
        package: Option<&str>,
        folder: Option<&str>,
        file: Option<&'static str>,
    ) -> Self {
        let (krate, _) = module.split_once("::").unwrap_or((module, ""));
        Self {
            folder: folder.map(PathBuf::from),
            file,
            root: OnceLock::new(),
            crates: [krate, package.unwrap_or(krate)].map(|name| name.replace('-', "_")),
        }
    }

    /// The folder of its workspace. Clean tests do not look for it.
    pub(crate) fn root(&self) -> Option<&Path> {
        let find = || root(self.file?, self.folder.as_deref()?);
        self.root.get_or_init(find).as_deref()
    }

    pub(crate) fn has_crate(&self, name: &str) -> bool {
        !name.is_empty() && self.crates.iter().any(|own| own == name)
    }
}

/// What the first check with an attribute said; all of a process are of one package.
static KNOWN: OnceLock<UnderTest> = OnceLock::new();

/// Makes the package known whose tests these are: its module path, name and folder, and a `file!()` of it, as an attribute has
/// them.
pub(crate) fn set_under_test(
    module: &str,
    package: Option<&str>,
    folder: Option<&str>,
    file: &'static str,
) {
    KNOWN.get_or_init(|| UnderTest::new(module, package, folder, Some(file)));
}

/// The package whose tests this process runs, as an attribute says, or else as far as cargo and the binary's name do.
pub(crate) fn under_test() -> &'static UnderTest {
    static GUESSED: OnceLock<UnderTest> = OnceLock::new();
    KNOWN.get().unwrap_or_else(|| {
        GUESSED.get_or_init(|| {
            let [package, folder] =
                ["CARGO_PKG_NAME", "CARGO_MANIFEST_DIR"].map(|name| std::env::var(name).ok());
            UnderTest::new(&binary(), package.as_deref(), folder.as_deref(), None)
        })
    })
}

/// The name of the test binary.
pub(crate) fn binary() -> String {
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
    let inside = root(file, dir).and_then(|root| {
        let whole = root.join(file);
        whole.strip_prefix(dir).ok().map(Path::to_path_buf)
    });
    inside.map_or_else(|| file.to_owned(), |inside| inside.display().to_string())
}

/// The folder that a `file!()` of the package in `dir` is relative to.
fn root(file: &str, dir: &Path) -> Option<PathBuf> {
    let is_root = |folder: &&Path| {
        let whole = folder.join(file);
        whole.starts_with(dir) && whole.is_file()
    };
    dir.ancestors().find(is_root).map(Path::to_path_buf)
}

#[cfg(all(test, not(leakcheck_loom)))]
mod tests {
    use super::*;

    #[test]
    fn files_are_relative_to_the_package() {
        let in_this = |file| in_package(file, Some(env!("CARGO_MANIFEST_DIR")));
        assert_eq!(in_this(file!()), "src/observe/package.rs");
        assert_eq!(in_package("no/such.rs", Some("/nowhere")), "no/such.rs");
    }
}
