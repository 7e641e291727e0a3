//! Where a program's own allocator hides the cells of closures, those that end are nobody's leak, and one that keeps its thread
//! is found by that.
#![cfg(all(target_os = "linux", target_env = "gnu"))]

use std::alloc::{GlobalAlloc, Layout, System};

use leakcheck_tests::{child, rerun};

/// Asks the system's for twice the alignment of a cell.
struct Own;

impl Own {
    fn layout(layout: Layout) -> Layout {
        match layout.align() {
            128 => layout.align_to(256).expect("it is small"),
            _ => layout,
        }
    }
}

#[global_allocator]
static OWN: Own = Own;

// SAFETY: it is the system's, asked for more.
unsafe impl GlobalAlloc for Own {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: as for the caller.
        unsafe { System.alloc(Self::layout(layout)) }
    }

    unsafe fn dealloc(&self, start: *mut u8, layout: Layout) {
        // SAFETY: it was allocated with this layout.
        unsafe { System.dealloc(start, Self::layout(layout)) }
    }
}

#[test]
fn closures_that_end_are_nobodys() {
    let run = rerun(&["subject::ends"], &[]);
    child::assert_passes(&run);
    assert!(run.text().contains("3 passed"), "{}", run.text());
    for report in &run.reports {
        assert!(report.leaks.is_empty(), "{}", run.text());
        let tasks = &report.coverage["task"];
        assert!(tasks.contains("an allocator of its own"), "{tasks}");
    }
}

#[test]
fn one_that_does_not_end_keeps_a_thread() {
    let run = rerun(&["--exact", "subject::hangs"], &[]);
    child::assert_fails(&run);
    let leaks = &run.report().leaks;
    let found: Vec<_> = leaks.iter().map(|leak| (&*leak.kind, leak.count)).collect();
    assert_eq!(found, [("thread", 1)], "{}", run.text());
}

mod subject {
    use std::{thread, time::Duration};

    use leakcheck::leak_checked;
    use tokio::{
        net::UdpSocket,
        runtime::Handle,
        sync::{mpsc, oneshot},
        task::spawn_blocking,
        time::sleep,
    };

    /// When what is clean has ended: soon after its test.
    const SOON: Duration = Duration::from_millis(30);

    #[leak_checked]
    #[tokio::test]
    #[ignore = "looked at from outside"]
    async fn ends_after_a_timer() {
        let handle = Handle::current();
        spawn_blocking(move || handle.block_on(sleep(SOON)));
    }

    #[leak_checked]
    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    #[ignore = "looked at from outside"]
    async fn ends_after_a_message() {
        let handle = Handle::current();
        let (sender, mut receiver) = mpsc::channel::<()>(1);
        spawn_blocking(move || handle.block_on(receiver.recv()));
        thread::spawn(move || {
            thread::sleep(SOON);
            drop(sender);
        });
    }

    #[leak_checked]
    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    #[ignore = "looked at from outside"]
    async fn ends_after_a_datagram() {
        let handle = Handle::current();
        let socket = UdpSocket::bind("127.0.0.1:0").await.unwrap();
        let place = socket.local_addr().unwrap();
        spawn_blocking(move || handle.block_on(socket.recv(&mut [0])));
        thread::spawn(move || {
            thread::sleep(SOON);
            let other = std::net::UdpSocket::bind("127.0.0.1:0").unwrap();
            // Nobody may be there any more.
            let _ = other.send_to(&[1], place);
        });
    }

    #[leak_checked(settle = "50ms")]
    #[tokio::test]
    #[ignore = "looked at from outside"]
    async fn hangs() {
        let (started, running) = oneshot::channel();
        spawn_blocking(|| {
            started.send(()).unwrap();
            loop {
                thread::park();
            }
        });
        running.await.unwrap();
    }
}
