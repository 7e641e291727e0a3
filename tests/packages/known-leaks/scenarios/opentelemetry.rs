//! A periodic reader that no provider was given has nobody who ends its thread; a provider ends the thread of its own.

use leakcheck::leak_checked;
use opentelemetry_sdk::metrics::{InMemoryMetricExporter, PeriodicReader, SdkMeterProvider};

#[leak_checked]
#[test]
fn a_dropped_provider_ends_its_reader() {
    let reader = PeriodicReader::builder(InMemoryMetricExporter::default()).build();
    let provider = SdkMeterProvider::builder().with_reader(reader).build();
    drop(provider);
}

#[leak_checked]
#[test]
fn a_reader_without_a_provider_keeps_its_thread() {
    let reader = PeriodicReader::builder(InMemoryMetricExporter::default()).build(); // LEAK
    drop(reader);
}
