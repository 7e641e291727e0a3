//! What a static holds is found through whatever keeps it there, and only while it is there.

#![cfg(all(target_os = "linux", target_pointer_width = "64", debug_assertions))]
#![allow(clippy::non_std_lazy_statics, reason = "they are read as well")]

use std::{
    collections::{BTreeMap, HashMap},
    mem::MaybeUninit,
    pin::Pin,
    sync::{Arc, Barrier, LazyLock, Mutex, MutexGuard, OnceLock, RwLock},
};

use leakcheck_introspect::{
    Certainty, Class, Graph, Hold, Keeper, Role, State, Statics, TaskList, ThreadStack,
};
use tokio::{
    runtime::{Builder, Handle},
    sync::{
        mpsc::{Receiver, Sender, channel},
        oneshot,
    },
    task::yield_now,
};

type Tx = Sender<u8>;

#[expect(dead_code, reason = "it only keeps")]
struct Hub {
    tx: Option<Tx>,
}

static ONCE: OnceLock<Tx> = OnceLock::new();
static LAZY: LazyLock<Mutex<Option<Tx>>> = LazyLock::new(Mutex::default);
static CELL: once_cell::sync::OnceCell<Tx> = once_cell::sync::OnceCell::new();
static CELL_LAZY: once_cell::sync::Lazy<RwLock<Vec<Tx>>> =
    once_cell::sync::Lazy::new(RwLock::default);
lazy_static::lazy_static! {
    static ref MADE: Mutex<Vec<Tx>> = Mutex::new(Vec::new());
}
static REG: Mutex<Vec<(String, Tx)>> = Mutex::new(Vec::new());
static SHARED: RwLock<Option<Arc<Hub>>> = RwLock::new(None);
static PARKED: parking_lot::Mutex<Option<Box<Tx>>> = parking_lot::const_mutex(None);
static PARKED_RW: parking_lot::RwLock<Option<Hub>> = parking_lot::const_rwlock(None);
static MAP: LazyLock<Mutex<HashMap<u32, Hub>>> = LazyLock::new(Mutex::default);
static TREE: Mutex<BTreeMap<u32, Tx>> = Mutex::new(BTreeMap::new());
static CONNS: LazyLock<dashmap::DashMap<u32, Hub>> = LazyLock::new(dashmap::DashMap::new);
static ASYNC: tokio::sync::Mutex<Option<Tx>> = tokio::sync::Mutex::const_new(None);
static ASYNC_ONCE: tokio::sync::OnceCell<Tx> = tokio::sync::OnceCell::const_new();
static ERASED: Mutex<Option<Box<dyn Fn() -> usize + Send>>> = Mutex::new(None);
static LEAKED: OnceLock<&'static Hub> = OnceLock::new();
static BY_NUMBER: [Mutex<Option<Tx>>; 3] = [const { Mutex::new(None) }; 3];

static REPLY: Mutex<Option<oneshot::Sender<u8>>> = Mutex::new(None);
static RECEIVER: Mutex<Option<Receiver<u8>>> = Mutex::new(None);
static ROOM: Mutex<Room> = Mutex::new(Room(MaybeUninit::uninit()));

/// Something that may be there, and that nothing tells of.
struct Room(MaybeUninit<Tx>);

/// Tests change the same statics.
fn alone() -> MutexGuard<'static, ()> {
    static ALONE: Mutex<()> = Mutex::new(());
    ALONE
        .lock()
        .unwrap_or_else(std::sync::PoisonError::into_inner)
}

/// What keeps senders of one channel: the static, the way inside it, and how sure that is.
fn keepers(address: u64) -> Vec<(String, String, Certainty)> {
    let statics = Statics::read().expect("tests have debug info");
    let mut found = Vec::new();
    for one in statics.list() {
        let line = one.location().expect("it is declared somewhere");
        assert!(line.line() > 0 && !line.file().is_empty());
        let is_it =
            |hold: &&Hold| hold.object().address() == address && hold.role() == Role::Sender;
        for hold in one.holds().iter().filter(is_it) {
            let (name, way) = (one.name().to_owned(), hold.local().to_owned());
            found.push((name, way, hold.certainty()));
        }
    }
    found.sort();
    found
}

/// A channel, and what identifies it.
fn made() -> (Tx, Receiver<u8>, u64) {
    // A static that nothing else uses tells its address.
    static PROBE: Mutex<Option<Tx>> = Mutex::new(None);
    let (sender, receiver) = channel(1);
    *PROBE.lock().unwrap() = Some(sender.clone());
    let statics = Statics::read().expect("tests have debug info");
    let probe = statics.list().iter().find(|one| one.name() == "PROBE");
    let address = probe.expect("it holds something").holds()[0]
        .object()
        .address();
    *PROBE.lock().unwrap() = None;
    (sender, receiver, address)
}

/// Puts a sender into a static, which then holds it there, and takes it out, which ends that.
fn check(name: &str, way: &str, put: impl FnOnce(Tx), take: impl FnOnce()) {
    let _alone = alone();
    let (sender, mut receiver, address) = made();
    assert_eq!(keepers(address), [], "{name} before");
    put(sender);
    assert_eq!(
        keepers(address),
        [(name.to_owned(), way.to_owned(), Certainty::Certain)]
    );
    take();
    let is_gone = receiver.try_recv() == Err(tokio::sync::mpsc::error::TryRecvError::Disconnected);
    assert_eq!(keepers(address).is_empty(), is_gone, "{name} after");
}

#[test]
fn cells_that_are_filled_once() {
    check("ONCE", "", |tx| ONCE.set(tx).unwrap(), || ());
    check("CELL", "", |tx| CELL.set(tx).unwrap(), || ());
    check("ASYNC_ONCE", "", |tx| ASYNC_ONCE.set(tx).unwrap(), || ());
    check(
        "LEAKED",
        ".tx",
        |tx| {
            let hub = Box::leak(Box::new(Hub { tx: Some(tx) }));
            assert!(LEAKED.set(hub).is_ok());
        },
        || (),
    );
}

#[test]
fn locks_and_what_is_in_them() {
    check(
        "LAZY",
        "",
        |tx| *LAZY.lock().unwrap() = Some(tx),
        || drop(LAZY.lock().unwrap().take()),
    );
    check(
        "PARKED",
        "",
        |tx| *PARKED.lock() = Some(Box::new(tx)),
        || drop(PARKED.lock().take()),
    );
    check(
        "PARKED_RW",
        ".tx",
        |tx| *PARKED_RW.write() = Some(Hub { tx: Some(tx) }),
        || drop(PARKED_RW.write().take()),
    );
    check(
        "SHARED",
        ".tx",
        |tx| *SHARED.write().unwrap() = Some(Arc::new(Hub { tx: Some(tx) })),
        || drop(SHARED.write().unwrap().take()),
    );
    check(
        "ASYNC",
        "",
        |tx| *ASYNC.try_lock().unwrap() = Some(tx),
        || drop(ASYNC.try_lock().unwrap().take()),
    );
    check(
        "BY_NUMBER",
        "[1]",
        |tx| *BY_NUMBER[1].lock().unwrap() = Some(tx),
        || drop(BY_NUMBER[1].lock().unwrap().take()),
    );
    check(
        "ERASED",
        ".tx",
        |tx| *ERASED.lock().unwrap() = Some(Box::new(move || tx.capacity())),
        || drop(ERASED.lock().unwrap().take()),
    );
}

#[test]
fn collections() {
    check(
        "REG",
        "[0].1",
        |tx| REG.lock().unwrap().push(("a".to_owned(), tx)),
        || REG.lock().unwrap().clear(),
    );
    check(
        "CELL_LAZY",
        "[0]",
        |tx| CELL_LAZY.write().unwrap().push(tx),
        || drop(CELL_LAZY.write().unwrap().pop()),
    );
    check(
        "MADE",
        "[0]",
        |tx| MADE.lock().unwrap().push(tx),
        || drop(MADE.lock().unwrap().pop()),
    );
    check(
        "MAP",
        "[..].tx",
        |tx| drop(MAP.lock().unwrap().insert(7, Hub { tx: Some(tx) })),
        || drop(MAP.lock().unwrap().remove(&7)),
    );
    check(
        "TREE",
        "[0]",
        |tx| drop(TREE.lock().unwrap().insert(7, tx)),
        || drop(TREE.lock().unwrap().remove(&7)),
    );
    check(
        "CONNS",
        "[..].tx",
        |tx| drop(CONNS.insert(7, Hub { tx: Some(tx) })),
        || drop(CONNS.remove(&7)),
    );
}

/// Statics of one name go by where they stand.
#[test]
fn inside_functions() {
    fn one(tx: Option<Tx>) {
        static KEPT: Mutex<Option<Tx>> = Mutex::new(None);
        *KEPT.lock().unwrap() = tx;
    }
    fn two(tx: Option<Tx>) {
        static KEPT: Mutex<Option<Tx>> = Mutex::new(None);
        *KEPT.lock().unwrap() = tx;
    }
    let put = |name, function: fn(Option<Tx>)| {
        check(name, "", |tx| function(Some(tx)), || function(None));
    };
    put("inside_functions::one::KEPT", one);
    put("inside_functions::two::KEPT", two);
}

#[test]
fn the_receiver_and_what_is_not_there_are_no_keepers() {
    let _alone = alone();
    let (sender, receiver, address) = made();
    *RECEIVER.lock().unwrap() = Some(receiver);
    // Nothing says whether it is there.
    ROOM.lock().unwrap().0.write(sender);
    assert_eq!(keepers(address), []);
    *RECEIVER.lock().unwrap() = None;
}

/// While it is made, what it will have is not there.
#[test]
fn a_cell_that_is_being_made_has_nothing() {
    static SLOW: OnceLock<Tx> = OnceLock::new();
    static SLOW_LAZY: LazyLock<Option<Tx>> = LazyLock::new(|| {
        MET.get_or_init(|| Barrier::new(2)).wait();
        MET.get_or_init(|| Barrier::new(2)).wait();
        NEXT.lock().unwrap().take()
    });
    static MET: OnceLock<Barrier> = OnceLock::new();
    static NEXT: Mutex<Option<Tx>> = Mutex::new(None);
    let _alone = alone();
    let (sender, _receiver, address) = made();
    let met = MET.get_or_init(|| Barrier::new(2));
    *NEXT.lock().unwrap() = Some(sender.clone());
    std::thread::scope(|scope| {
        scope.spawn(|| LazyLock::force(&SLOW_LAZY));
        scope.spawn(|| SLOW.get_or_init(|| sender));
        met.wait();
        let during: Vec<_> = keepers(address).into_iter().map(|found| found.0).collect();
        assert!(!during.contains(&"SLOW_LAZY".to_owned()), "{during:?}");
        met.wait();
    });
    let names: Vec<_> = keepers(address).into_iter().map(|found| found.0).collect();
    assert_eq!(names, ["SLOW", "SLOW_LAZY"]);
}

/// Who waits for what a static has is told so, and is not proven to wait for ever.
#[test]
fn a_static_is_a_keeper_and_proves_nothing() {
    let _alone = alone();
    let runtime = Builder::new_current_thread().build().unwrap();
    runtime.block_on(async {
        let (reply, answer) = oneshot::channel::<u8>();
        *REPLY.lock().unwrap() = Some(reply);
        tokio::spawn(answer);
        yield_now().await;
        let list = TaskList::of_runtime(&Handle::current()).unwrap();
        let statics = Statics::read().unwrap();
        let task = &list.tasks()[0];
        assert_eq!(task.state(), State::Idle);
        assert_eq!(task.unread(), None, "{task:?}");
        let wait = &task.waits()[0];
        assert!(Graph::new([&list]).wakers(task, wait).is_empty());
        let graph = Graph::new([&list]).with_statics(&statics);
        let [waker] = graph.wakers(task, wait)[..] else {
            panic!("one keeper");
        };
        let Keeper::Static(keeper) = waker.keeper else {
            panic!("a static");
        };
        assert_eq!(keeper.name(), "REPLY");
        assert_eq!(waker.hold.unwrap().object().class(), Class::Oneshot);
        assert!(waker.task().is_none() && !graph.is_stuck(task));
        *REPLY.lock().unwrap() = None;
        let statics = Statics::read().unwrap();
        let graph = Graph::new([&list]).with_statics(&statics);
        assert!(graph.wakers(task, wait).is_empty());
    });
}

#[test]
fn everything_is_read() {
    let _alone = alone();
    assert!(Statics::read().unwrap().is_whole());
}

/// The way to a boxed trait object that is pinned.
#[test]
fn a_pinned_future() {
    type Boxed = Pin<Box<dyn Future<Output = ()> + Send>>;
    static FUTURE: Mutex<Option<Boxed>> = Mutex::new(None);
    let put = |tx: Tx| {
        *FUTURE.lock().unwrap() = Some(Box::pin(async move {
            let _ = tx.send(1).await;
        }));
    };
    check("FUTURE", ".tx", put, || drop(FUTURE.lock().unwrap().take()));
}

/// Whatever somebody takes for a stack: nothing is found there, and nothing else happens.
#[test]
fn a_stack_that_is_none() {
    let function = a_stack_that_is_none as fn() as usize;
    let local = [0_usize; 64];
    let at = local.as_ptr() as usize;
    let addresses = [
        0,
        1,
        8,
        function,
        function + 1,
        function + 64,
        at,
        usize::MAX,
    ];
    let pointers = [0, 1, at, at + 1, usize::MAX, usize::MAX - 8];
    for address in addresses {
        for pointer in pointers {
            let frames = [(address, pointer), (function + 16, pointer), (address, 0)];
            let stack = ThreadStack::read(3, &frames).unwrap();
            assert!(stack.number() == 3 && stack.holds().is_empty());
        }
    }
}
