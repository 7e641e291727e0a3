//! Stands in where this crate was built without the feature that reads `leakcheck.toml`.

use super::{date::Date, file::File};
use crate::{base::error::Error, settings::options::Options};

/// Rules that are not read are not left out silently.
pub(super) fn read(file: &File, _: Date) -> Result<Options, Error> {
    Err(file.error(
        0,
        "leakcheck was built without its feature `config`, which reads this file; switch it on, or remove the file",
    ))
}
