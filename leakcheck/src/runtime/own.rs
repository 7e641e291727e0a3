//! A runtime that a test's attribute builds.

use std::{future::Future, io, pin::Pin, thread, time::Duration};

use tokio::runtime::{Builder, Handle, Runtime};

use crate::scope::outside;

/// A runtime that a test's attribute built.
pub trait TestRuntime {
    /// Its handle.
    fn handle(&self) -> &Handle;
    /// Runs a future to its end.
    fn block_on(&self, future: Pin<&mut dyn Future<Output = ()>>);
    /// Stops it; waits no longer than `limit` for what cannot be stopped.
    fn shutdown(self: Box<Self>, limit: Duration);
}

/// Builds the runtime that an attribute asks for, after `prepare` has seen the builder.
pub type BuildRuntime = fn(prepare: &dyn Fn(&mut Builder)) -> io::Result<Box<dyn TestRuntime>>;

impl TestRuntime for Runtime {
    fn handle(&self) -> &Handle {
        Runtime::handle(self)
    }

    fn block_on(&self, future: Pin<&mut dyn Future<Output = ()>>) {
        Runtime::block_on(self, future);
    }

    fn shutdown(self: Box<Self>, limit: Duration) {
        if self.metrics().num_alive_tasks() == 0 {
            return self.shutdown_timeout(limit);
        }
        // Dropping a task runs the user's code, which may block for ever: let another thread wait for it.
        let (done, wait) = std::sync::mpsc::channel();
        let stop = move || {
            self.shutdown_timeout(limit);
            // Nobody listens any more where it took too long.
            let _ = done.send(());
        };
        let started = outside(|| {
            thread::Builder::new()
                .name("leakcheck-shutdown".to_owned())
                .spawn(stop)
        });
        if started.is_ok() {
            let _ = wait.recv_timeout(limit * 2);
        }
    }
}

/// Wraps the usual runtime.
pub fn boxed(runtime: Runtime) -> Box<dyn TestRuntime> {
    Box::new(runtime)
}
