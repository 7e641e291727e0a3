//! Allocates through `leakcheck::Heap`, outside or inside of a checked test.

#[expect(dead_code, reason = "the rows of async tests need more of it")]
mod checked;

use std::{
    alloc::System,
    env,
    io::{self, Write as _},
};

use leakcheck_bench::allocate;

#[global_allocator]
static HEAP: leakcheck::Heap<System> = leakcheck::Heap::new(System);

fn main() -> io::Result<()> {
    let [_, place, kind, count] = &env::args().collect::<Vec<_>>()[..] else {
        return Err(io::Error::other(
            "expected `outside` or `inside`, a kind of work and a number",
        ));
    };
    let count = count.parse().map_err(io::Error::other)?;
    let time = if place == "inside" {
        checked::call(|| allocate(kind, count))
    } else {
        allocate(kind, count)
    };
    writeln!(io::stdout(), "{time}")
}
