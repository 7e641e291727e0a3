//! Threads: the same work in this program, which defines `pthread_create`, and in one that is linked without it.

use std::{
    fs,
    io::{self, Write as _},
    path::Path,
};

use leakcheck_bench::{Entrant, Program, Scale, Section, medians, thread_spawn_join};

use crate::checked;

/// Threads in a round.
const THREADS: usize = 500;

pub(crate) fn row(scale: Scale) -> Result<Vec<Section>, String> {
    let [without, with] = programs()?;
    let count = THREADS.to_string();
    let entrants = vec![
        Entrant::new("a program without leakcheck", || {
            without.run(&["threads", &count])
        }),
        Entrant::new("leakcheck", || with.run(&["child", "threads", &count])),
    ];
    let medians = medians(scale.rounds(150), entrants)?;
    let title = "spawn + join of a thread, in child processes that take turns";
    Ok(vec![Section::new(title).ratios(&medians)])
}

/// A program that is linked without the library, and this one.
///
/// # Errors
///
/// Where they do not differ.
pub(crate) fn programs() -> Result<[Program; 2], String> {
    let without = Program::build("bench-without", "")?;
    let with = Program::this()?;
    if is_linked_with_leakcheck(without.path())? || !is_linked_with_leakcheck(with.path())? {
        return Err("the two programs do not differ in what they are linked with".to_owned());
    }
    Ok([without, with])
}

/// What the child does: the work inside a checked test.
pub(crate) fn child(count: &str) -> io::Result<()> {
    let count = count.parse().map_err(io::Error::other)?;
    let time = checked::call(|| thread_spawn_join(count));
    writeln!(io::stdout(), "{time}")
}

/// Looks for the library's symbols, which both schemes of mangling contain in this form.
fn is_linked_with_leakcheck(program: &Path) -> Result<bool, String> {
    const SYMBOL: &[u8] = b"9leakcheck3sys";
    let image = fs::read(program).map_err(|error| format!("{}: {error}", program.display()))?;
    Ok(image.windows(SYMBOL.len()).any(|bytes| bytes == SYMBOL))
}
