//! Futures that were polled once, and that nobody polls any more.

use std::{
    future::{Future, poll_fn},
    pin::Pin,
    task::Poll,
};

pub(crate) type Parked = Pin<Box<dyn Future<Output = ()> + Send>>;

/// Polls once what is not ready.
pub(crate) async fn polled(future: impl Future<Output = ()> + Send + 'static) -> Parked {
    let mut future: Parked = Box::pin(future);
    poll_fn(|cx| {
        assert!(future.as_mut().poll(cx).is_pending());
        Poll::Ready(())
    })
    .await;
    future
}
