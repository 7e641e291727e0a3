//! Spawns and joins tasks on a tokio with the `tracing` feature, with and without console-subscriber listening.

use std::{
    env,
    io::{self, Write as _},
    net::Ipv4Addr,
};

use console_subscriber::ConsoleLayer;
use leakcheck_bench::{Flavor, Spawns, spawn_join};

fn main() -> io::Result<()> {
    let [_, mode, tasks, nesting] = &env::args().collect::<Vec<_>>()[..] else {
        return Err(io::Error::other("expected `on` or `off`, tasks, nesting"));
    };
    let number = |text: &str| text.parse().map_err(io::Error::other);
    let spawns = Spawns {
        tasks: number(tasks)?,
        yields: 1,
        nesting: number(nesting)?,
    };
    if mode == "on" {
        ConsoleLayer::builder()
            .server_addr((Ipv4Addr::LOCALHOST, 0))
            .init();
    }
    let runtime = Flavor::CurrentThread.builder().build()?;
    // The first time warms up.
    runtime.block_on(spawn_join(spawns));
    let time = runtime.block_on(spawn_join(spawns));
    writeln!(io::stdout(), "{time}")
}
