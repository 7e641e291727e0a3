//! Something to test.

/// The next number, some time later.
pub async fn next(number: u32) -> u32 {
    tokio::task::yield_now().await;
    number + 1
}
