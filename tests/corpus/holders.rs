//! Who holds what: every task and thread that keeps a descriptor open, and tasks of one line apart by what they wait for and
//! who has that.

use std::{
    future::pending,
    mem::forget,
    net::UdpSocket,
    os::unix::net::UnixStream as Pair,
    pin::Pin,
    sync::{Arc, OnceLock, Weak},
    thread,
    time::Duration,
};

use leakcheck::leak_checked;
use leakcheck_tests::Report;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream, UnixStream},
    sync::{mpsc, oneshot},
};

use crate::{
    expected::{section, verify},
    finding::{HAS_STACKS, IS_EXACT},
    source::ARE_SEEN,
};

type Socket = tokio::net::UdpSocket;

/// Sends what comes out of a channel.
async fn sends(socket: Arc<Socket>, mut queue: mpsc::Receiver<u8>) {
    // at: queue
    while let Some(byte) = queue.recv().await {
        socket.send(&[byte]).await.unwrap();
    }
}

/// Receives for that.
async fn receives(socket: Arc<Socket>, sender: mpsc::Sender<u8>) {
    let mut bytes = [0];
    // at: datagram
    while socket.recv(&mut bytes).await.is_ok() {
        sender.send(bytes[0]).await.unwrap();
    }
}

#[leak_checked]
#[tokio::test]
#[ignore = "leaks on purpose"]
async fn tasks_share_a_socket() {
    // leak: fd "UDP socket"
    // why: follows task
    let socket = Arc::new(Socket::bind("127.0.0.1:0").await.unwrap());
    let (sender, queue) = mpsc::channel(1);
    // leak: task "sends"
    // waits: at queue for a message, held by the task at datagram in sender
    // why: follows task
    tokio::spawn(sends(Arc::clone(&socket), queue));
    // leak: task "receives"
    // waits: at datagram for a descriptor
    // why: read-loop
    tokio::spawn(receives(socket, sender));
}

#[leak_checked]
#[tokio::test(flavor = "multi_thread")]
#[ignore = "leaks on purpose"]
async fn tasks_share_a_socket_on_workers() {
    // leak: fd "UDP socket"
    // why: follows task
    let socket = Arc::new(Socket::bind("127.0.0.1:0").await.unwrap());
    let (sender, queue) = mpsc::channel(1);
    // leak: task "sends"
    // waits: at queue for a message, held by the task at datagram in sender
    // why: follows task
    tokio::spawn(sends(Arc::clone(&socket), queue));
    // leak: task "receives"
    // waits: at datagram for a descriptor
    // why: read-loop
    tokio::spawn(receives(socket, sender));
}

#[leak_checked]
#[tokio::test]
async fn tasks_that_shared_a_socket_end() {
    let socket = Arc::new(Socket::bind("127.0.0.1:0").await.unwrap());
    let (sender, queue) = mpsc::channel(1);
    let tasks = [
        tokio::spawn(sends(Arc::clone(&socket), queue)),
        tokio::spawn(receives(socket, sender)),
    ];
    tokio::task::yield_now().await;
    tasks.iter().for_each(tokio::task::JoinHandle::abort);
}

#[leak_checked]
#[tokio::test]
#[ignore = "leaks on purpose"]
async fn tasks_have_halves_of_a_socket() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    // leak: fd "TCP socket" x2
    let (client, server) = tokio::join!(TcpStream::connect(address), listener.accept());
    let (mut reader, mut writer) = client.unwrap().into_split();
    let (sender, mut queue) = mpsc::channel::<u8>(1);
    // leak: task
    // waits: at half's queue for a message, held by the task at half in sender
    // why: follows task
    tokio::spawn(async move {
        // at: half's queue
        while let Some(byte) = queue.recv().await {
            writer.write_u8(byte).await.unwrap();
        }
    });
    // leak: task
    // waits: at half for a descriptor
    // why: follows fd
    tokio::spawn(async move {
        let byte = reader.read_u8().await.unwrap(); // at: half
        sender.send(byte).await.unwrap();
    });
    forget(server);
}

/// One end is a task's, and of the other nobody knows.
#[leak_checked]
#[tokio::test]
#[ignore = "leaks on purpose"]
async fn task_has_one_end_of_a_pair() {
    // leak: fd "Unix socket" x2
    let (mut one, other) = UnixStream::pair().unwrap();
    // leak: task
    // waits: at end for a descriptor
    // why: read-loop
    tokio::spawn(async move { one.read_u8().await }); // at: end
    forget(other);
}

#[leak_checked]
#[tokio::test]
#[ignore = "leaks on purpose"]
async fn task_shares_a_socket_with_a_static() {
    static KEPT: OnceLock<Arc<Socket>> = OnceLock::new();
    // leak: fd "UDP socket"
    let socket = Arc::new(Socket::bind("127.0.0.1:0").await.unwrap());
    KEPT.get_or_init(|| Arc::clone(&socket));
    // leak: task
    // waits: at shared for a descriptor
    // why: read-loop
    tokio::spawn(async move { socket.recv(&mut [0]).await }); // at: shared
}

/// A weak pointer keeps nothing open.
#[leak_checked]
#[tokio::test]
#[ignore = "leaks on purpose"]
async fn task_has_a_weak_pointer_to_a_socket() {
    // leak: fd "UDP socket"
    let socket = Arc::new(Socket::bind("127.0.0.1:0").await.unwrap());
    let weak: Weak<Socket> = Arc::downgrade(&socket);
    // leak: task
    // waits: at weak for nothing, for ever
    // why: never
    tokio::spawn(async move {
        pending::<()>().await; // at: weak
        drop(weak.upgrade());
    });
    forget(socket);
}

#[leak_checked]
#[test]
#[ignore = "leaks on purpose"]
fn thread_blocks_on_a_socket() {
    // leak: fd "UDP socket"
    // why: follows thread
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    // leak: thread "reader"
    // waits: at thread blocked in recv(fd *)
    let started = thread::Builder::new().name("reader".into()).spawn(move || {
        let _ = socket.recv(&mut [0]); // at: thread
    });
    drop(started.unwrap());
}

#[leak_checked]
#[tokio::test]
#[ignore = "leaks on purpose"]
async fn closure_blocks_on_a_socket() {
    // leak: fd "Unix socket" x2
    let (mut one, other) = Pair::pair().unwrap();
    // leak: blocking_task
    // waits: at closure blocked in recv(fd *)
    tokio::task::spawn_blocking(move || {
        use std::io::Read as _;
        let _ = one.read(&mut [0]); // at: closure
    });
    forget(other);
}

#[leak_checked]
#[tokio::test]
async fn closure_reads_a_socket_to_its_end() {
    let (mut one, other) = Pair::pair().unwrap();
    let closure = tokio::task::spawn_blocking(move || {
        use std::io::Read as _;
        one.read(&mut [0]).unwrap()
    });
    drop(other);
    assert_eq!(closure.await.unwrap(), 0);
}

async fn relays(mut queue: mpsc::Receiver<u8>) {
    while queue.recv().await.is_some() {} // at: relay
}

/// One sender is in a task, the other nowhere.
#[leak_checked]
#[tokio::test]
#[ignore = "leaks on purpose"]
async fn tasks_of_one_line_wait_for_different_holders() {
    let (kept, first) = mpsc::channel(1);
    let (lost, second) = mpsc::channel(1);
    for queue in [first, second] {
        // leak: task "relays"
        // waits: at relay for a message, held by the task at keeper in kept, for ever
        // why: follows task
        // leak: task "relays"
        // waits: at relay for a message, held by nobody found
        // why: forgotten
        tokio::spawn(relays(queue));
    }
    // leak: task
    // waits: at keeper for nothing, for ever
    // why: never
    tokio::spawn(async move {
        pending::<()>().await; // at: keeper
        drop(kept);
    });
    forget(lost);
}

/// Each of them is held by a task of its own, which is one mistake.
#[leak_checked]
#[tokio::test]
#[ignore = "leaks on purpose"]
async fn tasks_of_one_line_wait_for_holders_of_one_kind() {
    let queues = [mpsc::channel(1), mpsc::channel(1), mpsc::channel(1)];
    for (kept, queue) in queues {
        // leak: task "relays" x3
        // waits: at relay for a message, held by the task at each keeper in kept and the task at each keeper in kept and the task at each keeper in kept, for ever
        // why: follows task
        tokio::spawn(relays(queue));
        // leak: task x3
        // waits: at each keeper for nothing, for ever
        // why: never
        tokio::spawn(async move {
            pending::<()>().await; // at: each keeper
            drop(kept);
        });
    }
}

type Boxed = Pin<Box<dyn Future<Output = ()> + Send>>;

/// What is awaited is not seen at the line.
async fn awaits(what: Boxed) {
    what.await; // at: boxed
}

#[leak_checked]
#[tokio::test]
#[ignore = "leaks on purpose"]
async fn tasks_of_one_line_wait_for_different_things() {
    let never: Boxed = Box::pin(pending());
    let timer: Boxed = Box::pin(tokio::time::sleep(Duration::from_secs(60)));
    for what in [never, timer] {
        // leak: task "awaits"
        // waits: at boxed for nothing, for ever
        // why: never
        // leak: task "awaits"
        // waits: at boxed for a timer
        tokio::spawn(awaits(what));
    }
}

/// One task that has it three times is one holder.
#[leak_checked]
#[tokio::test]
#[ignore = "leaks on purpose"]
async fn task_holds_a_sender_three_times() {
    let (one, queue) = mpsc::channel(1);
    let (two, three) = (one.clone(), one.clone());
    // leak: task "relays"
    // waits: at relay for a message, held by the task at thrice in one, for ever
    // why: follows task
    tokio::spawn(relays(queue));
    // leak: task
    // waits: at thrice for nothing, for ever
    // why: never
    tokio::spawn(async move {
        pending::<()>().await; // at: thrice
        drop((one, two, three));
    });
}

/// The closure's own line is told where its end is awaited.
#[leak_checked(timeout = "200ms")]
#[tokio::test]
#[ignore = "hangs on purpose"]
async fn body_awaits_a_closure() {
    // hangs: timeout
    // waits: at awaited closure for an end, held by nobody found
    let (told, wait) = std::sync::mpsc::channel::<()>();
    // leak: blocking_task
    // waits: at closure's recv blocked in mpsc::recv
    // alive: thread "tokio-rt-worker"
    let closure = tokio::task::spawn_blocking(move || {
        let _ = wait.recv(); // at: closure's recv
    });
    forget(told);
    closure.await.unwrap(); // at: awaited closure
}

/// A task that is left after the hang is told once.
#[leak_checked(timeout = "200ms")]
#[tokio::test]
#[ignore = "hangs on purpose"]
async fn body_waits_beside_a_task() {
    // hangs: timeout
    // waits: at body for a notification, held by nobody found
    // leak: task
    // waits: at beside for nothing, for ever
    // why: never
    // alive: task
    // waits: at beside for nothing, for ever
    tokio::spawn(async { pending::<()>().await }); // at: beside
    tokio::sync::Notify::new().notified().await; // at: body
}

/// One sender is the body's, the other nobody's.
#[leak_checked(timeout = "200ms")]
#[tokio::test]
#[ignore = "hangs on purpose"]
async fn body_and_nobody_hold_what_tasks_of_one_line_wait_for() {
    // hangs: timeout
    // waits: at hung body for a notification, held by nobody found
    let (kept, first) = mpsc::channel(1);
    let (lost, second) = mpsc::channel(1);
    for queue in [first, second] {
        // leak: task "relays"
        // waits: at relay for a message, held by nobody found
        // why: forgotten
        // alive: task "relays"
        // waits: at relay for a message, held by the body in kept
        // alive: task "relays"
        // waits: at relay for a message, held by nobody found
        tokio::spawn(relays(queue));
    }
    forget(lost);
    tokio::sync::Notify::new().notified().await; // at: hung body
    drop(kept);
}

#[leak_checked]
#[tokio::test]
async fn body_awaits_a_value() {
    let (tell, told) = oneshot::channel();
    tokio::spawn(async move { tell.send(1).unwrap() });
    assert_eq!(told.await.unwrap(), 1);
}

/// Who keeps each descriptor of the only finding of that kind: kind, name and variables.
fn keepers(report: &Report) -> Vec<Vec<(&str, Option<&str>, String)>> {
    let kept = report.leaks.iter().filter(|leak| leak.kind == "fd");
    kept.flat_map(|leak| &leak.held)
        .map(|held| {
            let by = held.by.iter().map(|by| {
                let name = by.name.as_deref();
                let name = name.map(|name| name.strip_prefix("corpus::holders::").unwrap_or(name));
                (&*by.kind, name, by.locals.join(" "))
            });
            by.collect()
        })
        .collect()
}

#[test]
fn every_report_is_exact() {
    let reports = verify("holders", include_str!("holders.rs"));
    if !ARE_SEEN || !IS_EXACT || !HAS_STACKS {
        return;
    }
    let of = |test: &str| {
        let test = format!("holders::{test}");
        let report = reports.iter().find(|report| report.test == test);
        keepers(report.expect("it has run"))
    };
    let task = |name, local: &str| ("task", Some(name), local.to_owned());
    for shared in ["tasks_share_a_socket", "tasks_share_a_socket_on_workers"] {
        assert_eq!(
            of(shared),
            [[task("sends", "socket"), task("receives", "socket")]]
        );
    }
    let half = "tasks_have_halves_of_a_socket::{async block}";
    assert_eq!(
        of("tasks_have_halves_of_a_socket"),
        [[task(half, "writer"), task(half, "reader")]]
    );
    let end = "task_has_one_end_of_a_pair::{async block}";
    assert_eq!(of("task_has_one_end_of_a_pair"), [[task(end, "one")]]);
    let weak: [[(&str, Option<&str>, String); 1]; 0] = [];
    assert_eq!(of("task_has_a_weak_pointer_to_a_socket"), weak);
    let thread = ("thread", Some("reader"), String::new());
    assert_eq!(of("thread_blocks_on_a_socket"), [[thread]]);
    let closure = (
        "blocking_task",
        Some("closure_blocks_on_a_socket::{closure}"),
        String::new(),
    );
    assert_eq!(of("closure_blocks_on_a_socket"), [[closure]]);
    says(
        "tasks_share_a_socket",
        &["fd *, UDP socket (tests/corpus/holders.rs:*): closes when all that have it end"],
    );
    says(
        "task_shares_a_socket_with_a_static",
        &["it closes when that task ends and nobody else shares it"],
    );
    says(
        "task_has_one_end_of_a_pair",
        &["is held by task *", "is held by nobody that was found"],
    );
    says(
        "thread_blocks_on_a_socket",
        &[
            "  = with it: fd *, UDP socket (tests/corpus/holders.rs:*): is what it is blocked on, in recv",
        ],
    );
    says(
        "closure_blocks_on_a_socket",
        &["is used by blocking task *", "blocking task *: "],
    );
    let thrice = "holders::task_holds_a_sender_three_times";
    let thrice = reports.iter().find(|report| report.test == thrice).unwrap();
    let waits = thrice
        .leaks
        .iter()
        .filter_map(|leak| leak.waits_for.as_ref());
    let held_by: Vec<_> = waits.flat_map(|waits| &waits.held_by).collect();
    assert_eq!(held_by.len(), 1);
    assert_eq!(held_by[0].also, ["two", "three"]);
    says(
        "task_holds_a_sender_three_times",
        &[
            "`corpus::holders::relays` (tests/corpus/holders.rs:*): waits at tests/corpus/holders.rs:* for what only it can send",
        ],
    );
    says(
        "tasks_of_one_line_wait_for_holders_of_one_kind",
        &[
            "task ×* `corpus::holders::relays` (tests/corpus/holders.rs:*): wait at tests/corpus/holders.rs:* for what only they can send",
        ],
    );
    says(
        "body_awaits_a_closure",
        &[
            "the end of a task: blocking task * `",
            ", blocked in mpsc::recv at tests/corpus/holders.rs:",
            "blocking task *: ",
        ],
    );
    let beside = says(
        "body_waits_beside_a_task",
        &["alive at that moment: * task, left behind as well: see below"],
    );
    assert_eq!(beside.matches("\ntask: ").count(), 1, "{beside}");
}

/// What the test shows, with `*` for each number; it must have all of these.
fn says(test: &str, all: &[&str]) -> String {
    let shown = section(&format!("holders::{test}"));
    let mut masked = String::new();
    for next in shown.chars() {
        if !next.is_ascii_digit() {
            masked.push(next);
        } else if !masked.ends_with('*') {
            masked.push('*');
        }
    }
    for words in all {
        assert!(masked.contains(words), "{words} in {masked}");
    }
    masked
}
