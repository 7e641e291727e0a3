//! Of 16 tests that open and close descriptors of the same numbers at once, exactly the one that leaks fails.

use std::{
    fs::File, mem::forget, net::TcpListener, os::unix::net::UnixStream, sync::Barrier, thread,
};

use leakcheck::leak_checked;
use leakcheck_tests::run;

use crate::source::ARE_SEEN;

const TESTS: usize = 16;
const FILE: &str = "/proc/self/status";
static ALL_RUN: Barrier = Barrier::new(TESTS);
static ALL_DONE: Barrier = Barrier::new(TESTS);

/// Opens and closes what others open and close at the same time.
fn come_and_go() {
    ALL_RUN.wait();
    let mut before = File::open(FILE).unwrap();
    for _ in 0..100 {
        let _ends = UnixStream::pair().unwrap();
        before = before.try_clone().unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        thread::scope(|scope| {
            scope.spawn(|| drop(File::open(FILE).unwrap()));
        });
        drop(listener);
    }
    ALL_DONE.wait();
}

#[leak_checked]
#[test]
#[ignore = "needs 16 threads of the harness"]
fn leaks() {
    come_and_go();
    forget(File::open(FILE).unwrap());
}

macro_rules! siblings {
    ($($name:ident)*) => {
        $(
            #[leak_checked]
            #[test]
            #[ignore = "needs 16 threads of the harness"]
            fn $name() {
                come_and_go();
            }
        )*
    };
}

siblings! { a0 a1 a2 a3 a4 b0 b1 b2 b3 b4 c0 c1 c2 c3 c4 }

#[test]
fn exactly_one_fails() {
    let run = run(["--ignored", "--test-threads=16", "numbers::"], &[]);
    let expected = if ARE_SEEN { 101 } else { 0 };
    assert_eq!(run.output.status.code(), Some(expected), "{}", run.text());
    assert_eq!(run.reports.len(), TESTS, "{}", run.text());
    for report in &run.reports {
        let leaks: Vec<_> = report
            .leaks
            .iter()
            .map(|leak| (&*leak.kind, leak.count))
            .collect();
        let expected: &[_] = match &*report.test {
            "numbers::leaks" if ARE_SEEN => &[("fd", 1)],
            _ => &[],
        };
        assert_eq!(leaks, expected, "{report:?}");
    }
}
