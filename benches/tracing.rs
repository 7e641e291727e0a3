//! Spawns or polls tasks of a checked test with leakcheck's feature `tracing`, which listens to what tokio tells of timers.

#[expect(dead_code, reason = "the rows of plain tests need more of it")]
mod checked;

use std::{
    env,
    io::{self, Write as _},
};

use leakcheck::Options;
use leakcheck_bench::{Flavor, Spawns, poll_often, spawn_join};

fn main() -> io::Result<()> {
    let [_, work, count] = &env::args().collect::<Vec<_>>()[..] else {
        return Err(io::Error::other(
            "expected `spawns` or `polls`, and a number",
        ));
    };
    let count = count.parse().map_err(io::Error::other)?;
    let time = if work == "polls" {
        checked::run(Flavor::CurrentThread, Options::new, poll_often(count))
    } else {
        let spawns = Spawns {
            tasks: count,
            yields: 0,
            nesting: 8,
        };
        checked::run(Flavor::CurrentThread, Options::new, spawn_join(spawns))
    };
    writeln!(io::stdout(), "{time}")
}
