//! A poll of a task that was there before.

use std::io::{self, Write as _};

use leakcheck::Options;
use leakcheck_bench::{Entrant, Flavor, Scale, Section, medians, poll_often};

use crate::checked;

/// Polls in a round.
const POLLS: usize = 20_000;

pub(crate) fn row(scale: Scale) -> Result<Vec<Section>, String> {
    let rounds = scale.rounds(50);
    let compare = |flavor: Flavor| {
        let entrants = vec![
            Entrant::new("plain tokio", || {
                let runtime = flavor
                    .builder()
                    .build()
                    .map_err(|error| error.to_string())?;
                Ok(runtime.block_on(poll_often(POLLS)))
            }),
            Entrant::new("leakcheck", || {
                Ok(checked::run(flavor, Options::new, poll_often(POLLS)))
            }),
        ];
        let title = format!("{} polls of one task, {}", rounds * POLLS, flavor.name());
        Ok(Section::new(title).ratios(&medians(rounds, entrants)?))
    };
    Flavor::ALL.into_iter().map(compare).collect()
}

/// What the child does: polls of a task of a checked test.
pub(crate) fn child(count: &str) -> io::Result<()> {
    let polls = count.parse().map_err(io::Error::other)?;
    let time = checked::run(Flavor::CurrentThread, Options::new, poll_often(polls));
    writeln!(io::stdout(), "{time}")
}
