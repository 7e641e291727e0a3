//! Spawn and join: identity and exact creation stack of every task, next to hooks that unwind each time.

use std::{
    future::ready,
    io::{self, Write as _},
};

use leakcheck::Options;
use leakcheck_bench::{
    Entrant, Flavor, Program, Scale, Section, Spawns, medians, plain_spawn_join, spawn_join,
};
use tokio::runtime::Builder;

use crate::{attribution, checked, threads};

const OURS: &str = "leakcheck";
const UNCHECKED: &str = "leakcheck, no check";
#[cfg(tokio_unstable)]
const UNWIND: &str = "hooks, locked map, full unwind";

/// Boxed futures around the spawns: as deep as the stacks of a real service.
const NESTING: usize = 8;
/// Tasks in a round.
const TASKS: usize = 10_000;

pub(crate) fn row(scale: Scale) -> Result<Vec<Section>, String> {
    // In a process of tests other runtimes have come and gone, and their workers have ended without a start.
    for _ in 0..32 {
        checked::run(Flavor::MultiThread, Options::new, ready(()));
    }
    let mut sections = Vec::new();
    for flavor in Flavor::ALL {
        for yields in [0, 1] {
            sections.push(compare(scale, flavor, yields)?);
        }
    }
    if cfg!(tokio_unstable) {
        sections.push(console(scale)?);
    } else {
        sections.push(linked(scale)?);
    }
    Ok(sections)
}

/// What it costs to be linked with the library, where no check was ever made and inside of one.
fn linked(scale: Scale) -> Result<Section, String> {
    let [without, with] = threads::programs()?;
    let count = (10 * TASKS).to_string();
    let entrants = vec![
        Entrant::new("a program without leakcheck", || {
            without.run(&["spawns", &count])
        }),
        Entrant::new(UNCHECKED, || {
            with.run(&["child", "spawns", "unchecked", &count])
        }),
        Entrant::new(OURS, || with.run(&["child", "spawns", "checked", &count])),
    ];
    let medians = medians(scale.rounds(150), entrants)?;
    let title = "the same on current_thread, in child processes that take turns";
    let section = Section::new(title).ratios(&medians);
    Ok(section
        .remark(UNCHECKED, "target 1.02x")
        .remark(OURS, "target 1.25x"))
}

/// What the child does: the work, or the work inside a checked test.
pub(crate) fn child(mode: &str, count: &str) -> io::Result<()> {
    let tasks = count.parse().map_err(io::Error::other)?;
    let time = match mode {
        "unchecked" => plain_spawn_join(tasks),
        _ => checked::run(
            Flavor::CurrentThread,
            Options::new,
            spawn_join(Spawns {
                tasks,
                yields: 0,
                nesting: NESTING,
            }),
        ),
    };
    writeln!(io::stdout(), "{time}")
}

fn compare(scale: Scale, flavor: Flavor, yields: usize) -> Result<Section, String> {
    let rounds = scale.rounds(100);
    let spawns = Spawns {
        tasks: TASKS,
        yields,
        nesting: NESTING,
    };
    let entrants = vec![
        Entrant::new("plain tokio", || Ok(hooked(flavor, spawns, |_| ()))),
        Entrant::new(OURS, || {
            Ok(checked::run(flavor, Options::new, spawn_join(spawns)))
        }),
        #[cfg(tokio_unstable)]
        Entrant::new("hooks that do nothing", || {
            Ok(hooked(flavor, spawns, crate::peers::idle))
        }),
        #[cfg(tokio_unstable)]
        Entrant::new("hooks, locked map, no stack", || {
            Ok(hooked(flavor, spawns, crate::peers::ids))
        }),
        #[cfg(tokio_unstable)]
        Entrant::new(UNWIND, || {
            let few = Spawns {
                tasks: TASKS / 10,
                ..spawns
            };
            Ok(hooked(flavor, few, crate::peers::unwinding))
        }),
    ];
    let medians = medians(rounds, entrants)?;
    let attributed = attribution::check(flavor, TASKS, NESTING)?;
    let title = format!(
        "spawn + join of {} tasks in batches of 100, {}, {yields} yields per task",
        rounds * TASKS,
        flavor.name(),
    );
    Ok(Section::new(title)
        .ratios(&medians)
        .remark(OURS, &format!("target 1.35x; {attributed}")))
}

/// What console-subscriber records, on a tokio of its own that is built with the `tracing` feature.
fn console(scale: Scale) -> Result<Section, String> {
    let title = "the same with tokio's `tracing` feature, current_thread, 1 yield per task";
    if scale == Scale::Quick {
        return Ok(Section::new(title).fact("console-subscriber", "left out with --quick".into()));
    }
    let program = Program::build("bench-console", "console")?;
    let run = |mode: &str| {
        let numbers = [TASKS.to_string(), NESTING.to_string()];
        program.run(&[mode, &numbers[0], &numbers[1]])
    };
    let entrants = vec![
        Entrant::new("no subscriber", || run("off")),
        Entrant::new("console-subscriber", || run("on")),
    ];
    Ok(Section::new(title).ratios(&medians(scale.rounds(20), entrants)?))
}

fn hooked(flavor: Flavor, spawns: Spawns, hook: impl FnOnce(&mut Builder)) -> f64 {
    let mut builder = flavor.builder();
    hook(&mut builder);
    let runtime = builder.build().expect("a runtime can be built");
    runtime.block_on(spawn_join(spawns))
}
