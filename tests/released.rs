//! A test of a user's is red on a release that leaks, with the user's line and the dependency's, and green on the
//! release that fixed it: real crates, pinned, each package with a lock file of its own.

use std::{env, fs, path::Path, process::Command};

use leakcheck_tests::{Frame, Leak, Report, reports_in};
use test_case::test_case;

/// What the compiler is told about tokio.
#[derive(Clone, Copy, Debug)]
enum Leg {
    /// Nothing, as most users.
    Plain,
    /// To let the runtime tell of each task by hooks.
    Unstable,
}

#[test_case("axum-0.8.3", &[
    "the_server_ends_with_the_test: task x1 at LEAK \
     through axum-0.8.3/src/serve/mod.rs:297 in axum-0.8.3/src/serve/mod.rs:270",
]; "axum-0.8.3")]
#[test_case("axum-0.8.4", &["the_server_ends_with_the_test: clean"]; "axum-0.8.4")]
#[test_case("tower-0.4.6", &[
    "giving_up_on_a_service_ends_its_task: task x1 at LEAK through tower-0.4.6/src/spawn_ready/service.rs:56",
]; "tower-0.4.6")]
#[test_case("tower-0.4.7", &["giving_up_on_a_service_ends_its_task: clean"]; "tower-0.4.7")]
#[test_case("redis-0.32.1", &[
    "a_resp2_manager_ends_its_tasks: clean",
    "a_resp3_manager_ends_its_tasks: task x1 at LEAK \
     through redis-0.32.1/src/aio/tokio.rs:173 in redis-0.32.1/src/aio/runtime.rs:260",
    "a_resp3_manager_ends_its_tasks: task x1 at LEAK \
     through redis-0.32.1/src/aio/tokio.rs:173 in redis-0.32.1/src/client.rs:771",
    "a_resp3_manager_ends_its_tasks: fd x1 at LEAK \
     through redis-0.32.1/src/aio/tokio.rs:39 in redis-0.32.1/src/aio/tokio.rs:115",
]; "redis-0.32.1")]
#[test_case("redis-0.32.2", &[
    "a_resp2_manager_ends_its_tasks: clean",
    "a_resp3_manager_ends_its_tasks: clean",
]; "redis-0.32.2")]
#[test_case("reqwest-0.12", &["a_dropped_client_closes_its_connection: clean"]; "reqwest-0.12")]
#[test_case("sqlx-0.8", &[
    "a_closed_pool_ends_its_workers: clean",
    "a_dropped_pool_ends_its_workers: clean",
    "a_pool_that_is_lent_is_closed_later: clean",
    "what_a_test_with_a_pool_starts_itself: thread x1 at LEAK",
]; "sqlx-0.8")]
#[test_case("async-nats-0.50", &[
    "a_dropped_client_stops_retrying: task x1 at LEAK \
     through async-nats-0.50.0/src/lib.rs:1103 in async-nats-0.50.0/src/options.rs:181",
    "a_dropped_client_stops_retrying: task x1 at LEAK \
     through async-nats-0.50.0/src/lib.rs:1112 in async-nats-0.50.0/src/options.rs:181",
]; "async-nats-0.50")]
#[test_case("bb8-0.9", &[
    "a_dropped_pool_ends_its_reaper: clean",
    "a_task_beside_a_pool_is_a_leak: task x1 at LEAK",
]; "bb8-0.9")]
#[test_case("metrics-exporter-prometheus-0.18", &[
    "an_exporter_that_is_built_keeps_its_task: task x1 at LEAK \
     through metrics-exporter-prometheus-0.18.3/src/exporter/builder.rs:555",
    "an_exporter_that_is_installed_stays: clean",
]; "metrics-exporter-prometheus-0.18")]
#[test_case("async-nats-0.51", &[
    "a_dropped_client_stops_retrying: task x1 at LEAK \
     through async-nats-0.51.0/src/lib.rs:1103 in async-nats-0.51.0/src/options.rs:181",
    "a_dropped_client_stops_retrying: task x1 at LEAK \
     through async-nats-0.51.0/src/lib.rs:1112 in async-nats-0.51.0/src/options.rs:181",
]; "async-nats-0.51")]
#[test_case("bb8-0.9.1", &[
    "a_dropped_pool_stops_connecting: task x1 at LEAK \
     through bb8-0.9.1/src/inner.rs:60 in bb8-0.9.1/src/inner.rs:51",
]; "bb8-0.9.1")]
#[test_case("poem-3.1", &[
    "a_server_that_was_shut_down_ends_its_timer: task x1 at LEAK through poem-3.1.12/src/server.rs:198",
    "a_server_without_a_limit_has_no_timer: clean",
]; "poem-3.1")]
#[test_case("redis-1.8", &[
    "a_dropped_manager_stops_reconnecting: task x1 at LEAK \
     through redis-1.8.1/src/aio/tokio.rs:163 in redis-1.8.1/src/aio/runtime.rs:144",
]; "redis-1.8")]
#[test_case("salvo-1.1", &[
    "a_server_that_was_stopped_ends_its_timer: task x1 at LEAK \
     through salvo_core-1.1.0/src/server.rs:427 in salvo_core-1.1.0/src/server.rs:354",
    "a_server_without_a_limit_has_no_timer: clean",
]; "salvo-1.1")]
#[ignore = "builds many packages; `.ci/run released`"]
fn tasks_are_named_without_any_flag(package: &str, expected: &[&str]) {
    assert_eq!(findings(package, Leg::Plain), expected);
}

#[test_case("tower-0.4.6", &[
    "giving_up_on_a_service_ends_its_task: task x1 at LEAK through tower-0.4.6/src/spawn_ready/service.rs:56",
]; "tower-0.4.6")]
#[test_case("tower-0.4.7", &["giving_up_on_a_service_ends_its_task: clean"]; "tower-0.4.7")]
#[ignore = "builds many packages; `.ci/run released`"]
fn tasks_are_named_by_the_runtime_s_hooks(package: &str, expected: &[&str]) {
    assert_eq!(findings(package, Leg::Unstable), expected);
}

#[test_case("notify-4.0.6", &[
    "a_dropped_watcher_ends_its_threads: thread x1 at LEAK \
     through notify-4.0.6/src/debounce/timer.rs:174 in notify-4.0.6/src/debounce/mod.rs:82",
]; "notify-4.0.6")]
#[test_case("notify-4.0.7", &["a_dropped_watcher_ends_its_threads: clean"]; "notify-4.0.7")]
#[test_case("notify-8", &["a_dropped_watcher_ends_its_threads: clean"]; "notify-8")]
#[test_case("moka-0.8.6", &["a_dropped_cache_ends_its_threads: clean"]; "moka-0.8.6")]
#[test_case("opentelemetry-0.31", &[
    "a_dropped_provider_ends_its_reader: clean",
    "a_reader_without_a_provider_keeps_its_thread: thread x1 at LEAK \
     through opentelemetry_sdk-0.31.0/src/metrics/periodic_reader.rs:166 \
     in opentelemetry_sdk-0.31.0/src/metrics/periodic_reader.rs:64",
]; "opentelemetry-0.31")]
#[test_case("rayon-1.12", &[
    "a_dropped_pool_ends_its_threads: clean",
    "a_forgotten_pool_keeps_its_threads: thread x2 at LEAK \
     through rayon-core-1.13.0/src/registry.rs:95 in rayon-core-1.13.0/src/registry.rs:313",
    "the_global_pool_serves_the_process: clean",
]; "rayon-1.12")]
#[test_case("async-io-2.6", &[
    "a_socket_of_a_body_is_a_leak: fd x1 at LEAK",
    "a_thread_of_a_body_is_a_leak: thread x1 at LEAK",
    "the_driver_serves_the_process: clean",
]; "async-io-2.6")]
#[test_case("r2d2-0.8", &["a_dropped_pool_ends_its_threads: clean"]; "r2d2-0.8")]
#[test_case("tracing-appender-0.2", &[
    "a_dropped_guard_ends_the_writer: clean",
    "a_forgotten_guard_leaves_the_writer: thread x1 at LEAK \
     through tracing-appender-0.2.5/src/worker.rs:73 in tracing-appender-0.2.5/src/non_blocking.rs:161",
]; "tracing-appender-0.2")]
#[test_case("wiremock-0.6", &[
    "a_server_goes_back_to_the_pool: clean",
    "a_socket_beside_a_server_is_a_leak: fd x1 at LEAK",
]; "wiremock-0.6")]
#[test_case("mockito-1.7", &[
    "a_server_goes_back_to_the_pool: clean",
    "a_server_of_an_async_test_goes_back_too: clean",
    "a_server_with_options_of_an_async_test_stays: clean",
    "a_server_with_options_stays: clean",
    "a_thread_beside_a_server_is_a_leak: thread x1 at LEAK",
]; "mockito-1.7")]
#[test_case("rumqttd-0.20", &[
    "a_dropped_broker_ends_its_router: thread x1 at LEAK \
     through rumqttd-0.20.0/src/router/routing.rs:168 in rumqttd-0.20.0/src/server/broker.rs:93",
]; "rumqttd-0.20")]
#[test_case("httpmock-0.7", &["a_server_goes_back_to_the_pool: clean"]; "httpmock-0.7")]
#[ignore = "builds many packages; `.ci/run released`"]
fn threads_are_named_without_any_flag(package: &str, expected: &[&str]) {
    assert_eq!(findings(package, Leg::Plain), expected);
}

/// Runs the tests of a package, and says of each what it left behind.
fn findings(package: &str, leg: Leg) -> Vec<String> {
    let released = Path::new(env!("CARGO_MANIFEST_DIR")).join("packages/known-leaks");
    let reports = tempfile::tempdir().expect("a temporary directory can be made");
    let (flags, target) = match leg {
        Leg::Plain => ("", "target/plain"),
        Leg::Unstable => ("--cfg tokio_unstable", "target/unstable"),
    };
    let output = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
        .args(["test", "--locked", "--no-fail-fast", "--manifest-path"])
        .arg(released.join(package).join("Cargo.toml"))
        // What is meant for this run and not for the one below it.
        .env_remove("CARGO_ENCODED_RUSTFLAGS")
        .env_remove("RUST_TEST_THREADS")
        .env_remove("LEAKCHECK")
        .env_remove("LEAKCHECK_SETTLE")
        .env("RUSTFLAGS", flags)
        .env("CARGO_TARGET_DIR", released.join(target))
        .env(
            "LEAKCHECK_REPORT_DIR",
            format!("all:{}", reports.path().display()),
        )
        .output()
        .expect("cargo runs");
    let reports = reports_in(reports.path());
    let leaky = reports
        .iter()
        .filter(|report| !report.leaks.is_empty())
        .count();
    let text = String::from_utf8_lossy(&output.stdout).into_owned()
        + &String::from_utf8_lossy(&output.stderr);
    assert_eq!(
        output.status.code(),
        Some(if leaky == 0 { 0 } else { 101 }),
        "{text}"
    );
    assert!(
        text.contains(&format!(" {leaky} failed;")),
        "just the leaky tests fail\n{text}"
    );
    if leaky == 0 {
        // What is accepted, or was waited for, may be read for.
        let is_plain = |report: &&Report| report.verdict == "clean" && report.ignored.is_empty();
        for report in reports.iter().filter(is_plain) {
            assert!(!report.read_debug_info, "{report:?}");
        }
    }
    reports
        .iter()
        .flat_map(|report| lines(report, &released))
        .collect()
}

/// `test: clean`, or a line for each leak.
fn lines(report: &Report, released: &Path) -> Vec<String> {
    let test = &report.test;
    match report.verdict.name() {
        "clean" | "lingering" => vec![format!("{test}: clean")],
        "leaked" => report
            .leaks
            .iter()
            .map(|leak| format!("{test}: {}", line(leak, released)))
            .collect(),
        other => vec![format!("{test}: {other}")],
    }
}

/// What is left, where the user made it, and through which line of a dependency.
fn line(leak: &Leak, released: &Path) -> String {
    // The call that started it, and its caller: often the first is a shim in front of several runtimes.
    let places = leak
        .created_at
        .iter()
        .chain(leak.created_through.iter().take(2));
    let words = ["at", "through", "in"].iter().zip(places);
    let words = words.map(|(word, frame)| format!(" {word} {}", place(frame, released)));
    format!("{} x{}{}", leak.kind, leak.count, words.collect::<String>())
}

/// `LEAK` for a line of a scenario that is marked so, file and line for any other.
fn place(frame: &Frame, released: &Path) -> String {
    let (Some(file), Some(line)) = (&frame.file, frame.line) else {
        return frame.function.clone();
    };
    let source = file
        .strip_prefix("../scenarios/")
        .and_then(|file| fs::read_to_string(released.join("scenarios").join(file)).ok());
    let text = source
        .as_deref()
        .and_then(|source| source.lines().nth(line as usize - 1));
    if text.is_some_and(|text| text.ends_with("// LEAK")) {
        "LEAK".to_owned()
    } else {
        format!("{file}:{line}")
    }
}
