//! What a function is a part of: std, the C library, a package, or what is under test.

use crate::base::model::CodeOwner;

/// Packages whose frames start things for others: they are never where the user has to look.
const INTERNAL: [&str; 7] = ["tokio", "mio", "socket2", "rustix", "nix", "backtrace", OWN];
/// The crates of the standard library.
pub(super) const STD: [&str; 5] = ["std", "core", "alloc", "proc_macro", "test"];
/// This package.
pub(super) const OWN: &str = env!("CARGO_PKG_NAME");

/// What a function is a part of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Part {
    /// The standard library, or the harness that comes with it.
    Std,
    /// The C library.
    System,
    /// A package that others have written, by its name.
    Package(Box<str>),
    /// Code of the program that no debug info describes and that is no Rust.
    Native,
    /// What is under test: its package, or one that is built beside it.
    Project,
}

impl Part {
    pub(super) fn owner(&self) -> CodeOwner {
        match self {
            Self::Package(name) if !INTERNAL.contains(&&**name) => CodeOwner::Dependency,
            Self::Std | Self::System | Self::Native | Self::Package(_) => CodeOwner::Internal,
            Self::Project => CodeOwner::User,
        }
    }

    /// Whether it is the crate of this name that everybody means by it.
    pub(super) fn is_crate(&self, name: &str) -> bool {
        match self {
            Self::Std => STD.contains(&name),
            Self::Package(package) => {
                let dashed = |c: char| if c == '-' { '_' } else { c };
                package.chars().map(dashed).eq(name.chars())
            }
            Self::System | Self::Native | Self::Project => false,
        }
    }

    /// Whether it is this crate.
    pub(super) fn is_own(&self) -> bool {
        self.is_crate(OWN)
    }
}
