//! What is spawned, and how each task must read. A marker behind an await names its line.

use std::{any::Any, sync::Arc, time::Duration};

use tokio::{
    net::TcpListener,
    sync::{
        Barrier, Mutex, Notify, RwLock, Semaphore, broadcast,
        mpsc::{self, channel, unbounded_channel},
        oneshot, watch,
    },
    task::{JoinHandle, JoinSet, LocalSet},
    time::{sleep, timeout},
};

/// This file, for the lines of the markers.
pub(crate) const SOURCE: &str = include_str!("shapes.rs");

/// What the paths of its functions begin with.
pub(crate) const HOME: &str = module_path!();

/// Longer than any run.
pub(crate) const HOUR: Duration = Duration::from_secs(3600);

async fn collects(mut jobs: mpsc::Receiver<u8>) -> u32 {
    let mut sum = 0;
    // @collects
    while let Some(job) = jobs.recv().await {
        sum += u32::from(job);
    }
    sum
}

async fn produces(jobs: mpsc::Sender<u8>, gate: Arc<Mutex<u8>>) {
    let job = *gate.lock().await; // @produces
    let _ = jobs.send(job).await;
}

async fn guards(gate: Arc<Mutex<u8>>) {
    let mut guard = gate.lock().await;
    sleep(HOUR).await; // @guards
    *guard += 1;
}

async fn fills(room: mpsc::Sender<String>) {
    while room.send(String::new()).await.is_ok() {} // @fills
}

async fn drains(mut full: mpsc::Receiver<String>, begin: Arc<Notify>) {
    begin.notified().await; // @drains
    full.recv().await;
}

async fn listens(mut calls: mpsc::UnboundedReceiver<u8>, begin: Arc<Notify>) {
    calls.recv().await; // @listens
    begin.notify_one();
}

async fn asks(answer: oneshot::Receiver<u8>) {
    let _ = answer.await; // @asks
}

async fn thinks(question: oneshot::Sender<u8>, mut level: watch::Receiver<u8>) {
    let _ = level.changed().await; // @thinks
    let _ = question.send(1);
}

async fn hears(mut news: broadcast::Receiver<u8>, level: watch::Sender<u8>) {
    let _ = news.recv().await; // @hears
    let _ = level.send(1);
}

async fn writes(table: Arc<RwLock<u8>>) {
    *table.write().await += 1; // @writes
}

async fn reads(table: Arc<RwLock<u8>>, meeting: Arc<Barrier>) {
    let row = table.read().await;
    meeting.wait().await; // @reads
    drop(row);
}

async fn queues(desk: Arc<Semaphore>) {
    let _ = desk.acquire().await; // @queues
}

async fn occupies(desk: Arc<Semaphore>) {
    let place = desk.acquire().await;
    let _ = timeout(HOUR, std::future::pending::<()>()).await; // @occupies
    drop(place);
}

async fn joins(work: JoinHandle<u32>) {
    let _ = work.await; // @joins
}

async fn supervises(listener: TcpListener) {
    let mut staff = JoinSet::new();
    staff.spawn(accepts(listener));
    staff.join_next().await; // @supervises
}

async fn accepts(listener: TcpListener) {
    let _ = listener.accept().await; // @accepts
}

/// The last branch is switched off.
async fn races(mut one: mpsc::Receiver<u8>, other: Arc<Notify>, is_late: bool) {
    // @races
    tokio::select! {
        _ = one.recv() => {}
        () = other.notified() => {}
        () = sleep(HOUR), if is_late => {}
    }
}

/// What several tasks use.
pub(crate) struct Shared {
    gate: Arc<Mutex<u8>>,
    table: Arc<RwLock<u8>>,
    desk: Arc<Semaphore>,
}

/// Spawns those that must come first to a lock.
pub(crate) fn hold() -> Shared {
    let shared = Shared {
        gate: Arc::new(Mutex::new(0)),
        table: Arc::new(RwLock::new(0)),
        desk: Arc::new(Semaphore::new(1)),
    };
    tokio::spawn(guards(Arc::clone(&shared.gate)));
    tokio::spawn(reads(Arc::clone(&shared.table), Arc::new(Barrier::new(2))));
    tokio::spawn(occupies(Arc::clone(&shared.desk)));
    shared
}

/// Spawns all others onto the runtime that runs, and returns what keeps them waiting.
pub(crate) fn spawn(shared: Shared) -> impl Any {
    let (jobs, collected) = channel(1);
    let (room, full) = channel(1);
    let (calls, listened) = unbounded_channel();
    let (question, answer) = oneshot::channel();
    let (level, watched) = watch::channel(0);
    let (news, heard) = broadcast::channel(1);
    let (one, raced) = channel(1);
    let [begin, other] = [(); 2].map(|()| Arc::new(Notify::new()));
    tokio::spawn(produces(jobs, shared.gate));
    tokio::spawn(joins(tokio::spawn(collects(collected))));
    tokio::spawn(fills(room));
    tokio::spawn(drains(full, Arc::clone(&begin)));
    tokio::spawn(listens(listened, begin));
    tokio::spawn(asks(answer));
    tokio::spawn(thinks(question, watched));
    tokio::spawn(hears(heard, level));
    tokio::spawn(writes(shared.table));
    tokio::spawn(queues(shared.desk));
    let socket = std::net::TcpListener::bind("127.0.0.1:0").expect("loopback has free ports");
    socket.set_nonblocking(true).expect("sockets can be set so");
    let listener = TcpListener::from_std(socket).expect("the runtime has a driver");
    tokio::spawn(supervises(listener));
    tokio::spawn(races(raced, Arc::clone(&other), false));
    (calls, news, one, other)
}

/// Spawns two tasks into a `LocalSet`.
pub(crate) fn spawn_local(set: &LocalSet) -> impl Any {
    let (jobs, collected) = channel(1);
    set.spawn_local(joins(set.spawn_local(collects(collected))));
    jobs
}

/// How the tasks of a runtime read, and its timers.
pub(crate) const SHARED: &str = "
    accepts
      accepts @accepts
        tokio::net::tcp::listener::TcpListener::accept
      waits for readiness of descriptor
    asks
      asks @asks
        tokio::sync::oneshot::Receiver
      waits for message of oneshot <- thinks `question`
    collects
      collects @collects
        tokio::sync::mpsc::bounded::Receiver::recv
      waits for message of mpsc (1 sender) <- produces `jobs`
    drains
      drains @drains
        tokio::sync::notify::Notified
      waits for notification of notify <- listens `begin`
    fills
      fills @fills
        tokio::sync::mpsc::bounded::Sender::send
      waits for capacity of mpsc <- drains `full`
    guards
      guards @guards
        tokio::time::sleep::Sleep
      waits for timer ahead
    hears
      hears @hears
        tokio::sync::broadcast::Receiver::recv
      waits for message of broadcast (1 sender)
    joins
      joins @joins
        tokio::runtime::task::join::JoinHandle
      waits for end of task <- collects
    listens
      listens @listens
        tokio::sync::mpsc::unbounded::UnboundedReceiver::recv
      waits for message of mpsc (1 sender)
    occupies
      occupies @occupies
        tokio::time::timeout::Timeout
      waits for never of nothing
      waits for timer ahead
    produces
      produces @produces
        tokio::sync::mutex::Mutex::lock
      waits for permit of mutex <- guards `guard`
    queues
      queues @queues
        tokio::sync::semaphore::Semaphore::acquire
      waits for permit of semaphore <- occupies `place`
    races
      races @races
        tokio::sync::mpsc::bounded::Receiver::recv
      waits for message of mpsc (1 sender)
      waits for notification of notify
    reads
      reads @reads
        tokio::sync::barrier::Barrier::wait
      waits for arrivals of barrier
    supervises
      supervises @supervises
        tokio::task::join_set::JoinSet::join_next
      waits for end of task <- accepts
    thinks
      thinks @thinks
        tokio::sync::watch::Receiver::changed
      waits for change of watch (1 sender) <- hears `level`
    timers
      ahead wakes guards
      ahead wakes occupies
    writes
      writes @writes
        tokio::sync::rwlock::RwLock::write
      waits for permit of rwlock <- reads `row`
";

/// How those of a `LocalSet` read.
pub(crate) const LOCAL: &str = "
    collects
      collects @collects
        tokio::sync::mpsc::bounded::Receiver::recv
      waits for message of mpsc (1 sender)
    joins
      joins @joins
        tokio::runtime::task::join::JoinHandle
      waits for end of task <- collects
";
