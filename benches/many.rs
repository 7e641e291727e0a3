//! Thousands of checked tests in one process: what stays in memory of each.

use std::{
    future::ready,
    io::{self, Write as _},
    net::UdpSocket,
};

use leakcheck::Options;
use leakcheck_bench::{Flavor, Scale, Section, peak_memory, run_myself, thread_spawn_join};

use crate::checked;

/// Tests before the first look, after which nothing is made for the first time.
const FIRST: u64 = 2000;
const TESTS: u64 = 20_000;

pub(crate) fn row(_scale: Scale) -> Result<Vec<Section>, String> {
    let output = run_myself(&["child", "many"], &[])?;
    let text = String::from_utf8_lossy(&output.stdout);
    let words: Vec<u64> = text.split_whitespace().flat_map(str::parse).collect();
    let [before, after] = words[..] else {
        return Err(format!("expected two numbers, found {text:?}"));
    };
    let title = format!("{TESTS} checked tests, each with a task, a thread and a socket");
    let more = after.saturating_sub(before);
    let of_each = format!("{} bytes", more * 1024 / (TESTS - FIRST));
    Ok(vec![
        Section::new(title)
            .fact("peak memory", format!("{} MiB", after >> 10))
            .fact("more than after the first 2000, for each", of_each),
    ])
}

/// What the child does: the tests, half of them async.
pub(crate) fn child() -> io::Result<()> {
    let mut before = 0;
    for test in 0..TESTS / 2 {
        if test == FIRST / 2 {
            before = peak_memory().map_err(io::Error::other)?;
        }
        let body = async {
            let _socket = UdpSocket::bind("127.0.0.1:0");
            thread_spawn_join(1);
            tokio::spawn(ready(())).await
        };
        let ended = checked::run(Flavor::CurrentThread, Options::new, body);
        ended.map_err(io::Error::other)?;
        checked::call(|| {
            let _socket = UdpSocket::bind("127.0.0.1:0");
            thread_spawn_join(1);
        });
    }
    let after = peak_memory().map_err(io::Error::other)?;
    writeln!(io::stdout(), "{before} {after}")
}
