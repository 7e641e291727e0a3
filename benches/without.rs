//! Does the work of a row in a program that is not linked with `leakcheck`.

use std::io::{self, Write as _};

use leakcheck_bench::{Descriptor, allocate, open_close, plain_spawn_join, thread_spawn_join};

fn main() -> io::Result<()> {
    let mut arguments = std::env::args().skip(1);
    let work = arguments.next();
    let kind = match work.as_deref() {
        Some("fds" | "heap") => arguments.next(),
        _ => None,
    };
    let count = arguments.next().and_then(|count| count.parse().ok());
    let count = count.ok_or_else(|| io::Error::other("expected a kind of work and a number"))?;
    let time = match work.as_deref() {
        Some("threads") => thread_spawn_join(count),
        Some("spawns") => plain_spawn_join(count),
        Some("heap") => allocate(&kind.unwrap_or_default(), count),
        Some("fds") => {
            let kind = Descriptor::named(&kind.unwrap_or_default()).map_err(io::Error::other)?;
            open_close(kind, count)
        }
        _ => return Err(io::Error::other("expected threads, spawns, fds or heap")),
    };
    writeln!(io::stdout(), "{time}")
}
