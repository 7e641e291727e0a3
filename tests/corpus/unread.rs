//! Whatever the twins of leaks have made and ended, none of them makes the checker read debug info.

use std::io::Write as _;

use leakcheck_tests::{Run, run};

use crate::expected::clean;

/// Of all tests the harness runs it last.
const LAST: &str = "unread::zz_says_whether_anything_was_read";

/// What is read for, of the rows that are clean.
const READ: [(&str, &str); 13] = [
    (
        "cancelled::panic_is_seen_at_the_end",
        "whether anybody learns of a panic",
    ),
    (
        "closures::ends_after_its_runtime",
        "what there is, while it lingers on purpose",
    ),
    (
        "closures::ends_with_its_runtime",
        "whether anybody learns of a panic",
    ),
    (
        "fds::statics_are_made_on_first_use",
        "whether a thread-local has it, which names alone tell",
    ),
    (
        "harness::older_task_moves_on",
        "what was there before a checkpoint",
    ),
    (
        "harness::younger_task_is_new",
        "what was there before a checkpoint, and a leak",
    ),
    (
        "local::",
        "where a set that was given to be watched has its tasks",
    ),
    (
        "rates::a_task_that_makes_channels",
        "what more memory was asked for than the rate allows tasks",
    ),
    (
        "rates::a_task_that_takes_lines_from_a_channel",
        "what more memory was asked for than the rate allows tasks",
    ),
    (
        "rates::closures_on_a_pool",
        "what more memory was asked for than the rate allows tasks",
    ),
    (
        "rates::tasks_at_first",
        "what more memory was asked for than the rate allows tasks",
    ),
    (
        "timers::fires_while_the_check_waits",
        "what there is, while it lingers on purpose",
    ),
    (
        "timers::fires_while_the_check_waits_on_workers",
        "what there is, while it lingers on purpose",
    ),
];

/// Alone, as nextest runs them. Those that linger may be read for, which a slow machine makes of others now and then.
#[test]
fn by_any_clean_row() {
    const TRIES: usize = 20;
    // Where a kind cannot be seen, what leaks is clean, too.
    let leaky = run(["--list", "--ignored"], &[]).text();
    let mut rows = clean();
    rows.retain(|row| {
        let is_read = READ.iter().any(|(read, _)| {
            // A whole file, or one row.
            row == read || read.ends_with("::") && row.starts_with(read)
        });
        !is_read
            && !leaky
                .lines()
                .any(|line| line.strip_suffix(": test") == Some(row))
    });
    let chosen = [
        "--include-ignored",
        "--exact",
        "--test-threads=1",
        "--nocapture",
        LAST,
    ];
    let mut unread = 0;
    for row in rows {
        let run = |reports: &[_]| run(chosen.into_iter().chain([row]), reports);
        let mut is_clean = false;
        let is_unread = |run: Run| {
            is_clean |= run.report().verdict == "clean";
            is_clean && !run.report().read_debug_info
        };
        if !(0..TRIES).map(|_| run(&[])).any(is_unread) {
            assert!(!is_clean, "{row}");
            continue;
        }
        let unreported = || run(&[("LEAKCHECK_REPORT_DIR", "")]);
        let is_unread = |run: Run| run.text().contains("read: false");
        assert!((0..TRIES).map(|_| unreported()).any(is_unread), "{row}");
        unread += 1;
    }
    assert!(unread > 100, "{unread}");
}

#[test]
#[ignore = "run by a property"]
fn zz_says_whether_anything_was_read() {
    let read = leakcheck_introspect::has_read();
    let line = format!("read: {read}\n");
    let written = std::io::stdout().write_all(line.as_bytes());
    written.expect("standard output is open");
}
