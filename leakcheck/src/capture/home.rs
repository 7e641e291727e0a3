//! Whose code a source file is.

use std::path::{Component, Path};

use super::function::krate;
use crate::model::Home;

/// Crates whose frames start things for others: they are never where the user has to look.
const MACHINERY: [&str; 11] = [
    "std",
    "core",
    "alloc",
    "test",
    "tokio",
    "mio",
    "socket2",
    "rustix",
    "nix",
    "backtrace",
    "leakcheck",
];

/// Whose code a function is, by its file, and by its name where it has none.
pub(super) fn of(function: &str, path: Option<&Path>) -> Home {
    if MACHINERY.contains(&krate(function)) || path.is_some_and(is_own) {
        return Home::Machinery;
    }
    let Some(path) = path else {
        // Without debug info a C library's start-up code is all that is left of a stack's end.
        return if function.contains("::") {
            Home::Dependency
        } else {
            Home::Machinery
        };
    };
    match package(path) {
        Some(package) if is_machinery(package) => Home::Machinery,
        Some(_) => Home::Dependency,
        None if is_std(path) || !path.is_absolute() && !path.exists() => Home::Machinery,
        None => Home::User,
    }
}

/// Whether the file is one of this crate: some of its functions bear names of the C library.
pub(super) fn is_own(path: &Path) -> bool {
    path.starts_with(concat!(env!("CARGO_MANIFEST_DIR"), "/src"))
}

/// `axum-0.8.3/src/serve/mod.rs` for a file of a dependency.
pub(crate) fn in_package(path: &Path) -> Option<String> {
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
/// `git/checkouts/<name>-<hash>/<commit>`; `cargo vendor` leaves a checksum file in each crate's folder.
fn package(path: &Path) -> Option<&str> {
    let parts: Vec<&str> = path
        .components()
        .filter_map(|part| match part {
            Component::Normal(part) => part.to_str(),
            _ => None,
        })
        .collect();
    let after = |marker: [&str; 2], skip: usize| {
        parts
            .windows(2)
            .position(|pair| pair == marker)
            .and_then(|at| parts.get(at + skip).copied())
    };
    after(["registry", "src"], 3)
        .or_else(|| after(["git", "checkouts"], 2))
        .or_else(|| {
            path.ancestors()
                .skip(1)
                .find(|folder| folder.join(".cargo-checksum.json").is_file())
                .and_then(|folder| folder.file_name()?.to_str())
        })
}

fn is_machinery(package: &str) -> bool {
    MACHINERY.iter().any(|name| {
        package
            .strip_prefix(name)
            .and_then(|rest| rest.strip_prefix('-'))
            .is_some_and(|version| version.starts_with(|c: char| c.is_ascii_digit()))
    })
}

/// Whether the file is one of the standard library: its debug info names the compiler's own build folder.
fn is_std(path: &Path) -> bool {
    path.starts_with("/rustc") || path.components().any(|part| part.as_os_str() == "rustlib")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn homes() {
        let registry = "/h/.cargo/registry/src/index.example-1/";
        for (function, file, expected) in [
            ("my::f", "/home/me/my/src/lib.rs", Home::User),
            (
                "my::f",
                "/rustc/abc/library/core/src/ops/function.rs",
                Home::Machinery,
            ),
            ("core::f", "/home/me/my/src/lib.rs", Home::Machinery),
            (
                "axum::serve",
                &format!("{registry}axum-0.8.3/src/serve/mod.rs"),
                Home::Dependency,
            ),
            (
                "f",
                &format!("{registry}tokio-1.54.1/src/lib.rs"),
                Home::Machinery,
            ),
            (
                "f",
                &format!("{registry}tokio-util-0.7.1/src/lib.rs"),
                Home::Dependency,
            ),
            (
                "<tokio::T as x::Y>::m",
                "/home/me/my/src/lib.rs",
                Home::Machinery,
            ),
            ("leakcheck_user::f", "/home/me/my/src/lib.rs", Home::User),
        ] {
            assert_eq!(
                of(function, Some(Path::new(file))),
                expected,
                "{function} {file}"
            );
        }
        assert_eq!(of("start_thread", None), Home::Machinery);
        assert_eq!(of("dep::f", None), Home::Dependency);
    }

    #[test]
    fn dependencies_are_shown_with_their_version() {
        let path = Path::new("/h/.cargo/registry/src/index.example-1/axum-0.8.3/src/serve/mod.rs");
        assert_eq!(
            in_package(path).as_deref(),
            Some("axum-0.8.3/src/serve/mod.rs")
        );
        assert_eq!(in_package(Path::new("/home/me/my/src/lib.rs")), None);
    }
}
