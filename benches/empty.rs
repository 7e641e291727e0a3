//! A test that does nothing: what the attribute adds to `#[tokio::test]`.

use std::{future::ready, pin::pin};

use leakcheck::Options;
use leakcheck_bench::{Entrant, Flavor, Scale, Section, medians, per_call};

use crate::checked;

/// Tests in a round.
const TESTS: usize = 50;

pub(crate) fn row(scale: Scale) -> Result<Vec<Section>, String> {
    let compare = |flavor: Flavor| {
        let entrants = vec![
            Entrant::new("#[tokio::test]", || Ok(per_call(TESTS, || plain(flavor)))),
            Entrant::new("#[leak_checked] #[tokio::test]", || {
                let test = || checked::run(flavor, Options::new, ready(()));
                Ok(per_call(TESTS, test))
            }),
        ];
        let medians = medians(scale.rounds(50), entrants)?;
        let section = Section::new(format!("an empty async test, {}", flavor.name()));
        Ok(match flavor {
            Flavor::CurrentThread => section
                .ratios(&medians)
                .remark("#[leak_checked] #[tokio::test]", "target 1.15x"),
            Flavor::MultiThread => section.ratios(&medians).remark(
                "#[tokio::test]",
                "its threads are recorded all the same: one process",
            ),
        })
    };
    Flavor::ALL.into_iter().map(compare).collect()
}

/// What `#[tokio::test]` generates.
fn plain(flavor: Flavor) {
    let mut body = pin!(async {});
    let body: std::pin::Pin<&mut dyn Future<Output = ()>> = body.as_mut();
    let runtime = flavor.builder().build();
    runtime.expect("a runtime can be built").block_on(body);
}
