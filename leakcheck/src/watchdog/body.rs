//! The future of a test, which can be given up before it has ended.

use std::{
    future::Future,
    pin::Pin,
    task::{Context, Poll},
};

use leakcheck_introspect::FutureAddress;

/// A pinned future that can be dropped where it is: what generated code hands over.
pub trait TestBody {
    /// What it returns.
    type Output;
    /// Polls it.
    ///
    /// # Panics
    ///
    /// After it was given up.
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output>;
    /// Drops it.
    fn give_up(self: Pin<&mut Self>);
    /// Where it is, for who looks from outside; `None` after it was given up.
    fn address(self: Pin<&Self>) -> Option<FutureAddress>;
}

impl<F: Future> TestBody for Option<F> {
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let future = self.as_pin_mut();
        future
            .expect("a body that was given up is not polled")
            .poll(cx)
    }

    fn give_up(mut self: Pin<&mut Self>) {
        self.set(None);
    }

    fn address(self: Pin<&Self>) -> Option<FutureAddress> {
        let future: Pin<&dyn Future<Output = F::Output>> = self.as_pin_ref()?;
        Some(FutureAddress::of(future))
    }
}
