//! Memory: pairs of allocations and frees through `leakcheck::Heap`, outside and inside of a checked test, beside the plain allocator.

use leakcheck_bench::{Entrant, Program, Scale, Section, medians};

/// Pairs of a round.
const COUNT: usize = 200_000;

const OUTSIDE: &str = "leakcheck::Heap, outside of any check";
const INSIDE: &str = "leakcheck::Heap, in a checked test, each with its exact stack";

pub(crate) fn row(scale: Scale) -> Result<Vec<Section>, String> {
    let without = Program::build("bench-without", "")?;
    let with = Program::build("bench-heap", "heap")?;
    let count = COUNT.to_string();
    let section = |title: &str, kind: &str| {
        let entrants = vec![
            Entrant::new("the system's allocator, without leakcheck", || {
                without.run(&["heap", kind, &count])
            }),
            Entrant::new(OUTSIDE, || with.run(&["outside", kind, &count])),
            Entrant::new(INSIDE, || with.run(&["inside", kind, &count])),
        ];
        let medians = medians(scale.rounds(100), entrants)?;
        let section = Section::new(title).ratios(&medians);
        Ok::<_, String>(section.remark(INSIDE, "target 1.5x"))
    };
    Ok(vec![
        section("allocate + free 64 bytes, one after the other", "pairs")?,
        section(
            "allocate + free a vector that grows to 1000 words",
            "vectors",
        )?,
    ])
}
