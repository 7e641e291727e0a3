//! Reading tasks and statics out of the debug info, in programs of which nothing is optimised.
//!
//! The programs are packages of their own, in `reading/`, so that no profile of this workspace applies to them.

use std::path::Path;

use leakcheck_bench::{Program, Scale, Section, median};
use serde_json::Value;

/// What a program says of itself in one round.
#[derive(Clone, Copy)]
struct Figures {
    first_us: u64,
    /// The slower of the second and the last.
    later_us: u64,
    first_statics_us: u64,
    later_statics_us: u64,
    tasks: u64,
    memory_kib: u64,
    program_bytes: u64,
}

pub(crate) fn row(scale: Scale) -> Result<Vec<Section>, String> {
    if cfg!(tokio_unstable) {
        // It is the same on both legs.
        return Ok(Vec::new());
    }
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("reading");
    let build = |package, name| {
        Program::build_as_tests(&folder.join(package), name, &folder.join("target"))
    };
    let programs = [
        build("small", "small")?,
        build("big", "big")?,
        build("small", "many")?,
    ];
    let mut rounds: [Vec<Figures>; 3] = Default::default();
    for _ in 0..scale.rounds(11) {
        for (program, rounds) in programs.iter().zip(&mut rounds) {
            rounds.push(Figures::parse(&program.say::<&str>(&[])?)?);
        }
    }
    let [small, big, many] = rounds.map(|rounds| Figures::medians(&rounds));
    let names = [small, big].map(|program| {
        let size = program.program_bytes >> 20;
        format!("{} tasks, a program of {size} MiB", program.tasks)
    });
    let both = |title: &str, of: fn(&Figures) -> u64, targets: [&str; 2]| {
        let programs = [&small, &big].into_iter().zip(&names).zip(targets);
        programs.fold(Section::new(title), |section, ((program, name), target)| {
            section
                .fact(name, milliseconds(of(program)))
                .remark(name, target)
        })
    };
    let read = "read, at the first report";
    let memory = "more memory, at the peak";
    Ok(vec![
        both(
            "first report: tasks and who could wake them, from a cold start",
            |program| program.first_us,
            [
                "target 100 ms",
                "target 200 ms; axum, reqwest, sqlx, tower-http",
            ],
        ),
        both(
            "later reports",
            |program| program.later_us,
            ["target 20 ms", "target 20 ms"],
        ),
        both(
            "statics, where tasks do not tell who has the other end: more of the first report",
            |program| program.first_statics_us,
            ["target 100 ms", "target 100 ms"],
        ),
        both(
            "more of later reports",
            |program| program.later_statics_us,
            ["target 20 ms", "target 20 ms"],
        ),
        Section::new(format!("{} tasks of two shapes", many.tasks))
            .fact(read, milliseconds(many.first_us))
            .remark(read, "target 1.5 s")
            .fact(memory, format!("{} MiB", many.memory_kib >> 10))
            .remark(memory, "target 64 MiB"),
    ])
}

impl Figures {
    /// Makes sure that all tasks were read.
    fn parse(text: &str) -> Result<Self, String> {
        let said: Value =
            serde_json::from_str(text).map_err(|error| format!("{error} in {text:?}"))?;
        let number = |name: &str| {
            let number = said[name].as_u64();
            number.ok_or_else(|| format!("expected {name}, found {text:?}"))
        };
        let (tasks, framed) = (number("tasks")?, number("framed")?);
        if framed < tasks {
            return Err(format!("only {framed} of {tasks} tasks could be read"));
        }
        Ok(Self {
            first_us: number("first_us")?,
            later_us: number("second_us")?.max(number("last_us")?),
            first_statics_us: number("first_statics_us")?,
            later_statics_us: number("later_statics_us")?,
            tasks,
            memory_kib: number("memory_kib")?,
            program_bytes: number("program_bytes")?,
        })
    }

    fn medians(rounds: &[Self]) -> Self {
        let median = |of: fn(&Self) -> u64| median(rounds.iter().map(of).collect());
        Self {
            first_us: median(|round| round.first_us),
            later_us: median(|round| round.later_us),
            first_statics_us: median(|round| round.first_statics_us),
            later_statics_us: median(|round| round.later_statics_us),
            tasks: median(|round| round.tasks),
            memory_kib: median(|round| round.memory_kib),
            program_bytes: median(|round| round.program_bytes),
        }
    }
}

fn milliseconds(us: u64) -> String {
    match us {
        ..100_000 => format!("{}.{} ms", us / 1000, us % 1000 / 100),
        _ => format!("{} ms", us / 1000),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_round_counts_if_all_tasks_were_read() {
        let said = |framed| {
            format!(
                r#"{{"first_us":9,"second_us":2,"last_us":3,"first_statics_us":4,"later_statics_us":1,"tasks":5,"framed":{framed},"memory_kib":7,"program_bytes":8}}"#
            )
        };
        let figures = Figures::parse(&said(5)).map(|figures| (figures.first_us, figures.later_us));
        assert_eq!(figures, Ok((9, 3)));
        let why = Figures::parse(&said(4)).err();
        assert_eq!(why.as_deref(), Some("only 4 of 5 tasks could be read"));
    }
}
