//! Workers that well-known crates keep for the life of the process, or that need longer than a test waits to find out
//! that they are not needed any more.

use std::sync::LazyLock;

use super::Ignore;
use crate::{
    base::model::{Accepted, Ignored, Kind},
    observe::{
        capture::tokio_paths::{BUILD, SPAWNER},
        sources::process_lifetime::{OF_A_STATIC, PASSED_BY_ALL, STATICS, WORKERS},
    },
};

/// Why what a pool starts is accepted. What such a thread starts in turn is not meant.
const OF_A_POOL: &str = "a pool thread of a tokio runtime ends with that runtime, or after 10 s without work; what it runs is reported as a blocking task";

/// The same for tasks. Few tasks can be meant to outlive a test: its runtime ends with it.
const SPAWNED_BY: [(&str, &str); 2] = [
    (
        "bb8::inner::PoolInner*::new",
        "the reaper of a bb8 pool looks every 30 s whether the pool is still there",
    ),
    (
        "lapin::heartbeat::Heartbeat::start",
        "the heartbeat of lapin finds out within half its interval that the connection was closed",
    ),
];

/// The rules, in the order in which they are tried.
pub(super) fn rules() -> &'static [Ignore] {
    static RULES: LazyLock<Vec<Ignore>> = LazyLock::new(|| {
        // The workers of a runtime that somebody built and left behind are started by a pool too.
        let (pool, unless) = (format!("{SPAWNER}*"), format!("{BUILD}*"));
        let pool = Ignore::built_in_pool(&pool, &unless, OF_A_POOL);
        // A server that a static starts for all tests is such a worker, too.
        let statics = STATICS
            .iter()
            .map(|pattern| Ignore::built_in(Kind::Thread, pattern, OF_A_STATIC))
            .map(|rule| rule.on(Kind::BlockingTask).on(Kind::Process));
        let workers = WORKERS
            .iter()
            .map(|(pattern, reason)| Ignore::built_in(Kind::Thread, pattern, reason));
        let tasks = SPAWNED_BY
            .iter()
            .map(|(pattern, reason)| Ignore::built_in(Kind::Task, pattern, reason));
        let pool = std::iter::once(pool);
        pool.chain(statics).chain(workers).chain(tasks).collect()
    });
    &RULES
}

/// What of one kind serves statics, accepted before any rule was asked.
pub(crate) fn of_statics(kind: Kind, count: usize) -> Ignored {
    let rule = Ignore::built_in(kind, PASSED_BY_ALL, OF_A_STATIC);
    Ignored {
        rule: rule.describe(),
        reason: rule.reason().to_owned(),
        source: None,
        count,
        kind,
        built_in: true,
        accepted: Accepted::default(),
    }
}

#[cfg(all(test, not(leakcheck_loom)))]
mod tests {
    use super::*;
    use crate::{base::model::Leak, observe::capture};

    const REGISTRY: &str = "/h/.cargo/registry/src/index.example-1/";
    const OWN: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml");

    fn is_accepted(kind: Kind, function: &str, file: &str) -> bool {
        let leak = Leak {
            stack: vec![capture::frame(function, Some((file, 1)), None)],
            ..Leak::unknown(kind, 1)
        };
        rules().iter().any(|rule| rule.accepts(&leak))
    }

    #[test]
    fn those_of_well_known_crates_are_meant_and_no_others() {
        for (kind, package, function) in [
            (
                Kind::Thread,
                "mockito-1.7.2",
                "mockito::server::Server::try_new_with_opts",
            ),
            (
                Kind::Thread,
                "mockito-1.7.2",
                "mockito::server::Server::try_new_with_opts_async",
            ),
            (
                Kind::Thread,
                "metrics-exporter-prometheus-0.18.3",
                "metrics_exporter_prometheus::exporter::builder::PrometheusBuilder::install",
            ),
            (Kind::Task, "bb8-0.9.1", "bb8::inner::PoolInner::new"),
            (
                Kind::Task,
                "lapin-4.12.3",
                "lapin::heartbeat::Heartbeat::start",
            ),
        ] {
            let file = format!("{REGISTRY}{package}/src/lib.rs");
            assert!(is_accepted(kind, function, &file), "{function}");
            assert!(!is_accepted(kind, function, OWN), "{function}");
            let other = [Kind::Task, Kind::Thread]
                .into_iter()
                .find(|other| *other != kind);
            assert!(
                !other.is_some_and(|other| is_accepted(other, function, &file)),
                "{function}"
            );
        }
        for function in [
            "metrics_exporter_prometheus::exporter::builder::PrometheusBuilder::build",
            "lapin::connection::Connection::connect",
        ] {
            let krate = function
                .split("::")
                .next()
                .unwrap_or_default()
                .replace('_', "-");
            let file = format!("{REGISTRY}{krate}-1.0.0/src/lib.rs");
            assert!(!is_accepted(Kind::Task, function, &file), "{function}");
        }
    }

    #[test]
    fn of_a_crate_that_lends_something_only_what_the_body_has_it_make_is_meant() {
        let frame = |function: &str, package: &str| {
            let file = format!("{REGISTRY}{package}/src/lib.rs");
            capture::frame(function, Some((&file, 1)), None)
        };
        let opens = || frame("sqlx_sqlite::connection::establish", "sqlx-sqlite-0.8.6");
        let spawns = || capture::frame("app::tests::spawns", Some((OWN, 1)), None);
        let checks = || capture::frame("leakcheck::run::runtime::run_within", Some((OWN, 1)), None);
        let runs = || frame("sqlx_core::testing::run_test", "sqlx-core-0.8.6");
        let like = || frame("sqlxy::connect", "sqlxy-1.0.0");
        let named_so = || capture::frame("sqlx_core::connect", Some((OWN, 1)), None);
        let rule = Ignore::lent_by("sqlx");
        for (kind, stack, is_meant) in [
            (
                Kind::Thread,
                vec![opens(), spawns(), checks(), runs()],
                true,
            ),
            (Kind::Fd, vec![opens()], true),
            (Kind::Task, vec![opens(), spawns(), checks(), runs()], false),
            (Kind::Thread, vec![spawns(), checks(), runs()], false),
            (
                Kind::Thread,
                vec![like(), spawns(), checks(), runs()],
                false,
            ),
            (Kind::Thread, vec![named_so(), checks(), runs()], false),
        ] {
            let leak = Leak {
                stack,
                ..Leak::unknown(kind, 1)
            };
            assert_eq!(rule.accepts(&leak), is_meant, "{:?}", leak.stack);
        }
    }

    #[test]
    fn what_a_body_below_block_on_starts_is_not_meant() {
        let file = format!("{REGISTRY}async-io-2.6.0/src/driver.rs");
        let is_accepted = |function: &str| is_accepted(Kind::Thread, function, &file);
        assert!(is_accepted("async_io::driver::unparker"));
        assert!(!is_accepted("async_io::driver::block_on"));
    }
}
