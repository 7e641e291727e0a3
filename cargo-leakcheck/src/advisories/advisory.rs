//! The advisories, as their data file has them.

use std::sync::LazyLock;

use semver::{Version, VersionReq};
use serde::Deserialize;

/// The data file, which has a version of its own.
const FILE: &str = include_str!("../../advisories.toml");

/// The version of the form of the data file.
const FORMAT: u32 = 1;

/// What a crate leaves behind, in which of its releases.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq)]
#[serde(deny_unknown_fields)]
pub(crate) struct Advisory {
    #[serde(rename = "crate")]
    pub(crate) krate: String,
    pub(crate) versions: VersionReq,
    /// Of what it leaves.
    pub(crate) kind: String,
    /// The function that makes it, or a module around that.
    pub(crate) site: String,
    /// The first release that does not.
    pub(crate) fixed_in: Option<Version>,
    /// When it leaves what, as a sentence.
    pub(crate) leak: String,
    /// What to do about it.
    pub(crate) help: String,
    /// The folder of the package that proves it.
    pub(crate) reproduction: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    format: u32,
    #[serde(rename = "advisory")]
    advisories: Vec<Advisory>,
}

/// All advisories, in the order of their crates.
fn all() -> &'static [Advisory] {
    static ALL: LazyLock<Vec<Advisory>> =
        LazyLock::new(|| read(FILE).expect("the file is a part of this program, and tested"));
    &ALL
}

fn read(text: &str) -> Result<Vec<Advisory>, String> {
    let file: File = toml::from_str(text).map_err(|error| error.to_string())?;
    if file.format != FORMAT {
        return Err(format!("format {} is not {FORMAT}", file.format));
    }
    Ok(file.advisories)
}

/// The advisories on a release.
pub(crate) fn on<'n>(
    krate: &'n str,
    version: &'n Version,
) -> impl Iterator<Item = &'static Advisory> + use<'n> {
    let is_meant =
        move |advisory: &&Advisory| advisory.krate == krate && advisory.versions.matches(version);
    all().iter().filter(is_meant)
}

#[cfg(test)]
mod tests;
