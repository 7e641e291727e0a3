//! Where looking fails, a leak is found all the same, or the check says that it could not look; it never passes in silence.
//!
//! Every kind of thing is left behind under every failure, each in a process of its own. The table of what happens is
//! compared with the committed one; `UPDATE_GOLDEN=1` writes it anew. Beside each row stands the twin that leaves nothing.

mod cell;
mod failure;
mod subject;

use std::{
    fmt::Write as _,
    fs,
    path::PathBuf,
    sync::atomic::{AtomicUsize, Ordering},
    thread,
};

use self::{
    cell::Outcome,
    failure::Failure,
    subject::{KINDS, NOTHING},
};

/// Processes at once.
const AT_ONCE: usize = 2;

#[test]
fn every_kind_under_every_failure() {
    let failures: Vec<Failure> = Failure::all().filter(Failure::can_happen_here).collect();
    let columns: Vec<&str> = KINDS.iter().copied().chain([NOTHING]).collect();
    let cells: Vec<(&Failure, &str)> = failures
        .iter()
        .flat_map(|failure| columns.iter().map(move |kind| (failure, *kind)))
        .collect();
    let outcomes = run_all(&cells);
    let mut silent = String::new();
    let mut table = format!(
        "| | {} |\n|{}\n",
        columns.join(" | "),
        "---|".repeat(columns.len() + 1)
    );
    for (failure, row) in failures.iter().zip(outcomes.chunks(columns.len())) {
        let _ = write!(table, "| {failure} |");
        for (kind, (outcome, text)) in columns.iter().zip(row) {
            let _ = write!(table, " {outcome} |");
            if !outcome.is_right(*kind == NOTHING) {
                let _ = writeln!(silent, "{failure}, {kind}: {outcome}\n{text}\n");
            }
        }
        table.push('\n');
    }
    let golden = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("golden/silence.md");
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        fs::write(&golden, &table).expect("the golden file can be written");
    }
    assert!(silent.is_empty(), "{silent}\n{table}");
    let expected = fs::read_to_string(&golden).expect("there is a golden file");
    let row = |failure: &Failure| {
        let start = format!("| {failure} |");
        expected
            .lines()
            .find(|line| line.starts_with(&start))
            .map(ToOwned::to_owned)
    };
    // What cannot happen here is compared elsewhere.
    for (failure, line) in failures.iter().zip(table.lines().skip(2)) {
        let row = row(failure).expect("each failure has a row");
        assert!(row == line || failure.may_differ(), "{row}\n\n{table}");
    }
    let all = Failure::all().count();
    assert_eq!(expected.lines().count(), all + 2, "a row for each failure");
}

/// What is required is tried: a program without names cannot tell whose a thing is.
#[test]
fn what_cannot_be_judged_is_not_provided() {
    // Of tasks tokio's hooks tell, whatever they are called.
    let tasks: &[&str] = if cfg!(tokio_unstable) {
        &[]
    } else {
        &["tasks"]
    };
    for required in [tasks, &["timers", "fds", "sites", "states"]].concat() {
        let (outcome, text) = cell::require(&Failure::Nameless, required);
        assert_eq!(outcome, Outcome::OtherFailure, "{text}");
        assert!(
            text.contains(&format!("failed to provide `{required}`")),
            "{text}"
        );
    }
    let all = "tasks,threads,timers,fds,processes,sites,states";
    let (outcome, text) = cell::require(&Failure::None, all);
    assert_eq!(outcome, Outcome::Passes, "{text}");
}

/// What happens in each, in their order, and what was printed.
fn run_all(cells: &[(&Failure, &str)]) -> Vec<(Outcome, String)> {
    let next = AtomicUsize::new(0);
    let mut outcomes: Vec<(usize, (Outcome, String))> = thread::scope(|scope| {
        let workers: Vec<_> = (0..AT_ONCE)
            .map(|_| {
                scope.spawn(|| {
                    let mut done = Vec::new();
                    loop {
                        let at = next.fetch_add(1, Ordering::Relaxed);
                        let Some((failure, kind)) = cells.get(at) else {
                            return done;
                        };
                        done.push((at, cell::run(failure, kind)));
                    }
                })
            })
            .collect();
        let joined = workers
            .into_iter()
            .map(|worker| worker.join().expect("it does not panic"));
        joined.flatten().collect()
    });
    outcomes.sort_by_key(|(at, _)| *at);
    outcomes.into_iter().map(|(_, outcome)| outcome).collect()
}
