//! What a rule accepted things for: where they were made, or where they wait.

use super::Frame;

/// The functions for which one rule accepted something, each once.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Accepted {
    pub(crate) sites: Vec<AcceptedSite>,
    /// How many things were of functions beyond the [most](Self::MOST).
    pub(crate) unlisted: usize,
}

/// One of the functions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct AcceptedSite {
    /// What a narrower rule would go by: a key of `leakcheck.toml`.
    pub(crate) by: &'static str,
    pub(crate) frame: Frame,
    pub(crate) count: usize,
}

impl Accepted {
    /// Functions that are listed.
    pub(crate) const MOST: usize = 16;

    /// Adds so many things of one function.
    pub(crate) fn add(&mut self, by: &'static str, frame: &Frame, count: usize) {
        let is_same =
            |site: &&mut AcceptedSite| site.by == by && site.frame.function == frame.function;
        if let Some(site) = self.sites.iter_mut().find(is_same) {
            site.count += count;
        } else if self.sites.len() < Self::MOST {
            let frame = frame.clone();
            self.sites.push(AcceptedSite { by, frame, count });
        } else {
            self.unlisted += count;
        }
    }
}
