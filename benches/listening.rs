//! What leakcheck's feature `tracing` costs those who have it on, where nothing makes a timer.

use leakcheck_bench::{Entrant, Program, Scale, Section, medians};

/// Operations of a round.
const COUNT: usize = 100_000;

const WITH: &str = "with it";

pub(crate) fn row(scale: Scale) -> Result<Vec<Section>, String> {
    if !cfg!(tokio_unstable) {
        // Without it the feature does nothing.
        return Ok(Vec::new());
    }
    let [with, without] = [
        Program::build("bench-tracing", "tracing")?,
        Program::this()?,
    ];
    let count = COUNT.to_string();
    let compare = |title: &str, work: &str, here: &[&str], target: &str| {
        let here = [&["child"], here, &[&count]].concat();
        let entrants = vec![
            Entrant::new("leakcheck without its feature `tracing`", || {
                without.run(&here)
            }),
            Entrant::new(WITH, || with.run(&[work, &count])),
        ];
        let medians = medians(scale.rounds(100), entrants)?;
        Ok::<_, String>(Section::new(title).ratios(&medians).remark(WITH, target))
    };
    Ok(vec![
        compare(
            "spawn + join of a task of a checked test, current_thread",
            "spawns",
            &["spawns", "checked"],
            "target 2x",
        )?,
        compare(
            "a poll of a task of a checked test, current_thread",
            "polls",
            &["polls"],
            "target 1.15x",
        )?,
    ])
}
