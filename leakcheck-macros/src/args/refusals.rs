//! What cannot be asked for of a test or module, and why.

use super::Args;

impl Args {
    /// Refuses a test or a module that cannot be repeated, if it shall be.
    pub(crate) fn refuse_repeat(&self, why: &str) -> syn::Result<()> {
        match &self.repeat {
            Some((text, _)) => Err(syn::Error::new(text.span(), format!("`repeat`: {why}"))),
            None => Ok(()),
        }
    }

    /// Refuses a rate where there are no rounds in which it is measured.
    pub(crate) fn refuse_rate_alone(&self, why: &str) -> syn::Result<()> {
        match self.rate.first() {
            Some(kind) if self.repeat.is_none() => {
                Err(syn::Error::new(kind.span(), format!("`rate`: {why}")))
            }
            _ => Ok(()),
        }
    }

    /// Refuses a test that cannot be cancelled, if it shall be.
    pub(crate) fn refuse_cancel(&self, why: &str) -> syn::Result<()> {
        match (&self.cancel, &self.cancellable) {
            (Some((text, _)), _) => Err(syn::Error::new(text.span(), format!("`cancel`: {why}"))),
            (None, Some(key)) => Err(syn::Error::new(key.span(), format!("`cancellable`: {why}"))),
            (None, None) => Ok(()),
        }
    }

    /// Refuses a time limit for cancelled runs where there are none.
    pub(crate) fn refuse_limit_alone(&self) -> syn::Result<()> {
        match &self.durations {
            [.., Some((text, _))] if !self.may_be_cancelled() => Err(syn::Error::new(
                text.span(),
                "`cancel_within`: nothing is cancelled here: write `cancel = \"each\"` or `cancellable` as well",
            )),
            _ => Ok(()),
        }
    }
}
