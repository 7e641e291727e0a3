//! Where well-known code says that it stands: debug info may have been told to name other folders than there are.

use std::{
    path::{Component, Path, PathBuf},
    sync::OnceLock,
};

use super::debug_info;

/// Folders as debug info names them; none of those that it does not describe.
#[derive(Debug, Default)]
pub(super) struct Landmarks {
    /// The one that has the crates of the standard library.
    library: Option<PathBuf>,
    tokio: Option<PathBuf>,
    own: Option<PathBuf>,
}

/// Those of this program.
pub(super) fn get() -> &'static Landmarks {
    static FOUND: OnceLock<Landmarks> = OnceLock::new();
    static NONE: Landmarks = Landmarks {
        library: None,
        tokio: None,
        own: None,
    };
    if let Some(found) = FOUND.get() {
        return found;
    }
    // An interpreter has no code that could stand anywhere.
    if cfg!(miri) {
        return &NONE;
    }
    let std = std::thread::yield_now as fn() as usize;
    let tokio = tokio::task::try_id as fn() -> Option<tokio::task::Id> as usize;
    let found = Landmarks {
        library: package_of(std).and_then(|std| Some(std.parent()?.to_path_buf())),
        tokio: package_of(tokio),
        own: package_of(get as fn() -> &'static Landmarks as usize),
    };
    // Where nothing can be read now, it may be another time.
    if found.own.is_none() && found.tokio.is_none() {
        return &NONE;
    }
    FOUND.get_or_init(|| found)
}

fn package_of(function: usize) -> Option<PathBuf> {
    above_sources(&debug_info::file(function)?)
}

/// Part of a path that stands for where a package's sources are, up to the folder above `src`.
fn above_sources(path: &Path) -> Option<PathBuf> {
    let sources = path.ancestors().find(|folder| folder.ends_with("src"))?;
    sources.parent().map(Path::to_path_buf)
}

impl Landmarks {
    pub(super) fn is_std(&self, path: &Path) -> bool {
        let library = self.library.as_deref();
        library.is_some_and(|library| library.ends_with("library") && path.starts_with(library))
    }

    pub(super) fn is_tokio(&self, path: &Path) -> bool {
        let tokio = self.tokio.as_deref();
        tokio.is_some_and(|tokio| path.starts_with(tokio.join("src")))
    }

    pub(super) fn is_own(&self, path: &Path) -> bool {
        let own = self.own.as_deref();
        own.is_some_and(|own| path.starts_with(own.join("src")))
    }

    /// The folder in which cargo unpacks packages, where tokio is one of them.
    pub(super) fn registry(&self) -> Option<&Path> {
        let tokio = self.tokio.as_deref()?;
        let folder = tokio.file_name()?.to_str()?;
        folder.strip_prefix("tokio-")?;
        tokio.parent()
    }
}

/// The name of the folder in `folder` that leads to `path`.
pub(super) fn below<'p>(path: &'p Path, folder: &Path) -> Option<&'p str> {
    match path.strip_prefix(folder).ok()?.components().next()? {
        Component::Normal(name) => name.to_str(),
        _ => None,
    }
}

#[cfg(all(test, not(miri)))]
mod tests {
    use super::*;

    #[test]
    fn what_is_remapped_is_found() {
        let landmarks = Landmarks {
            library: Some("/x/library".into()),
            tokio: Some("/deps/tokio-1.54.1".into()),
            own: Some("leakcheck".into()),
        };
        assert!(landmarks.is_std(Path::new("/x/library/core/src/lib.rs")));
        assert!(landmarks.is_tokio(Path::new("/deps/tokio-1.54.1/src/lib.rs")));
        assert!(!landmarks.is_tokio(Path::new("/deps/tokio-1.54.10/src/lib.rs")));
        assert!(landmarks.is_own(Path::new("leakcheck/src/lib.rs")));
        let registry = landmarks.registry().expect("tokio is in one");
        let path = Path::new("/deps/axum-0.8.3/src/lib.rs");
        assert_eq!(below(path, registry), Some("axum-0.8.3"));
        let beside = Landmarks {
            tokio: Some("/home/me/tokio/tokio".into()),
            ..Landmarks::default()
        };
        assert_eq!(beside.registry(), None);
    }

    #[test]
    #[cfg_attr(
        any(miri, not(target_os = "linux")),
        ignore = "no debug info is read there"
    )]
    fn those_of_this_program_are_found() {
        let landmarks = get();
        assert!(landmarks.is_own(Path::new(concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/src/lib.rs"
        ))));
        assert!(landmarks.registry().is_some(), "{landmarks:?}");
        let std = landmarks.library.as_deref();
        assert!(std.is_some_and(|std| std.ends_with("library")), "{std:?}");
    }
}
