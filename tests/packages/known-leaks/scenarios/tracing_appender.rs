//! A writer ends its thread when its guard is dropped; a guard that is forgotten never ends it.

use std::{
    io::{Write, sink},
    mem,
};

use leakcheck::leak_checked;
use tracing_appender::non_blocking::NonBlocking;

#[leak_checked]
#[test]
fn a_dropped_guard_ends_the_writer() {
    let (mut writer, _guard) = tracing_appender::non_blocking(sink());
    writer.write_all(b"a line\n").expect("it is queued");
}

#[leak_checked]
#[test]
fn a_forgotten_guard_leaves_the_writer() {
    let (mut writer, guard): (NonBlocking, _) = tracing_appender::non_blocking(sink()); // LEAK
    writer.write_all(b"a line\n").expect("it is queued");
    mem::forget(guard);
}
