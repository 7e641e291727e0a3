//! The future of a test, which can be given up before it has ended.

use std::{
    future::Future,
    pin::Pin,
    task::{Context, Poll},
};

use leakcheck_introspect::FutureAddress;

/// A pinned future of a `T` that can be dropped where it is: what generated code hands over.
pub trait TestBody<T> {
    /// Polls it.
    ///
    /// # Panics
    ///
    /// After it was given up.
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<T>;
    /// Drops it.
    fn give_up(self: Pin<&mut Self>);
    /// Where it is, for who looks from outside; `None` after it was given up.
    fn address(self: Pin<&Self>) -> Option<FutureAddress>;
}

impl<T, F: Future<Output = T>> TestBody<T> for Option<F> {
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<T> {
        let future = self.as_pin_mut();
        future
            .expect("a body that was given up is not polled")
            .poll(cx)
    }

    fn give_up(mut self: Pin<&mut Self>) {
        self.set(None);
    }

    fn address(self: Pin<&Self>) -> Option<FutureAddress> {
        let future: Pin<&dyn Future<Output = T>> = self.as_pin_ref()?;
        Some(FutureAddress::of(future))
    }
}
