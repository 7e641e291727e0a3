//! The usual ways to set logging up, each to be run alone in its process. Nothing is asserted here: `.ci/run tracing`
//! compares what they print with and without leakcheck's feature `tracing`.

use std::{io, time::Duration};

use leakcheck::leak_checked;
use tokio::time::{interval, sleep, timeout};
use tracing::{Instrument, Span, debug, info, info_span, instrument, trace, warn};
use tracing_subscriber::{
    EnvFilter, Layer, Registry, filter::filter_fn, fmt, layer::SubscriberExt,
    util::SubscriberInitExt,
};

const MILLISECOND: Duration = Duration::from_millis(1);

/// As short as it can be, without the time.
macro_rules! plain {
    () => {
        fmt()
            .without_time()
            .with_ansi(false)
            .with_writer(io::stdout)
    };
}

fn layer() -> impl Layer<Registry> {
    fmt::layer()
        .without_time()
        .with_ansi(false)
        .with_writer(io::stdout)
        .with_span_events(fmt::format::FmtSpan::FULL)
        .without_time()
}

#[instrument]
async fn nested(depth: u32) {
    debug!(depth, "going down");
    if depth > 0 {
        Box::pin(nested(depth - 1)).await;
    } else {
        sleep(MILLISECOND).await;
    }
    info!("coming up");
}

/// Logs at all levels, inside of spans and outside, from tasks, timers and threads.
async fn work() {
    info!(answer = 42, "hello");
    trace!("details");
    log::warn!("by the other crate");
    let outer = info_span!("outer", request = 1, status = tracing::field::Empty);
    outer.follows_from(info_span!("cause").id());
    outer.in_scope(|| {
        warn!("inside");
        info!(parent: None, "outside");
    });
    outer.record("status", 200);
    nested(2).instrument(outer.clone()).await;
    let _ = timeout(MILLISECOND, sleep(3_600_000 * MILLISECOND))
        .instrument(info_span!("limited"))
        .await;
    let mut ticks = interval(MILLISECOND);
    ticks.tick().await;
    let task =
        tokio::spawn(async { debug!("in a task") }.instrument(info_span!(parent: &outer, "task")));
    task.await.unwrap();
    let thread = std::thread::spawn(move || outer.in_scope(|| info!("in a thread")));
    thread.join().unwrap();
    info!(current = ?Span::current().is_disabled(), "done");
}

#[leak_checked]
#[tokio::test(start_paused = true)]
async fn nothing_is_set() {
    work().await;
}

#[leak_checked]
#[tokio::test(start_paused = true)]
async fn global_during() {
    info!("too early");
    plain!().init();
    work().await;
    log::debug!("details of the other crate");
    println!("again: {:?}", plain!().try_init().is_err());
}

#[leak_checked]
#[tokio::test(start_paused = true)]
async fn global_of_another_test() {
    std::thread::spawn(|| plain!().init()).join().unwrap();
    work().await;
}

/// The harness runs tests in order, on one thread.
#[test]
fn a_before() {
    plain!().init();
    info!("before");
}

#[leak_checked]
#[tokio::test(start_paused = true)]
async fn a_global_before() {
    work().await;
}

#[leak_checked]
#[tokio::test(start_paused = true)]
async fn everything() {
    Registry::default().with(layer()).init();
    work().await;
}

#[leak_checked]
#[tokio::test(start_paused = true)]
async fn filtered_by_directives() {
    let filter = EnvFilter::new(
        "warn,setups=debug,tokio::time=trace,[runtime.resource]=off,[outer{request=1}]=trace",
    );
    plain!().with_env_filter(filter).init();
    work().await;
}

#[leak_checked]
#[tokio::test(start_paused = true)]
async fn filtered_by_layer() {
    let of_tokio = filter_fn(|metadata| metadata.target().starts_with("tokio"));
    let mine = fmt::layer()
        .without_time()
        .with_ansi(false)
        .with_writer(io::stdout);
    Registry::default()
        .with(layer().with_filter(of_tokio))
        .with(mine.with_filter(EnvFilter::new("info")))
        .init();
    work().await;
}

#[leak_checked]
#[tokio::test(start_paused = true)]
async fn resources_are_hidden_and_operations_not() {
    let filter = filter_fn(|metadata| metadata.name() != "runtime.resource");
    Registry::default().with(layer().with_filter(filter)).init();
    work().await;
}

#[leak_checked]
#[tokio::test(start_paused = true)]
async fn scoped_during() {
    let guard = plain!().with_max_level(tracing::Level::TRACE).set_default();
    work().await;
    drop(guard);
    info!("after");
}

#[leak_checked]
#[tokio::test(start_paused = true)]
async fn scoped_during_and_global() {
    plain!().init();
    info!("global");
    {
        let _guard = Registry::default().with(layer()).set_default();
        work().await;
    }
    work().await;
}

#[leak_checked]
#[tokio::test(start_paused = true)]
async fn with_default_during() {
    let subscriber = plain!().finish();
    tracing::subscriber::with_default(subscriber, || info!("in"));
    info!("out");
    work().await;
}

#[leak_checked]
#[tokio::test(start_paused = true)]
#[ignore = "run by `scoped_before`"]
async fn under_another() {
    work().await;
}

/// A checked test on a thread that has a subscriber of its own.
#[test]
fn scoped_before() {
    let _guard = plain!().with_max_level(tracing::Level::DEBUG).set_default();
    under_another();
    info!("after");
}

#[leak_checked]
#[test_log::test(tokio::test(start_paused = true))]
async fn by_test_log() {
    work().await;
}

#[leak_checked]
#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn global_on_a_worker() {
    plain!().init();
    tokio::spawn(work()).await.unwrap();
}

#[leak_checked]
#[tokio::test(start_paused = true)]
async fn global_after_a_while() {
    for _ in 0..20 {
        info!("not heard");
        sleep(MILLISECOND).await;
    }
    tracing::subscriber::with_default(plain!().finish(), || info!("heard here"));
    sleep(30 * MILLISECOND).await;
    plain!().init();
    work().await;
}
