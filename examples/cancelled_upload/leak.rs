//! Whoever gives up on an upload drops it at an `.await`, and the line that ends its progress task is never reached.

use std::time::Duration;

use leakcheck::leak_checked;
use tokio::time::sleep;

/// Sends a file in parts, and tells how far it is.
async fn upload(parts: u32) -> u32 {
    let progress = tokio::spawn(tell_progress());
    let mut sent = 0;
    for _ in 0..parts {
        sent += send_part().await;
    }
    progress.abort();
    sent
}

async fn tell_progress() {
    loop {
        sleep(Duration::from_secs(10)).await;
        // Still sending.
    }
}

async fn send_part() -> u32 {
    sleep(Duration::from_millis(20)).await;
    1
}

#[leak_checked(cancel = "each")]
#[tokio::test]
#[ignore = "leaks on purpose"]
async fn all_parts_are_sent() {
    assert_eq!(upload(3).await, 3);
}
