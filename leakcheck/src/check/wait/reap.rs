//! A runtime waits for child processes that were given up whenever its driver wakes. Where workers drive it and have nothing to
//! do, nothing may come to wake it for the rest of a test.

use std::{
    future::Future as _,
    pin::pin,
    task::{Context, Waker},
    time::Duration,
};

use crate::observe::scope::outside;

/// Wakes the driver of the current runtime, which must have timers: one that is armed makes it look when it is to wake next.
pub(crate) fn let_reap() {
    outside(|| {
        let timer = pin!(tokio::time::sleep(Duration::from_millis(1)));
        // It is not waited for: it ends here.
        let _ = timer.poll(&mut Context::from_waker(Waker::noop()));
    });
}
