//! Functions that make what serves the whole process: the first test that needs it pays for what they start, and what
//! that starts in turn is nobody's. A pattern means functions of the crate that everybody knows by the name, not of any that
//! is called so.

use std::{collections::HashSet, sync::LazyLock};

use crate::{
    observe::capture::{self, tokio_paths::ONCE_CELL},
    sys::creation_stack,
};

/// Why what a static starts is accepted.
pub(crate) const OF_A_STATIC: &str =
    "started for a static, which serves the whole process, while it was initialised or later on";

/// Of the functions below, the one that all initialisers of std pass.
pub(crate) const PASSED_BY_ALL: &str = "std::sys::sync::once::*";

/// Whether it is known without reading names that this path, parents excluded, leads through the initialiser of a static.
pub(crate) fn serves_a_static(path: u32) -> bool {
    static KNOWN: LazyLock<HashSet<usize>> =
        LazyLock::new(|| capture::initialisers().into_iter().collect());
    creation_stack::frames(path)
        .iter()
        .any(|address| KNOWN.contains(address))
}

/// Initialisers of statics.
pub(crate) const STATICS: [&str; 7] = [
    "std::sync::once_lock::OnceLock::*",
    "std::sync::lazy_lock::LazyLock::*",
    "std::sync::once::Once::*",
    "std::sync::poison::once::Once::call_once*",
    PASSED_BY_ALL,
    "once_cell::imp::*",
    ONCE_CELL,
];

/// Pools and drivers that well-known crates keep, and why. None means a function that runs the code of a test, as
/// `async_io::driver::block_on` does.
#[rustfmt::skip]
pub(crate) const WORKERS: [(&str, &str); 11] = [
    ("httpmock::api::server::*",
     "httpmock keeps its servers in a pool for the tests to come"),
    ("httptest::server_pool::*",
     "httptest keeps the servers of a pool for the tests to come"),
    ("wiremock::mock_server::pool::*",
     "wiremock keeps its servers in a pool for the tests to come"),
    ("mockito::server_pool::*",
     "mockito keeps its servers in a pool for the tests to come"),
    ("mockito::server::Server::try_new_with_opts*",
     "mockito never stops a server that was made with options or for a port"),
    ("metrics_exporter_prometheus::*::PrometheusBuilder::install",
     "metrics-exporter-prometheus serves the whole process and has no shutdown"),
    ("scheduled_thread_pool::*",
     "a pool of scheduled-thread-pool, as r2d2 has one, ends its threads up to 30 s after its last handle is gone"),
    ("rayon_core::registry::*global_registry*",
     "rayon's global pool has no shutdown"),
    ("futures_timer::*",
     "futures-timer keeps one global timer thread, which rstest's async timeouts use too"),
    ("async_io::driver::unparker*",
     "async-io drives all its sources with one global thread"),
    ("blocking::Executor::*",
     "a pool thread of the blocking crate ends after 500 ms without work"),
];
