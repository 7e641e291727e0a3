//! A service that is dropped before it is ready leaves nothing behind (tower-rs/tower#581).

use std::{
    convert::Infallible,
    future::{Ready, poll_fn},
    task::{Context, Poll},
};

use leakcheck::leak_checked;
use tower::{Service, spawn_ready::SpawnReady};

/// Waits for a peer that never comes.
struct NeverReady;

impl Service<()> for NeverReady {
    type Response = ();
    type Error = Infallible;
    type Future = Ready<Result<(), Infallible>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Pending
    }

    fn call(&mut self, (): ()) -> Self::Future {
        unreachable!("it is never ready")
    }
}

#[leak_checked]
#[tokio::test]
async fn giving_up_on_a_service_ends_its_task() {
    let mut service = SpawnReady::new(NeverReady);
    let ready = poll_fn(|cx| {
        Poll::Ready(service.poll_ready(cx)) // LEAK
    });
    assert!(ready.await.is_pending());
}
