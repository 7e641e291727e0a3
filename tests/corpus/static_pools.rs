//! A descriptor that a static has is told with the static and the way inside.

use std::{
    mem::forget,
    net::UdpSocket,
    sync::{Arc, LazyLock, Mutex},
};

use leakcheck::leak_checked;
use leakcheck_tests::Report;

use crate::{
    expected::{section, verify},
    finding::{HAS_STACKS, IS_EXACT},
    source::ARE_SEEN,
};

/// As pools are made that serve a whole program.
#[derive(Default)]
struct Pool {
    idle: Mutex<Vec<(u32, UdpSocket)>>,
}

static POOL: LazyLock<Arc<Pool>> = LazyLock::new(Arc::default);
static DRAINED: LazyLock<Arc<Pool>> = LazyLock::new(Arc::default);

#[leak_checked]
#[test]
#[ignore = "leaks on purpose"]
fn pool_keeps_a_socket() {
    // leak: fd "UDP socket"
    // why: open-descriptor
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    POOL.idle.lock().unwrap().push((7, socket));
}

#[leak_checked]
#[test]
fn pool_is_drained() {
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    DRAINED.idle.lock().unwrap().push((7, socket));
    DRAINED.idle.lock().unwrap().clear();
}

/// Nobody has it, and no static is blamed.
#[leak_checked]
#[test]
#[ignore = "leaks on purpose"]
fn socket_is_forgotten_beside_a_pool() {
    drop(DRAINED.idle.lock());
    // leak: fd "UDP socket"
    // why: open-descriptor
    forget(UdpSocket::bind("127.0.0.1:0").unwrap());
}

/// Who has the only descriptor of a test: the kind, the name, and the ways inside.
fn keepers<'r>(
    reports: &[&'r Report],
    test: &str,
) -> Vec<(&'r str, Option<&'r str>, &'r [String])> {
    let test = format!("static_pools::{test}");
    let report = reports.iter().find(|report| report.test == test);
    let [leak] = &report.expect("it has run").leaks[..] else {
        panic!("one is left: {report:?}")
    };
    let all = leak.held.iter().flat_map(|held| &held.by);
    all.map(|by| (&*by.kind, by.name.as_deref(), &by.locals[..]))
        .collect()
}

#[test]
fn every_report_is_exact() {
    let reports = verify("static_pools", include_str!("static_pools.rs"));
    if !ARE_SEEN || !IS_EXACT || !HAS_STACKS {
        return;
    }
    let way = [".idle[0].1".to_owned()];
    assert_eq!(
        keepers(&reports, "pool_keeps_a_socket"),
        [("static", Some("POOL"), &way[..])]
    );
    assert_eq!(keepers(&reports, "socket_is_forgotten_beside_a_pool"), []);
    let shown = section("static_pools::pool_keeps_a_socket");
    let line = "it is held by static `POOL.idle[0].1`, at tests/corpus/static_pools.rs:";
    assert!(
        shown.contains(line) && shown.contains("help: empty the static"),
        "{shown}"
    );
}
