//! The work that every entrant does in the same way.

use std::{
    future,
    hint::black_box,
    pin::Pin,
    sync::Arc,
    task::Poll,
    thread,
    time::{Duration, Instant},
};

use tokio::{runtime::Builder, sync::Semaphore, task::JoinHandle};

type Boxed<T> = Pin<Box<dyn Future<Output = T> + Send>>;

/// Which runtime the work runs on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flavor {
    /// On the calling thread.
    CurrentThread,
    /// On two workers.
    MultiThread,
}

impl Flavor {
    /// Both.
    pub const ALL: [Self; 2] = [Self::CurrentThread, Self::MultiThread];

    /// What tokio calls it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::CurrentThread => "current_thread",
            Self::MultiThread => "multi_thread",
        }
    }

    /// The flavor of this name.
    ///
    /// # Errors
    ///
    /// Where there is none.
    pub fn named(name: &str) -> Result<Self, String> {
        let found = Self::ALL.into_iter().find(|flavor| flavor.name() == name);
        found.ok_or_else(|| format!("no flavor is called {name}"))
    }

    /// A builder, set up as `#[tokio::test]` does it.
    pub fn builder(self) -> Builder {
        let mut builder = match self {
            Self::CurrentThread => Builder::new_current_thread(),
            Self::MultiThread => {
                let mut builder = Builder::new_multi_thread();
                builder.worker_threads(2);
                builder
            }
        };
        builder.enable_all();
        builder
    }
}

/// Many spawns that are all joined.
#[derive(Clone, Copy, Debug)]
pub struct Spawns {
    /// How many tasks.
    pub tasks: usize,
    /// How often each gives way before it ends.
    pub yields: usize,
    /// Boxed futures between the root and the spawns, which makes the stack that much deeper.
    pub nesting: usize,
}

/// Spawns and joins the tasks in batches of a hundred; nanoseconds per task.
///
/// The root is a task itself, so that on every flavor the spawns come from a worker.
pub async fn spawn_join(spawns: Spawns) -> f64 {
    as_task(nested(spawns.nesting, Box::pin(batches(spawns)))).await
}

/// [`spawn_join`] of so many tasks on a runtime that nobody checks; nanoseconds per task.
pub fn plain_spawn_join(tasks: usize) -> f64 {
    let runtime = Flavor::CurrentThread.builder().build();
    let runtime = runtime.expect("a runtime can be built");
    runtime.block_on(spawn_join(Spawns {
        tasks,
        yields: 0,
        nesting: 8,
    }))
}

async fn batches(spawns: Spawns) -> f64 {
    const BATCH: usize = 100;
    let mut handles = Vec::with_capacity(BATCH);
    let start = Instant::now();
    for _ in 0..spawns.tasks / BATCH {
        for _ in 0..BATCH {
            handles.push(tokio::spawn(yields(spawns.yields)));
        }
        for handle in handles.drain(..) {
            handle.await.expect("the task only gives way");
        }
    }
    per(start.elapsed(), spawns.tasks)
}

async fn as_task<T: Send + 'static>(future: Boxed<T>) -> T {
    tokio::spawn(future)
        .await
        .expect("the root task neither panics nor is it cancelled")
}

fn nested<T: Send + 'static>(nesting: usize, innermost: Boxed<T>) -> Boxed<T> {
    (0..nesting).fold(innermost, |inner, _| Box::pin(layer(inner)))
}

/// One frame more on the stack.
async fn layer<T>(inner: Boxed<T>) -> T {
    inner.await
}

/// Gives way so many times.
async fn yields(count: usize) {
    for _ in 0..count {
        tokio::task::yield_now().await;
    }
}

/// Lets one task be polled so many times, each time because it woke itself; nanoseconds per poll.
///
/// `yield_now` would have an otherwise idle runtime ask the kernel for events each time, which hides what a poll costs.
pub async fn poll_often(polls: usize) -> f64 {
    as_task(Box::pin(async move {
        let start = Instant::now();
        let mut left = polls;
        future::poll_fn(|cx| match left.checked_sub(1) {
            Some(less) => {
                left = less;
                cx.waker().wake_by_ref();
                Poll::Pending
            }
            None => Poll::Ready(()),
        })
        .await;
        per(start.elapsed(), polls)
    }))
    .await
}

/// Tasks that never end.
#[derive(Debug)]
pub struct Leaked {
    /// The tasks; they live on when this is dropped.
    pub handles: Vec<JoinHandle<()>>,
    /// The line of this file on which all were spawned.
    pub line: u32,
    /// How many frames the stack had there.
    pub depth: usize,
}

/// Spawns tasks that never end and lets each be polled once.
pub async fn leak(tasks: usize) -> Leaked {
    leak_each(tasks, future::pending).await
}

/// [`leak`], each of them in the queue of one semaphore.
pub async fn leak_queued(tasks: usize) -> Leaked {
    let permits = Arc::new(Semaphore::new(0));
    let queued = || {
        let permits = permits.clone();
        async move {
            let _ = permits.acquire_owned().await;
        }
    };
    let leaked = leak_each(tasks, queued).await;
    // A runtime runs at least this many before it comes back to the one that yields.
    for _ in 0..tasks / 16 {
        tokio::task::yield_now().await;
    }
    leaked
}

async fn leak_each<F>(tasks: usize, task: impl Fn() -> F) -> Leaked
where
    F: Future<Output = ()> + Send + 'static,
{
    let mut leaked = Leaked {
        handles: Vec::with_capacity(tasks),
        line: 0,
        depth: 0,
    };
    for _ in 0..tasks {
        leaked.handles.push(tokio::spawn(task()));
        leaked.line = line!() - 1;
    }
    backtrace::trace(|_| {
        leaked.depth += 1;
        true
    });
    tokio::task::yield_now().await;
    leaked
}

/// [`leak`], as deep as [`spawn_join`] spawns.
pub async fn leak_nested(tasks: usize, nesting: usize) -> Leaked {
    as_task(nested(nesting, Box::pin(leak(tasks)))).await
}

/// Starts and joins threads one after the other; nanoseconds per thread.
pub fn thread_spawn_join(threads: usize) -> f64 {
    per_call(threads, || {
        thread::spawn(|| ())
            .join()
            .expect("the thread does nothing");
    })
}

/// Nanoseconds per call.
pub fn per_call(calls: usize, mut call: impl FnMut()) -> f64 {
    let start = Instant::now();
    // A loop that is unrolled would be as many call paths.
    for _ in 0..black_box(calls) {
        call();
    }
    per(start.elapsed(), calls)
}

#[expect(clippy::cast_precision_loss, reason = "far fewer operations than 2^52")]
fn per(elapsed: Duration, operations: usize) -> f64 {
    elapsed.as_secs_f64() * 1e9 / operations as f64
}

/// Nanoseconds of one allocation and its end: `pairs` of 64 bytes, or `vectors` that grow.
pub fn allocate(kind: &str, count: usize) -> f64 {
    /// Words of a vector, and of as many one stands for.
    const LONG: usize = 1000;
    if kind == "vectors" {
        let vectors = count / LONG;
        return per_call(vectors, || {
            let mut words = Vec::new();
            for word in 0..LONG {
                words.push(black_box(word));
            }
            drop(black_box(words));
        });
    }
    per_call(count, || drop(black_box(Box::new([0_u64; 8]))))
}
