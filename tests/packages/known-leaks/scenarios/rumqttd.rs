//! A broker that is dropped has nobody left who could end its router.

use leakcheck::leak_checked;
use rumqttd::{Broker, Config, RouterConfig};

#[leak_checked]
#[test]
fn a_dropped_broker_ends_its_router() {
    let router = RouterConfig {
        max_connections: 1,
        max_outgoing_packet_count: 1,
        max_segment_size: 1024,
        max_segment_count: 1,
        ..RouterConfig::default()
    };
    let broker = Broker::new(Config { router, ..Config::default() }); // LEAK
    drop(broker);
}
