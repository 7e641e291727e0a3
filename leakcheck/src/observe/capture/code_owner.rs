//! Whose code a function is: by the file that it stands in, and by the name of its crate only where it has none.
//!
//! Anybody may call a crate or a function as they like. What is under test is never taken for anything else.

use std::path::{Component, Path};

use super::{
    function::krate,
    landmarks::{self, below},
    part::{OWN, Part, STD},
};
use crate::{observe::package, sys::object::Object};

/// The folder of this package.
const OWN_FOLDER: &str = env!("CARGO_MANIFEST_DIR");

/// What a function is a part of that lies in this object.
pub(super) fn of(function: &str, path: Option<&Path>, object: Object) -> Part {
    match path {
        _ if is_of_compiler(function) => Part::Std,
        // With tokio's feature `tracing` a closure of its pool runs in this.
        _ if function.starts_with("<tracing::instrument::Instrumented<") => {
            Part::Package("tokio".into())
        }
        Some(path) => of_file(path, object),
        None => of_name(function, object),
    }
}

/// Whether the compiler has made it, to call the program's allocator: its file is that of the allocator.
fn is_of_compiler(function: &str) -> bool {
    let is_plain = |function: &str| {
        ["__rust_", "__rg_", "__rdl_"]
            .iter()
            .any(|start| function.starts_with(start))
    };
    krate(function) == "__rustc" || is_plain(function)
}

fn of_file(path: &Path, object: Object) -> Part {
    if is_under_test(path) {
        Part::Project
    } else if is_std(path) {
        Part::Std
    } else if is_own(path) {
        Part::Package(OWN.into())
    } else if landmarks::get().is_tokio(path) {
        Part::Package("tokio".into())
    } else if let Some(package) = package(path) {
        Part::Package(name(package).into())
    } else if object == Object::CLibrary {
        Part::System
    } else {
        Part::Project
    }
}

/// Without debug info the name is all that there is.
fn of_name(function: &str, object: Object) -> Part {
    let krate = krate(function);
    if !function.contains("::") {
        match object {
            Object::CLibrary => Part::System,
            Object::Program | Object::Other => Part::Native,
        }
    } else if package::under_test().has_crate(krate) {
        Part::Project
    } else if STD.contains(&krate) {
        Part::Std
    } else {
        Part::Package(krate.into())
    }
}

/// Whether the file belongs to the package whose tests run. What lies in its folder may be a package of its own.
fn is_under_test(path: &Path) -> bool {
    let folder = package::under_test().folder.as_deref();
    // This crate's own tests are about its own code.
    let folder = folder.filter(|folder| *folder != Path::new(OWN_FOLDER));
    let inside = folder.and_then(|folder| Some((folder, path.strip_prefix(folder).ok()?)));
    inside.is_some_and(|(folder, inside)| match root(path) {
        Some(root) => root == folder,
        // Nothing can be looked at any more.
        None => package(inside).is_none() && !inside.starts_with("vendor"),
    })
}

/// The folder of the package that a file belongs to, as far as the file system can be asked.
fn root(path: &Path) -> Option<&Path> {
    let mut folders = path.ancestors().skip(1);
    folders.find(|folder| folder.join("Cargo.toml").is_file())
}

/// Whether the file is one of this crate: some of its functions bear names of the C library.
fn is_own(path: &Path) -> bool {
    path.starts_with(concat!(env!("CARGO_MANIFEST_DIR"), "/src")) || landmarks::get().is_own(path)
}

/// Whether the file is one of the standard library: its debug info names the compiler's own build folder, or the sources
/// that come with the compiler.
fn is_std(path: &Path) -> bool {
    let parts = parts(path);
    let is_commit =
        |part: &&str| part.len() >= 7 && part.bytes().all(|byte| byte.is_ascii_hexdigit());
    let is_built = match parts.as_slice() {
        ["rustc", commit, ..] => path.is_absolute() && is_commit(commit),
        ["rust", "deps", ..] => path.is_absolute(),
        _ => false,
    };
    let is_installed = || {
        parts
            .windows(5)
            .any(|parts| parts == ["lib", "rustlib", "src", "rust", "library"])
    };
    is_built || is_installed() || landmarks::get().is_std(path)
}

/// `axum-0.8.3/src/serve/mod.rs` for a file of a dependency.
pub(crate) fn in_package(path: &Path) -> Option<String> {
    if is_under_test(path) {
        return None;
    }
    let package = package(path)?;
    let parts: Vec<_> = path
        .components()
        .skip_while(|part| part.as_os_str() != package)
        .map(|part| part.as_os_str().to_string_lossy())
        .collect();
    Some(parts.join("/"))
}

/// The folder of the dependency that the file belongs to, if it is one's.
///
/// Cargo unpacks registries to `registry/src/<index>/<name>-<version>` and git to
/// `git/checkouts/<name>-<hash>/<commit>`; `cargo vendor` leaves a checksum file in each crate's folder. Where paths are
/// remapped, all of a registry are beside tokio.
pub(super) fn package(path: &Path) -> Option<&str> {
    let parts = parts(path);
    let after = |marker: [&str; 2], skip: usize| {
        parts
            .windows(2)
            .position(|pair| pair == marker)
            .and_then(|at| parts.get(at + skip).copied())
    };
    let is_hashed = |folder: &&str| {
        let hash = folder.rsplit_once('-').map(|(_, hash)| hash);
        hash.is_some_and(|hash| {
            hash.len() >= 8 && hash.bytes().all(|byte| byte.is_ascii_hexdigit())
        })
    };
    after(["registry", "src"], 3)
        .filter(|folder| is_versioned(folder))
        .or_else(|| after(["git", "checkouts"], 2).filter(is_hashed))
        .or_else(|| {
            let registry = landmarks::get().registry()?;
            let folder = below(path, registry)?;
            is_versioned(folder).then_some(folder)
        })
        .or_else(|| {
            path.ancestors()
                .skip(1)
                .find(|folder| folder.join(".cargo-checksum.json").is_file())
                .and_then(|folder| folder.file_name()?.to_str())
        })
}

fn parts(path: &Path) -> Vec<&str> {
    path.components()
        .filter_map(|part| match part {
            Component::Normal(part) => part.to_str(),
            _ => None,
        })
        .collect()
}

fn is_versioned(folder: &str) -> bool {
    name(folder).len() < folder.len()
}

/// The name in `<name>-<version>` or `<name>-<hash>`; all of it where there is neither.
pub(super) fn name(folder: &str) -> &str {
    let is_end = |at: &usize| {
        let rest = &folder[at + 1..];
        let mut numbers = rest.splitn(3, '.');
        let is_number = |part: Option<&str>| {
            part.is_some_and(|part| {
                !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit())
            })
        };
        let is_version = is_number(numbers.next())
            && is_number(numbers.next())
            && numbers
                .next()
                .is_some_and(|patch| patch.starts_with(|c: char| c.is_ascii_digit()));
        let is_hash = rest.len() >= 8 && rest.bytes().all(|byte| byte.is_ascii_hexdigit());
        is_version || is_hash
    };
    let mut dashes = folder.match_indices('-').map(|(at, _)| at);
    dashes.find(is_end).map_or(folder, |at| &folder[..at])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::model::CodeOwner;

    const REGISTRY: &str = "/h/.cargo/registry/src/index.example-1/";

    fn owner(function: &str, file: &str) -> CodeOwner {
        of(function, Some(Path::new(file)), Object::Program).owner()
    }

    #[test]
    fn a_file_tells_whose_it_is() {
        for (function, file, expected) in [
            ("my::f", "/home/me/my/src/lib.rs", CodeOwner::User),
            (
                "my::f",
                "/rustc/59807616e1/library/core/src/ops/function.rs",
                CodeOwner::Internal,
            ),
            (
                "my::f",
                "/h/.rustup/toolchains/t/lib/rustlib/src/rust/library/std/src/sync/once.rs",
                CodeOwner::Internal,
            ),
            (
                "axum::serve",
                &format!("{REGISTRY}axum-0.8.3/src/serve/mod.rs"),
                CodeOwner::Dependency,
            ),
            (
                "f",
                &format!("{REGISTRY}tokio-1.54.1/src/lib.rs"),
                CodeOwner::Internal,
            ),
            (
                "f",
                &format!("{REGISTRY}tokio-util-0.7.1/src/lib.rs"),
                CodeOwner::Dependency,
            ),
            (
                "f",
                "/h/.cargo/git/checkouts/nix-0123456789abcdef/0123456/src/lib.rs",
                CodeOwner::Internal,
            ),
        ] {
            assert_eq!(owner(function, file), expected, "{function} {file}");
        }
    }

    #[test]
    fn a_bare_name_does_not() {
        for (function, file) in [
            ("core::f", "/home/me/my/tests/core.rs"),
            ("test::f", "/home/me/my/tests/test.rs"),
            ("leakcheck::f", "/home/me/leakcheck/src/lib.rs"),
            ("<tokio::T as x::Y>::m", "/home/me/my/src/lib.rs"),
            ("my::f", "/home/me/rustlib/my/src/lib.rs"),
            ("my::f", "/rustc/projects/my/src/lib.rs"),
            ("my::f", "/home/registry/src/me/my/src/lib.rs"),
            ("my::f", "/srv/git/checkouts/my/main/src/lib.rs"),
            // As with `--remap-path-prefix`, in another working directory.
            ("my::f", "src/no/such.rs"),
        ] {
            assert_eq!(owner(function, file), CodeOwner::User, "{function} {file}");
        }
    }

    #[test]
    fn without_a_file_the_name_is_all_there_is() {
        let of = |function, object| of(function, None, object);
        assert_eq!(of("start_thread", Object::CLibrary), Part::System);
        assert_eq!(of("getgreeting", Object::Program), Part::Native);
        assert_eq!(of("core::f", Object::Program), Part::Std);
        assert_eq!(of("dep::f", Object::Program).owner(), CodeOwner::Dependency);
    }

    #[test]
    fn a_crate_goes_by_its_package() {
        let file = format!("{REGISTRY}futures-timer-3.0.3/src/lib.rs");
        let part = |file: &str| of("futures_timer::f", Some(Path::new(file)), Object::Program);
        assert!(part(&file).is_crate("futures_timer"));
        assert!(!part("/home/me/my/tests/futures_timer.rs").is_crate("futures_timer"));
        assert!(part(concat!(env!("CARGO_MANIFEST_DIR"), "/src/lib.rs")).is_own());
    }

    #[test]
    fn versions_and_hashes_are_no_part_of_a_name() {
        for (folder, expected) in [
            ("tokio-1.54.1", "tokio"),
            ("tokio-util-0.7.1-beta.2", "tokio-util"),
            ("md-5-0.10.6", "md-5"),
            ("axum-0123456789abcdef", "axum"),
            ("axum", "axum"),
        ] {
            assert_eq!(name(folder), expected);
        }
    }

    #[test]
    fn dependencies_are_shown_with_their_version() {
        let path = format!("{REGISTRY}axum-0.8.3/src/serve/mod.rs");
        assert_eq!(
            in_package(Path::new(&path)).as_deref(),
            Some("axum-0.8.3/src/serve/mod.rs")
        );
        assert_eq!(in_package(Path::new("/home/me/my/src/lib.rs")), None);
    }
}
