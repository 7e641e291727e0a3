//! Memory that something leads to is not lost, whatever that is.
#![allow(
    clippy::unnecessary_box_returns,
    clippy::vec_box,
    clippy::decimal_bitwise_operands,
    clippy::print_stdout,
    reason = "what is kept has to be blocks of its own"
)]

use std::{
    cell::{Cell, RefCell},
    collections::HashMap,
    error::Error,
    hint::black_box,
    rc::Rc,
    sync::{
        Arc, LazyLock, Mutex, OnceLock, RwLock,
        atomic::{AtomicPtr, AtomicU64, AtomicUsize, Ordering},
        mpsc,
    },
    thread,
};

use leakcheck::leak_checked;
use tokio::runtime::{Builder, Runtime};

/// Some memory.
type Block = [u64; 6];

fn block() -> Box<Block> {
    black_box(Box::default())
}

#[leak_checked(levels(heap = "deny"))]
#[test]
fn in_statics_that_are_filled_once() {
    static ONCE: OnceLock<Vec<String>> = OnceLock::new();
    static LAZY: LazyLock<HashMap<u32, Box<Block>>> =
        LazyLock::new(|| (0..40).map(|key| (key, block())).collect());
    ONCE.get_or_init(|| vec!["x".repeat(40), "y".repeat(50)]);
    assert_eq!(LAZY.len(), 40);
}

#[leak_checked(levels(heap = "deny"))]
#[test]
fn in_a_static_behind_a_lock() {
    type Kept = Arc<Mutex<Vec<Box<Block>>>>;
    static KEPT: RwLock<Option<Kept>> = RwLock::new(None);
    *KEPT.write().unwrap() = Some(Arc::new(Mutex::new(vec![block(), block()])));
}

#[leak_checked(levels(heap = "deny"))]
#[test]
fn leaked_into_a_static() {
    static CONFIG: OnceLock<&'static Block> = OnceLock::new();
    CONFIG.get_or_init(|| Box::leak(block()));
}

static SHELF: Mutex<Vec<Box<Block>>> = Mutex::new(Vec::new());

fn shelve() {
    let mut shelf = SHELF.lock().unwrap();
    if shelf.capacity() == 0 {
        shelf.reserve_exact(16);
    }
    shelf.push(block());
}

/// One of these two has allocated the vector itself.
#[leak_checked(levels(heap = "deny"))]
#[test]
fn in_a_vector_of_another_test() {
    shelve();
}

#[leak_checked(levels(heap = "deny"))]
#[test]
fn in_a_vector_of_yet_another_test() {
    shelve();
}

#[leak_checked(levels(heap = "deny"))]
#[test]
fn in_a_thread_local() {
    thread_local! {
        static CACHE: RefCell<Vec<Box<Block>>> = const { RefCell::new(Vec::new()) };
        static LAZY: Rc<Block> = Rc::new(Block::default());
        static OWN: Cell<Option<&'static Block>> = const { Cell::new(None) };
    }
    CACHE.with_borrow_mut(|cache| cache.push(block()));
    LAZY.with(|lazy| assert_eq!(lazy[0], 0));
    OWN.set(Some(Box::leak(block())));
}

struct Link {
    next: *mut Link,
    _size: Block,
}

#[leak_checked(levels(heap = "deny"))]
#[test]
fn in_a_list_of_raw_pointers() {
    static HEAD: AtomicPtr<Link> = AtomicPtr::new(std::ptr::null_mut());
    for _ in 0..100 {
        let next = HEAD.load(Ordering::Relaxed);
        let link = Box::new(Link {
            next,
            _size: Block::default(),
        });
        HEAD.store(Box::into_raw(link), Ordering::Relaxed);
    }
    // SAFETY: it was just stored, and nobody frees it.
    assert!(unsafe { !(*HEAD.load(Ordering::Relaxed)).next.is_null() });
}

#[leak_checked(levels(heap = "deny"))]
#[test]
fn by_a_pointer_into_it() {
    static PART: OnceLock<&'static [u64]> = OnceLock::new();
    let all: &'static [u64] = Box::leak(vec![1; 1000].into_boxed_slice());
    PART.set(&all[500..510]).unwrap();
}

#[leak_checked(levels(heap = "deny"))]
#[test]
fn by_a_pointer_with_marks_in_it() {
    static LOW: AtomicUsize = AtomicUsize::new(0);
    static HIGH: AtomicU64 = AtomicU64::new(0);
    static SHIFTED: AtomicU64 = AtomicU64::new(0);
    LOW.store(Box::into_raw(block()) as usize | 3, Ordering::Relaxed);
    HIGH.store(
        Box::into_raw(block()) as u64 | 0xfffc << 48,
        Ordering::Relaxed,
    );
    SHIFTED.store(
        (Box::into_raw(block()) as u64) << 16 | 77,
        Ordering::Relaxed,
    );
}

/// Nobody notes what C allocates.
#[leak_checked(levels(heap = "deny"))]
#[test]
fn in_memory_of_c() {
    static KEPT: AtomicPtr<*mut Block> = AtomicPtr::new(std::ptr::null_mut());
    // SAFETY: the memory is long enough, and is never freed.
    unsafe {
        let memory = libc::malloc(64).cast::<*mut Block>();
        memory.write(Box::into_raw(block()));
        KEPT.store(memory, Ordering::Relaxed);
    }
}

/// A pipe of the test's own tells the thread to go on, after the check.
#[leak_checked(ignore_thread_name = "keeps-a-block", levels(heap = "deny"))]
#[test]
fn on_the_stack_of_a_thread() {
    let (ready, wait) = mpsc::channel();
    thread::Builder::new()
        .name("keeps-a-block".to_owned())
        .spawn(move || {
            let kept = block();
            ready.send(()).unwrap();
            drop(ready);
            loop {
                thread::park();
                black_box(&kept);
            }
        })
        .unwrap();
    wait.recv().unwrap();
}

#[leak_checked(levels(heap = "deny"))]
#[test]
fn in_what_the_test_returns() -> Result<(), Box<dyn Error>> {
    let number: u32 = "7".parse()?;
    assert_eq!(number, 7);
    Ok(())
}

#[leak_checked(levels(heap = "deny"))]
#[test]
#[should_panic(expected = "with text")]
fn in_a_panic() {
    let _kept = block();
    panic!("{} of the heap", "with text");
}

#[leak_checked(levels(heap = "deny"))]
#[test]
fn in_what_std_keeps() {
    println!("{}", "captured ".repeat(100));
    let map: HashMap<u32, u32> = (0..100).map(|key| (key, key)).collect();
    let names: Vec<_> = std::env::vars_os().collect();
    thread::scope(|threads| {
        threads.spawn(|| println!("{}", map.len() + names.len()));
    });
    let _hooked = std::panic::catch_unwind(|| std::panic::resume_unwind(Box::new(1)));
}

#[leak_checked(levels(heap = "deny"))]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn in_what_tokio_keeps() {
    let signals = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::user_defined1());
    drop(signals.unwrap());
    let sleep = tokio::time::sleep(std::time::Duration::from_millis(2));
    let closure = tokio::task::spawn_blocking(|| println!("{}", "captured ".repeat(100)));
    sleep.await;
    closure.await.unwrap();
    let (sender, mut receiver) = tokio::sync::mpsc::channel(4);
    tokio::spawn(async move { sender.send(block()).await.unwrap() });
    assert!(receiver.recv().await.is_some());
}

#[leak_checked(levels(heap = "deny"))]
#[test]
fn with_a_runtime_that_is_kept() {
    static RUNTIME: LazyLock<Runtime> = LazyLock::new(|| {
        Builder::new_multi_thread()
            .worker_threads(1)
            .build()
            .unwrap()
    });
    let task = RUNTIME.spawn(async { block()[0] });
    assert_eq!(RUNTIME.block_on(task).unwrap(), 0);
}

/// Others move what they have while the check looks.
#[leak_checked(ignore_thread_name = "moves-a-block", levels(heap = "deny"))]
#[test]
fn with_a_thread_that_moves_it() {
    static PLACES: [Mutex<Option<Box<Block>>>; 2] = [const { Mutex::new(None) }; 2];
    *PLACES[0].lock().unwrap() = Some(block());
    thread::Builder::new()
        .name("moves-a-block".to_owned())
        .spawn(|| {
            for round in 0..100_000_usize {
                let kept = PLACES[round % 2].lock().unwrap().take();
                *PLACES[(round + 1) % 2].lock().unwrap() = kept;
            }
            loop {
                thread::park();
            }
        })
        .unwrap();
}

#[test]
fn every_report_is_exact() {
    crate::expected::verify_alone("heap_kept", include_str!("heap_kept.rs"));
}
