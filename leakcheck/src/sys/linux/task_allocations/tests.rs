//! Real tasks are found by the address of their cell, with what was true when they were created.

use std::{
    alloc::{Layout, alloc, dealloc, realloc},
    hash::{Hash, Hasher},
    ptr::null_mut,
};

use tokio::{
    runtime::{Builder, Runtime},
    task::{AbortHandle, JoinHandle},
};

use super::{
    slots::{LEN, start},
    *,
};
use crate::sys::{context::Switch, scope_counters};

/// Makes this thread work for a scope of its own.
fn scope() -> (u64, Switch) {
    let scope = scope_counters::open().expect("far below the limit");
    (scope, Switch::to(Context { scope, origin: 0 }))
}

fn runtime() -> Runtime {
    Builder::new_current_thread()
        .build()
        .expect("a runtime can be built")
}

/// The address of a task's cell, which is all that a handle consists of.
fn address<T>(task: &JoinHandle<T>) -> usize {
    // SAFETY: the sizes agree, or this does not compile; the tests tell whether the word is the address. The handle
    // is alive when it is turned back.
    unsafe {
        let handle = task.abort_handle();
        let address = std::mem::transmute::<AbortHandle, usize>(handle);
        drop(std::mem::transmute::<usize, AbortHandle>(address));
        address
    }
}

/// Names of the functions on a path.
fn functions(origin: u32) -> Vec<String> {
    let mut functions = Vec::new();
    for frame in creation_stack::frames(origin) {
        backtrace::resolve((frame - 1) as *mut c_void, |symbol| {
            functions.extend(symbol.name().map(|name| name.to_string()));
        });
    }
    functions
}

/// A block aligned as a cell is.
struct Block(*mut u8, Layout);

impl Block {
    fn new(size: usize) -> Self {
        let layout = Layout::from_size_align(size, ALIGN).expect("a small layout");
        // SAFETY: the layout has a size.
        let start = std::hint::black_box(unsafe { alloc(layout) });
        assert!(!start.is_null(), "there is memory");
        Self(start, layout)
    }
    fn address(&self) -> usize {
        self.0 as usize
    }
}

impl Drop for Block {
    fn drop(&mut self) {
        // SAFETY: allocated with this layout, and freed once.
        unsafe { dealloc(self.0, self.1) };
    }
}

/// Not in tail position, where optimised code would leave no frame of it.
#[inline(never)]
fn spawner() -> JoinHandle<()> {
    std::hint::black_box(tokio::spawn(std::future::pending()))
}

#[test]
fn creations_can_be_seen() {
    assert_eq!(unavailable(), None);
    assert_eq!(gap(), None);
}

#[test]
fn a_task_is_found_by_its_cell() {
    let runtime = runtime();
    let _guard = runtime.enter();
    let (scope, _inside) = scope();
    let before = clock::now_ms();
    let task = spawner();
    let found = find(address(&task)).expect("it was recorded");
    assert_eq!(found.scope, scope);
    assert!((before..=clock::now_ms()).contains(&found.born_ms));
    assert!(found.size as usize >= ALIGN);
    let functions = functions(found.origin);
    for expected in ["spawner", "a_task_is_found_by_its_cell"] {
        let is_there = functions.iter().any(|name| name.contains(expected));
        assert!(is_there, "{expected} is missing in {functions:#?}");
    }
}

#[test]
fn every_line_has_a_path_and_every_loop_one() {
    let runtime = runtime();
    let _guard = runtime.enter();
    let (_, _inside) = scope();
    let origin = |task: &JoinHandle<()>| find(address(task)).expect("it was recorded").origin;
    let one = tokio::spawn(std::future::pending());
    let two = tokio::spawn(std::future::pending());
    assert_ne!(origin(&one), origin(&two));
    let tasks: Vec<_> = (0..100).map(|_| spawner()).collect();
    let first = origin(&tasks[0]);
    assert_ne!(first, 0);
    assert!(tasks.iter().all(|task| origin(task) == first));
}

#[test]
fn blocking_and_local_tasks_have_cells_too() {
    let runtime = runtime();
    let (scope, _inside) = scope();
    let blocking = runtime.spawn_blocking(|| ());
    let found = find(address(&blocking)).expect("it was recorded");
    assert_eq!(found.scope, scope);
    let local = tokio::task::LocalSet::new();
    let task = local.spawn_local(async {});
    let found = find(address(&task)).expect("it was recorded");
    assert_eq!(found.scope, scope);
}

#[test]
fn all_cells_of_a_scope_are_found_few_or_many() {
    let runtime = runtime();
    let _guard = runtime.enter();
    for count in [0, 1, 5, 100] {
        let (scope, _inside) = scope();
        let tasks: Vec<_> = (0..count).map(|_| spawner()).collect();
        let found: std::collections::HashSet<_> =
            of_scope(scope).into_iter().map(|(cell, _)| cell).collect();
        assert_eq!(found.len(), count);
        assert!(tasks.iter().all(|task| found.contains(&address(task))));
    }
}

/// The test plays the allocator here, because a real one need not hand out an address again.
#[test]
fn a_reused_address_has_its_newest_creation_or_none() {
    let (mine, size) = (Block::new(1 << 12), 1 << 12);
    let scope_there = || find(mine.address()).map(|found| found.scope);
    assert_eq!(scope_there(), None);
    for _ in 0..3 {
        let (first, inside) = scope();
        allocated(mine.address(), size);
        assert_eq!(scope_there(), Some(first));
        let (second, inside_too) = scope();
        allocated(mine.address(), size);
        assert_eq!(scope_there(), Some(second));
        drop(inside_too);
        drop(inside);
        allocated(mine.address(), size);
        assert_eq!(scope_there(), None);
    }
}

/// A large program has many areas, of which several fall on the same slots; each of their addresses was in use at some time.
#[test]
fn areas_that_fall_together_are_all_known() {
    const AREA: usize = 64 << 20;
    const NONE: usize = 0xffff_8000_0000_0000;
    let together = |area: usize| {
        let first = NONE + area * AREA;
        let ahead = (LEN + 4096 - start(first)) % LEN * ALIGN;
        (ahead < AREA / 2).then_some(first + ahead)
    };
    let areas: Vec<usize> = (0..).filter_map(together).take(6).collect();
    let addresses: Vec<usize> = areas
        .iter()
        .flat_map(|first| (0..64).map(move |block| first + block * ALIGN))
        .collect();
    let (scope, inside) = scope();
    for address in &addresses {
        allocated(*address, 256);
    }
    let is_known = |address: &&usize| find(**address).is_some_and(|found| found.scope == scope);
    let known = addresses.iter().filter(is_known).count();
    let listed = addresses_of(scope).len();
    drop(inside);
    for address in &addresses {
        allocated(*address, 256);
        assert_eq!(find(*address), None);
    }
    assert_eq!((known, listed), (addresses.len(), addresses.len()));
}

/// A real allocator hands out most of these addresses many times.
#[test]
fn each_of_many_tasks_in_turn_is_known_for_what_it_is() {
    let runtime = runtime();
    let mut addresses = std::collections::HashSet::new();
    for round in 0..1_000_u32 {
        let inside = (round % 3 != 0).then(scope);
        let _guard = runtime.enter();
        let task = spawner();
        addresses.insert(address(&task));
        let found = find(address(&task)).map(|found| found.scope);
        assert_eq!(found, inside.as_ref().map(|(scope, _)| *scope));
        task.abort();
        assert!(runtime.block_on(task).is_err_and(|end| end.is_cancelled()));
    }
    let is_sanitized = real_fns::under_sanitizer();
    assert!(addresses.len() < 1_000 || is_sanitized, "none was reused");
}

#[test]
fn nothing_is_recorded_outside_of_scopes() {
    let runtime = runtime();
    let _guard = runtime.enter();
    let task = spawner();
    assert_eq!(find(address(&task)), None);
}

#[test]
fn blocks_that_are_no_cells_do_no_harm() {
    let (_, _inside) = scope();
    let block = Block::new(256);
    // SAFETY: the block is alive and has this layout; the new one is kept in its place.
    let block = unsafe {
        let (start, layout) = (block.0, block.1);
        std::mem::forget(block);
        let start = realloc(start, layout, 5 << 12);
        let layout = Layout::from_size_align_unchecked(5 << 12, ALIGN);
        Block(start, layout)
    };
    assert_eq!(
        find(block.address()).map(|found| found.size),
        Some(5 << 12),
        "what is reallocated is allocated anew"
    );
    let (sender, receiver) = std::sync::mpsc::channel();
    sender.send(1).expect("the receiver is alive");
    assert_eq!(receiver.recv(), Ok(1));
}

#[test]
fn the_c_library_s_contract_holds() {
    unsafe extern "C" fn parts(result: *mut *mut c_void, align: usize, size: usize) -> c_int {
        // SAFETY: the caller's contract.
        unsafe { from_parts(result, align, size) }
    }
    let mut start = null_mut();
    // SAFETY: `start` is valid for writing; what is allocated is freed once.
    unsafe {
        for align in [0, 1, 4, 24] {
            assert_eq!(
                libc::posix_memalign(&raw mut start, align, 64),
                libc::EINVAL
            );
            assert_eq!(from_parts(&raw mut start, align, 64), libc::EINVAL);
        }
        assert!(start.is_null());
        for align in [8, 16, 64, 128, 4096] {
            for allocate in [libc::posix_memalign as real_fns::Align, parts] {
                *libc::__errno_location() = 77;
                assert_eq!(allocate(&raw mut start, align, 100), 0);
                assert!((start as usize).is_multiple_of(align));
                assert_eq!(*libc::__errno_location(), 77);
                libc::free(start);
            }
        }
        assert_eq!(
            from_parts(&raw mut start, 128, usize::MAX / 2),
            libc::ENOMEM
        );
    }
}

/// The number of the task that this thread polls, as upper layers tell it.
fn number() -> u64 {
    struct Word(u64);
    impl Hasher for Word {
        fn write_u64(&mut self, word: u64) {
            self.0 = word;
        }
        fn write(&mut self, _bytes: &[u8]) {}
        fn finish(&self) -> u64 {
            self.0
        }
    }
    tokio::task::try_id().map_or(0, |id| {
        let mut word = Word(0);
        id.hash(&mut word);
        word.finish()
    })
}

#[test]
fn a_task_of_a_task_is_linked_to_it() {
    ask_for_parents(number);
    let runtime = runtime();
    let _guard = runtime.enter();
    let family = || async {
        let parent = tokio::spawn(async { (number(), spawner()) });
        parent.await.expect("it spawns and ends")
    };
    {
        let (scope, _inside) = scope();
        let (parent, child) = runtime.block_on(family());
        let found = find(address(&child)).expect("it was recorded");
        assert_eq!((found.scope, found.parent), (scope, parent));
        assert_ne!(parent, 0);
        let orphan = spawner();
        assert_eq!(find(address(&orphan)).map(|found| found.parent), Some(0));
    }
    // On a thread of no scope: only while it is watched, and only what a task creates.
    let _watch = watch();
    let (parent, child) = runtime.block_on(family());
    let found = find(address(&child)).expect("it was recorded");
    assert_eq!((found.scope, found.parent), (0, parent));
    let orphan = spawner();
    assert_eq!(find(address(&orphan)), None);
}

/// The destructors of thread-locals may run after tokio's own thread-local is gone.
#[test]
fn a_dying_thread_may_allocate() {
    struct Late(std::sync::mpsc::Sender<Option<u64>>);
    impl Drop for Late {
        fn drop(&mut self) {
            let scope = find(Block::new(256).address()).map(|found| found.scope);
            // The test may have failed already.
            let _ = self.0.send(scope);
        }
    }
    thread_local!(static LATE: std::cell::OnceCell<Late> = const { std::cell::OnceCell::new() });
    ask_for_parents(number);
    let (scope, _inside) = scope();
    let (tell, told) = std::sync::mpsc::channel();
    let work = move || {
        // Registered first, so destroyed after what the next line registers.
        LATE.with(|late| late.set(Late(tell)).is_ok());
        number()
    };
    let thread = std::thread::spawn(work);
    assert_eq!(thread.join().expect("it ends"), 0);
    assert_eq!(told.recv(), Ok(Some(scope)));
}

#[test]
fn a_forked_child_records_nothing() {
    fork::arm();
    let (_, _inside) = scope();
    // SAFETY: the child allocates, which the C library allows after a fork, and leaves at once.
    let pid = unsafe { libc::fork() };
    assert!(pid >= 0, "a process can be made");
    if pid == 0 {
        let mut start = null_mut();
        // SAFETY: `start` is valid for writing.
        let error = unsafe { libc::posix_memalign(&raw mut start, ALIGN, 7 << 12) };
        let is_ok = error == 0 && find(start as usize).is_none_or(|found| found.size != 7 << 12);
        // SAFETY: the call has no preconditions.
        unsafe { libc::_exit(i32::from(!is_ok)) }
    }
    let mut status = 0;
    // SAFETY: `status` outlives the call, and the child is waited for once.
    assert_eq!(unsafe { libc::waitpid(pid, &raw mut status, 0) }, pid);
    assert_eq!(status, 0, "the child's verdict");
}
