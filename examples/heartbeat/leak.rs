//! A heartbeat that does not look whether anybody listens beats for ever.

use std::time::Duration;

use leakcheck::leak_checked;
use tokio::{
    sync::mpsc::{self, Receiver, Sender},
    time::interval,
};

/// A session, and the beats that tell that it is alive.
fn start_session() -> Receiver<u64> {
    let (beats, listener) = mpsc::channel(8);
    tokio::spawn(beat(beats));
    listener
}

async fn beat(beats: Sender<u64>) {
    let mut clock = interval(Duration::from_millis(20));
    for number in 0.. {
        clock.tick().await;
        let _ = beats.send(number).await;
    }
}

#[leak_checked]
#[tokio::test]
#[ignore = "leaks on purpose"]
async fn beats_are_numbered() {
    let mut session = start_session();
    assert_eq!(session.recv().await, Some(0));
    assert_eq!(session.recv().await, Some(1));
}
