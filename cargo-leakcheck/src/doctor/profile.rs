//! How a package was built, as cargo says of what it has built.

use cargo_metadata::{Artifact, ArtifactDebuginfo};

/// How much debug info there is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum DebugInfo {
    None,
    Lines,
    Limited,
    Full,
}

/// How a package was built.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Profile {
    pub(super) debug_info: DebugInfo,
    pub(super) optimisation: String,
}

/// What was built of the planted leaks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Build {
    /// Of the tests.
    pub(super) tests: Profile,
    pub(super) tokio: Profile,
    /// Whether the manifest takes debug info out again.
    pub(super) strips: bool,
}

impl Profile {
    pub(super) fn of(artifact: &Artifact) -> Self {
        Self {
            debug_info: match artifact.profile.debuginfo {
                ArtifactDebuginfo::None => DebugInfo::None,
                ArtifactDebuginfo::LineDirectivesOnly | ArtifactDebuginfo::LineTablesOnly => {
                    DebugInfo::Lines
                }
                ArtifactDebuginfo::Limited => DebugInfo::Limited,
                // What a later cargo may add is not less.
                _ => DebugInfo::Full,
            },
            optimisation: artifact.profile.opt_level.clone(),
        }
    }

    pub(super) fn is_optimised(&self) -> bool {
        self.optimisation != "0"
    }
}

impl std::fmt::Display for DebugInfo {
    /// As a manifest has it.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::None => "false",
            Self::Lines => "\"line-tables-only\"",
            Self::Limited => "1",
            Self::Full => "true",
        })
    }
}
