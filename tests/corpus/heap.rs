//! Memory that a test has allocated, and that nothing leads to any more, is lost.
#![allow(
    clippy::large_stack_arrays,
    clippy::forget_non_drop,
    reason = "what is lost is made as users make it"
)]

use std::{
    cell::RefCell,
    mem::{ManuallyDrop, forget},
    rc::{Rc, Weak},
    sync::{Arc, Mutex},
    thread,
};

use leakcheck::leak_checked;

use crate::expected::verify_in_tries;

/// Words of a block: so many that the C library maps memory for it, where nothing was before that others may still have the address
/// of.
const WORDS: usize = 20_000;

/// Some memory.
#[derive(Clone, Copy)]
struct Block([u64; WORDS]);

impl Default for Block {
    fn default() -> Self {
        Self([0; WORDS])
    }
}

#[leak_checked(levels(heap = "deny"))]
#[test]
#[ignore = "leaks on purpose"]
fn box_is_forgotten() {
    // leak: heap
    forget(Box::new(Block::default()));
}

#[leak_checked(levels(heap = "deny"))]
#[test]
#[ignore = "leaks on purpose"]
fn pointer_is_never_put_together() {
    // leak: heap
    let raw = Box::into_raw(Box::new(Block::default()));
    assert!(!raw.is_null());
}

#[leak_checked(levels(heap = "deny"))]
#[test]
fn pointer_is_put_together() {
    let raw = Box::into_raw(Box::new(Block::default()));
    // SAFETY: it comes from a box, and is not used again.
    drop(unsafe { Box::from_raw(raw) });
}

#[leak_checked(levels(heap = "deny"))]
#[test]
#[ignore = "leaks on purpose"]
fn text_is_leaked() {
    // leak: heap
    let text: &'static str = Box::leak("x".repeat(160_000).into_boxed_str());
    assert_eq!(text.len(), 160_000);
}

#[leak_checked(levels(heap = "deny"))]
#[test]
#[ignore = "leaks on purpose"]
fn several_of_one_line() {
    for number in 0..3_u64 {
        // leak: heap x3
        forget(Box::new([number; WORDS]));
    }
}

#[leak_checked(levels(heap = "deny"))]
#[test]
#[ignore = "leaks on purpose"]
fn several_of_several_lines() {
    // leak: heap
    forget(ManuallyDrop::new(Box::new(Block::default())));
    // leak: heap
    let _kept = ManuallyDrop::new(vec![1_u64; WORDS]);
}

#[leak_checked(levels(heap = "deny"))]
#[test]
#[ignore = "leaks on purpose"]
fn what_it_has_is_told_with_it() {
    // leak: heap
    let mut texts = Vec::with_capacity(WORDS);
    texts.extend((0..6).map(|number| "x".repeat(160_000 + 16 * number)));
    forget(texts);
}

#[leak_checked(levels(heap = "deny"))]
#[test]
#[ignore = "leaks on purpose"]
fn vector_that_has_grown() {
    let mut numbers = Vec::new();
    for number in 0..40_000_u64 {
        // leak: heap
        numbers.push(number);
    }
    forget(numbers);
}

#[leak_checked(levels(heap = "deny"))]
#[tokio::test]
#[ignore = "leaks on purpose"]
async fn box_is_forgotten_after_an_await() {
    // leak: heap
    let kept = Box::new(Block::default());
    tokio::task::yield_now().await;
    forget(kept);
    tokio::task::yield_now().await;
}

#[leak_checked(levels(heap = "deny"))]
#[tokio::test]
#[ignore = "leaks on purpose"]
async fn box_is_forgotten_in_a_task() {
    let task = tokio::spawn(async {
        // leak: heap
        let kept = Box::new(Block::default());
        tokio::task::yield_now().await;
        forget(kept);
    });
    task.await.unwrap();
}

#[leak_checked(levels(heap = "deny"))]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "leaks on purpose"]
async fn box_is_forgotten_in_a_task_on_workers() {
    let task = tokio::spawn(async {
        // leak: heap
        forget(Box::new(Block::default()));
    });
    task.await.unwrap();
}

#[leak_checked(levels(heap = "deny"))]
#[tokio::test]
#[ignore = "leaks on purpose"]
async fn box_is_forgotten_in_a_closure() {
    let closure = tokio::task::spawn_blocking(|| {
        // leak: heap
        forget(Box::new(Block::default()));
    });
    closure.await.unwrap();
}

#[leak_checked(levels(heap = "deny"))]
#[test]
#[ignore = "leaks on purpose"]
fn box_is_forgotten_on_a_thread() {
    let thread = thread::spawn(|| {
        // leak: heap
        forget(Box::new(Block::default()));
    });
    thread.join().unwrap();
}

#[leak_checked(levels(heap = "off"))]
#[test]
fn it_may_be_left_out() {
    forget(Box::new(Block::default()));
}

#[leak_checked(ignore_created_by = "*::heap::fixture", levels(heap = "deny"))]
#[test]
fn it_may_be_accepted() {
    fixture();
}

fn fixture() {
    forget(Box::new(Block::default()));
}

/// What the thread has is on its stack.
#[leak_checked(settle = "10ms", levels(heap = "deny"))]
#[test]
#[ignore = "leaks on purpose"]
fn thread_is_left_that_has_some() {
    // leak: thread
    // waits: at park blocked in thread::park
    thread::spawn(|| {
        let kept = Box::new(Block::default());
        loop {
            thread::park(); // at: park
            assert_eq!(kept.0[0], 0);
        }
    });
}

#[derive(Default)]
struct Link {
    next: RefCell<Option<Rc<Link>>>,
    _size: Block,
}

#[leak_checked(levels(heap = "deny"))]
#[test]
#[ignore = "leaks on purpose"]
fn link_owns_itself() {
    // leak: heap "Rc<Link>"
    // why: memory-cycle
    let link = Rc::new(Link::default());
    *link.next.borrow_mut() = Some(Rc::clone(&link));
}

#[leak_checked(levels(heap = "deny"))]
#[test]
fn link_lets_go_of_itself() {
    let link = Rc::new(Link::default());
    *link.next.borrow_mut() = Some(Rc::clone(&link));
    link.next.take();
}

#[derive(Default)]
struct Node {
    parent: Mutex<Option<Arc<Node>>>,
    children: Mutex<Vec<Arc<Node>>>,
    _size: Block,
}

#[leak_checked(levels(heap = "deny"))]
#[test]
#[ignore = "leaks on purpose"]
fn parent_and_child_own_each_other() {
    // leak: heap "Arc<Node>"
    // why: memory-cycle
    let parent = Arc::new(Node::default());
    let child = Arc::new(Node::default());
    parent.children.lock().unwrap().reserve(WORDS);
    *child.parent.lock().unwrap() = Some(Arc::clone(&parent));
    parent.children.lock().unwrap().push(child);
}

#[leak_checked(levels(heap = "deny"))]
#[tokio::test]
#[ignore = "leaks on purpose"]
async fn parent_and_child_own_each_other_in_a_task() {
    let task = tokio::spawn(async {
        // leak: heap "Arc<Node>"
        // why: memory-cycle
        let parent = Arc::new(Node::default());
        let child = Arc::new(Node::default());
        parent.children.lock().unwrap().reserve(WORDS);
        tokio::task::yield_now().await;
        *child.parent.lock().unwrap() = Some(Arc::clone(&parent));
        parent.children.lock().unwrap().push(child);
    });
    task.await.unwrap();
}

#[derive(Default)]
struct Leaf {
    parent: RefCell<Weak<Branch>>,
    _size: Block,
}

#[derive(Default)]
struct Branch {
    leaves: RefCell<Vec<Rc<Leaf>>>,
    _size: Block,
}

fn branch() -> Rc<Branch> {
    let branch = Rc::new(Branch::default());
    let leaf = Rc::new(Leaf::default());
    *leaf.parent.borrow_mut() = Rc::downgrade(&branch);
    branch.leaves.borrow_mut().reserve(WORDS);
    branch.leaves.borrow_mut().push(leaf);
    branch
}

#[leak_checked(levels(heap = "deny"))]
#[test]
fn child_does_not_own_its_parent() {
    assert_eq!(branch().leaves.borrow().len(), 1);
}

/// A pointer leads back that owns nothing, so it is no circle of owners.
#[leak_checked(levels(heap = "deny"))]
#[test]
#[ignore = "leaks on purpose"]
fn parent_is_forgotten() {
    // leak: heap "Rc<Branch>"
    let branch = Rc::new(Branch::default());
    let leaf = Rc::new(Leaf::default());
    *leaf.parent.borrow_mut() = Rc::downgrade(&branch);
    branch.leaves.borrow_mut().reserve(WORDS);
    branch.leaves.borrow_mut().push(leaf);
    forget(branch);
}

#[derive(Default)]
struct Button {
    pressed: RefCell<u64>,
    on_press: RefCell<Option<Box<dyn Fn()>>>,
    _size: (Block, u64),
}

#[leak_checked(levels(heap = "deny"))]
#[test]
#[ignore = "leaks on purpose"]
fn closure_owns_what_has_it() {
    // leak: heap "Rc<Button>"
    // why: memory-cycle
    let button = Rc::new(Button::default());
    let (own, size) = (Rc::clone(&button), Block::default());
    let press = move || *own.pressed.borrow_mut() += size.0[0];
    *button.on_press.borrow_mut() = Some(Box::new(press));
}

#[leak_checked(levels(heap = "deny"))]
#[test]
fn closure_does_not_own_what_has_it() {
    let button = Rc::new(Button::default());
    let own = Rc::downgrade(&button);
    let press = move || *own.upgrade().expect("it is pressed").pressed.borrow_mut() += 1;
    *button.on_press.borrow_mut() = Some(Box::new(press));
    button.on_press.borrow().as_ref().expect("there is one")();
}

#[test]
fn every_report_is_exact() {
    // Each in a process of its own: what others have left in memory may seem to lead to what is lost here. So may what was there
    // before, at an address that the system chooses anew each time.
    for (test, text) in verify_in_tries("heap", include_str!("heap.rs"), 6) {
        let words: &[&str] = match test.as_str() {
            "heap::several_of_one_line" => &["heap ×3: memory, 468 KiB in all", "allocated here"],
            "heap::what_it_has_is_told_with_it" => &["6 more allocations of 937 KiB"],
            "heap::link_owns_itself" => {
                &["156 KiB, which owns itself through `next` of `Rc<Link>`"]
            }
            "heap::parent_and_child_own_each_other" => {
                &["owns itself through `children` of `Arc<Node>` and `parent` of `Arc<Node>`"]
            }
            "heap::closure_owns_what_has_it" => {
                &["through `on_press` of `Rc<Button>` and `own` of `closure`"]
            }
            "heap::parent_is_forgotten" => &["leads back to itself", "(lost-memory)"],
            _ => &[],
        };
        for words in words {
            assert!(text.contains(words), "{words}\n{text}");
        }
    }
}
