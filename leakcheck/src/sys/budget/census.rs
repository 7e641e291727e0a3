//! Who made what is alive: a count for each path, in a place of fixed size.

/// Paths that are told apart.
pub(super) const SITES: usize = 16;

/// How much of a kind is alive, and by which paths it was made.
#[derive(Debug)]
pub(crate) struct Census {
    /// Numbers of what counts begin here.
    first: u64,
    /// And end before this.
    next: u64,
    pub(super) alive: usize,
    /// How many records were of what had ended untold.
    pub(super) gone: usize,
    /// Paths, with how many each has made.
    pub(super) sites: [(u32, u32); SITES],
}

impl Census {
    pub(super) const fn new(first: u64, next: u64) -> Self {
        Self {
            first,
            next,
            alive: 0,
            gone: 0,
            sites: [(0, 0); SITES],
        }
    }

    /// What has this number is alive, and this path made it.
    pub(crate) fn add(&mut self, number: u64, origin: u32) {
        // What is newer than the look may be in the place of what was seen before.
        if number < self.first || number >= self.next {
            return;
        }
        self.alive += 1;
        let place = |(path, count): &&mut (u32, u32)| *count == 0 || *path == origin;
        if let Some(site) = self.sites.iter_mut().find(place) {
            *site = (origin, site.1.saturating_add(1));
        }
    }

    /// What was recorded is not there any more.
    #[allow(dead_code, reason = "where nothing is interposed nothing is recorded")]
    pub(crate) fn miss(&mut self) {
        self.gone += 1;
    }
}
