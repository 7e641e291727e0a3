//! Whether anything is read in this program, found out by whoever asks first.

use std::sync::OnceLock;

use super::{
    dwarf::{Image, is_described},
    introspector::Introspector,
    memory::refusal,
    self_check,
    tokio::TokioTypes,
};
use crate::Error;

static INTROSPECTOR: OnceLock<Result<Introspector, Error>> = OnceLock::new();

/// What is known of this program, if that is believed.
pub(super) fn introspector() -> Result<&'static Introspector, Error> {
    // What is then not found is there all the same.
    if let Some(refusal) = refusal() {
        return Err(Error::new(refusal));
    }
    let found = INTROSPECTOR.get_or_init(|| {
        let image = Image::open()?;
        let tokio = TokioTypes::find(image)?;
        let introspector = Introspector { image, tokio };
        self_check::verify(&introspector)?;
        introspector.image.give_back();
        Ok(introspector)
    });
    found.as_ref().map_err(Clone::clone)
}

/// Whether tasks can be read in this program at all.
///
/// # Errors
///
/// Where they cannot, with what to change.
pub fn available() -> Result<(), Error> {
    introspector().map(|_| ())
}

/// The same as far as it is known without reading any debug info: nothing speaks against it.
///
/// # Errors
///
/// Where something does, with what to change.
pub fn promised() -> Result<(), Error> {
    if INTROSPECTOR.get().is_none() && refusal().is_none() && is_described() {
        return Ok(());
    }
    available()
}
