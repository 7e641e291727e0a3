//! Descriptors: a checked test that opens and closes sockets, and single calls outside and inside of a check.

use std::{
    hint::black_box,
    io::{self, Write as _},
};

use leakcheck_bench::{Descriptor, Entrant, Scale, Section, medians, open_close, per_call};

use crate::{checked, threads};

/// Sockets of a test, and tests of a round.
const SOCKETS: usize = 100;
const SOCKETS_OF_TEST: f64 = 100.0;
const TESTS: usize = 20;
/// Calls of a round.
const CALLS: usize = 2000;

const CHECKED: &str = "checked tests";
const OUTSIDE: &str = "leakcheck, outside of a check";
const INSIDE: &str = "leakcheck, inside of one";

pub(crate) fn row(scale: Scale) -> Result<Vec<Section>, String> {
    let [without, with] = threads::programs()?;
    let (sockets, calls) = ((SOCKETS * TESTS).to_string(), CALLS.to_string());
    let entrants = vec![
        Entrant::new("a program without leakcheck", || {
            without.run(&["fds", Descriptor::Listener.name(), &sockets])
        }),
        Entrant::new(CHECKED, || {
            with.run(&[
                "child",
                "fds",
                "tests",
                Descriptor::Listener.name(),
                &sockets,
            ])
        }),
    ];
    let title =
        format!("a test that opens and closes {SOCKETS} sockets, its check included, per socket");
    let medians_of_test = medians(scale.rounds(150), entrants)?;
    let of_test = Section::new(title).ratios(&medians_of_test);
    let mut sections = vec![of_test.remark(CHECKED, "target 1.15x")];
    for kind in Descriptor::ALL {
        let entrants = vec![
            Entrant::new("a program without leakcheck", || {
                without.run(&["fds", kind.name(), &calls])
            }),
            Entrant::new(OUTSIDE, || {
                with.run(&["child", "fds", "outside", kind.name(), &calls])
            }),
            Entrant::new(INSIDE, || {
                with.run(&["child", "fds", "inside", kind.name(), &calls])
            }),
        ];
        let title = format!(
            "open + close of a {}, in child processes that take turns",
            kind.name()
        );
        let section = Section::new(title).ratios(&medians(scale.rounds(60), entrants)?);
        sections.push(
            section
                .remark(OUTSIDE, "target 1.05x")
                .remark(INSIDE, "target 2x"),
        );
    }
    Ok(sections)
}

/// What the child does: the work outside or inside of a checked test.
pub(crate) fn child(place: &str, kind: &str, count: &str) -> io::Result<()> {
    let kind = Descriptor::named(kind).map_err(io::Error::other)?;
    let count = count.parse().map_err(io::Error::other)?;
    let work = || open_close(kind, count);
    let time = match place {
        "inside" => checked::call(work),
        // The check itself is part of it.
        "tests" => {
            let test = || checked::call(|| open_close(kind, SOCKETS));
            // The first test of a process finds out where stacks end, and unwinds what is recognised later.
            test();
            per_call(count / SOCKETS, || {
                black_box(test());
            }) / SOCKETS_OF_TEST
        }
        _ => work(),
    };
    writeln!(io::stdout(), "{time}")
}
