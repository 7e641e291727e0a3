//! Starts and joins threads in a program that is not linked with `leakcheck`.

use std::io::{self, Write as _};

use leakcheck_bench::thread_spawn_join;

fn main() -> io::Result<()> {
    let count = std::env::args().nth(1).and_then(|count| count.parse().ok());
    let count = count.ok_or_else(|| io::Error::other("expected a number of threads"))?;
    writeln!(io::stdout(), "{}", thread_spawn_join(count))
}
