//! The body of a test that runs more than once: its awaits are counted, and it is dropped at one of them.

use std::{
    future::Future,
    pin::Pin,
    task::{Context, Poll},
};

use leakcheck_introspect::FutureAddress;

use crate::{
    check::{cancelled_run::CancelledRun, stands},
    run::watchdog::TestBody,
};

/// A future of the body.
type BodyFuture<R> = Pin<Box<dyn Future<Output = R>>>;

/// What makes the future of one run.
pub(super) type MakeBody<'b, R> = &'b dyn Fn() -> BodyFuture<R>;

/// A body whose awaits are counted.
pub(super) struct Counted<R> {
    future: Option<BodyFuture<R>>,
    /// How often it was polled and waits.
    awaits: u32,
}

impl<R> Counted<R> {
    pub(super) fn of(body: MakeBody<'_, R>) -> Self {
        Self {
            future: Some(body()),
            awaits: 0,
        }
    }

    /// How many awaits it came to.
    pub(super) fn awaits(&self) -> u32 {
        self.awaits
    }

    /// The same, as it is driven.
    pub(super) fn pinned(&mut self) -> Pin<&mut Self> {
        Pin::new(self)
    }
}

impl<R> TestBody<R> for Counted<R> {
    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<R> {
        let polled = Pin::new(&mut self.future).poll(cx);
        self.awaits = self.awaits.saturating_add(u32::from(polled.is_pending()));
        polled
    }

    fn give_up(mut self: Pin<&mut Self>) {
        drop(self.future.take());
    }

    fn address(self: Pin<&Self>) -> Option<FutureAddress> {
        let future: Pin<&dyn Future<Output = R>> = self.get_ref().future.as_ref()?.as_ref();
        Some(FutureAddress::of(future))
    }
}

/// A body that is dropped at one of its awaits; it gives nothing then.
pub(super) struct Cancelled<'r, R> {
    body: Counted<R>,
    run: &'r CancelledRun,
    package_dir: Option<&'static str>,
}

impl<'r, R> Cancelled<'r, R> {
    pub(super) fn of(
        body: MakeBody<'_, R>,
        run: &'r CancelledRun,
        package_dir: Option<&'static str>,
    ) -> Self {
        Self {
            body: Counted::of(body),
            run,
            package_dir,
        }
    }

    /// The same, as it is driven.
    pub(super) fn pinned(&mut self) -> Pin<&mut Self> {
        Pin::new(self)
    }
}

impl<R> TestBody<Option<R>> for Cancelled<'_, R> {
    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<R>> {
        if let Poll::Ready(value) = self.body.pinned().poll(cx) {
            return Poll::Ready(Some(value));
        }
        if self.body.awaits < self.run.number {
            return Poll::Pending;
        }
        let address = Pin::new(&self.body).address();
        self.run.drops(stands(self.run, address, self.package_dir));
        // As a time limit or a `select!` does it: inside of the runtime, on the thread that polled it.
        self.body.pinned().give_up();
        Poll::Ready(None)
    }

    fn give_up(mut self: Pin<&mut Self>) {
        self.body.pinned().give_up();
    }

    fn address(self: Pin<&Self>) -> Option<FutureAddress> {
        Pin::new(&self.get_ref().body).address()
    }
}
