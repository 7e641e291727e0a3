//! What the tests do.

use std::time::Duration;

/// Waits for as long as `SUITE_WAIT` says, in milliseconds.
pub async fn wait() {
    let wait = std::env::var("SUITE_WAIT").ok();
    let wait = wait.and_then(|wait| wait.parse().ok()).unwrap_or(0);
    tokio::time::sleep(Duration::from_millis(wait)).await;
}
