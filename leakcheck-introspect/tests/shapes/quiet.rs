//! Reading polls no future and wakes no waker.

use std::{
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    task::{Context, Poll, Wake, Waker},
};

use leakcheck_introspect::TaskList;
use tokio::{
    runtime::Handle,
    sync::{Notify, futures::OwnedNotified},
};

use crate::{check::parked, current_thread, multi_thread};

const READS: u32 = 100;

#[derive(Default)]
struct Counts {
    polls: AtomicU32,
    wakes: AtomicU32,
}

impl Counts {
    fn seen(&self) -> (u32, u32) {
        (
            self.polls.load(Ordering::SeqCst),
            self.wakes.load(Ordering::SeqCst),
        )
    }
}

/// Counts how often it is polled, and how often what it waits for wakes it.
struct Counting {
    counts: Arc<Counts>,
    notified: Pin<Box<OwnedNotified>>,
}

impl Future for Counting {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        self.counts.polls.fetch_add(1, Ordering::SeqCst);
        let task = context.waker().clone();
        let waker = Waker::from(Arc::new(CountingWaker {
            counts: Arc::clone(&self.counts),
            task,
        }));
        self.notified
            .as_mut()
            .poll(&mut Context::from_waker(&waker))
    }
}

struct CountingWaker {
    counts: Arc<Counts>,
    task: Waker,
}

impl Wake for CountingWaker {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        self.counts.wakes.fetch_add(1, Ordering::SeqCst);
        self.task.wake_by_ref();
    }
}

fn read() -> TaskList {
    TaskList::of_runtime(&Handle::current()).expect("this program has debug info")
}

async fn reading_disturbs_nothing() {
    let (counts, bell) = (Arc::new(Counts::default()), Arc::new(Notify::new()));
    let notified = Box::pin(Arc::clone(&bell).notified_owned());
    let task = tokio::spawn(Counting {
        counts: Arc::clone(&counts),
        notified,
    });
    let list = parked(|| Ok(read())).await;
    assert_eq!(list.tasks().len(), 1, "{list:?}");
    let before = counts.seen();
    assert_eq!(before, (1, 0), "polled once, never woken");
    for _ in 0..READS {
        let waits = read().tasks()[0].waits().len();
        assert_eq!(waits, 1, "what it waits for is read each time");
    }
    assert_eq!(counts.seen(), before, "reading has polled or woken it");
    // That the counts do count.
    bell.notify_one();
    task.await.expect("it does not panic");
    assert_eq!(counts.seen(), (2, 1));
}

#[test]
fn reading_disturbs_nothing_on_one_thread() {
    current_thread().block_on(reading_disturbs_nothing());
}

#[test]
fn reading_disturbs_nothing_on_several_threads() {
    multi_thread().block_on(reading_disturbs_nothing());
}
