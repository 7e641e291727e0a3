//! An exporter that is installed serves the process for ever; one that is only built leaves a task behind.

use leakcheck::leak_checked;
use metrics_exporter_prometheus::PrometheusBuilder;

/// On a thread and a runtime of its own.
#[leak_checked]
#[test]
fn an_exporter_that_is_installed_stays() {
    let builder = PrometheusBuilder::new().with_http_listener(([127, 0, 0, 1], 0));
    builder.install().expect("no other is installed");
}

#[leak_checked]
#[tokio::test]
async fn an_exporter_that_is_built_keeps_its_task() {
    let builder = PrometheusBuilder::new().with_http_listener(([127, 0, 0, 1], 0));
    drop(builder.build().expect("it listens")); // LEAK
}
