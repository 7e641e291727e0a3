//! The tasks, two of most shapes.

use std::{
    any::Any,
    collections::{HashMap, VecDeque},
    future::{Future, pending},
    pin::{Pin, pin},
    sync::Arc,
    task::{Context, Poll},
    time::Duration,
};

use futures::{
    FutureExt, StreamExt,
    future::{join_all, select_all},
    stream::FuturesUnordered,
};
use tokio::{
    io::AsyncReadExt,
    net::{TcpListener, TcpStream},
    sync::{
        Barrier, Mutex, Notify, OwnedSemaphorePermit, RwLock, Semaphore, broadcast, mpsc, oneshot,
        watch,
    },
    task::{JoinHandle, JoinSet},
    time::{interval, sleep, timeout},
};
use tokio_util::sync::CancellationToken;

const HOUR: Duration = Duration::from_secs(3600);

async fn leaf(number: u32) -> u32 {
    pending::<()>().await;
    number
}

async fn middle(name: String) -> u32 {
    let sum = leaf(7).await;
    drop(name);
    sum
}

async fn ping(mut numbers: mpsc::Receiver<u32>, words: mpsc::Sender<String>) {
    while let Some(number) = numbers.recv().await {
        let _ = words.send(number.to_string()).await;
    }
}

async fn pong(mut words: mpsc::Receiver<String>, numbers: mpsc::Sender<u32>) {
    while let Some(word) = words.recv().await {
        let _ = numbers.send(word.len() as u32).await;
    }
}

async fn collect(mut jobs: mpsc::UnboundedReceiver<String>) -> Vec<String> {
    let mut all = Vec::new();
    while let Some(job) = jobs.recv().await {
        all.push(job);
    }
    all
}

async fn fill(sender: mpsc::Sender<u64>) {
    while sender.send(1).await.is_ok() {}
}

async fn keep_receiver(receiver: mpsc::Receiver<u64>) {
    sleep(HOUR).await;
    drop(receiver);
}

async fn ask(answer: oneshot::Receiver<String>) -> Option<String> {
    answer.await.ok()
}

async fn never_answer(answer: oneshot::Sender<String>) {
    sleep(HOUR).await;
    let _ = answer.send(String::new());
}

async fn lock_and_sleep(gate: Arc<Mutex<u32>>) {
    let mut guard = gate.lock().await;
    sleep(HOUR).await;
    *guard += 1;
}

async fn lock(gate: Arc<Mutex<u32>>) {
    *gate.lock().await += 1;
}

async fn write(words: Arc<RwLock<String>>) {
    let mut guard = words.write().await;
    pending::<()>().await;
    guard.push('.');
}

async fn read(words: Arc<RwLock<String>>) -> usize {
    words.read().await.len()
}

async fn take_permit(permits: Arc<Semaphore>) {
    let permit: Option<OwnedSemaphorePermit> = permits.acquire_owned().await.ok();
    pending::<()>().await;
    drop(permit);
}

async fn wait_for_permit(permits: Arc<Semaphore>) {
    let _ = permits.acquire().await;
}

async fn be_notified(bell: Arc<Notify>) {
    bell.notified().await;
}

async fn join(other: JoinHandle<u32>) -> u32 {
    other.await.unwrap_or(0)
}

async fn give_up_late(mut jobs: mpsc::UnboundedReceiver<u8>) {
    let _ = timeout(HOUR, jobs.recv()).await;
}

async fn select(mut jobs: mpsc::Receiver<u8>, mut news: broadcast::Receiver<u8>) {
    loop {
        tokio::select! {
            _ = jobs.recv() => {}
            _ = news.recv() => {}
            () = sleep(HOUR) => {}
        }
    }
}

async fn select_with_token(token: CancellationToken, mut levels: watch::Receiver<u8>) {
    tokio::select! {
        () = token.cancelled() => {}
        _ = levels.changed() => {}
    }
}

async fn join_three() {
    tokio::join!(leaf(1), middle("two".to_owned()), sleep(HOUR));
}

async fn join_many() {
    join_all((0..3).map(leaf)).await;
}

async fn select_many() {
    select_all((0..3).map(|number| leaf(number).boxed())).await;
}

async fn join_set() {
    let mut set = JoinSet::new();
    set.spawn(leaf(2));
    set.spawn(leaf(3));
    set.join_next().await;
}

async fn unordered() {
    let mut all: FuturesUnordered<_> = (0..3).map(leaf).collect();
    all.next().await;
}

async fn stream() {
    let mut numbers = futures::stream::iter([1, 2]).then(leaf).boxed();
    while numbers.next().await.is_some() {}
}

async fn boxed() -> u32 {
    let inner: Pin<Box<dyn Future<Output = u32> + Send>> = Box::pin(middle("boxed".to_owned()));
    inner.await
}

async fn pinned() -> u32 {
    let mut inner = pin!(leaf(4));
    inner.as_mut().await
}

async fn huge() -> u8 {
    let bytes = [1; 40_000];
    leaf(5).await;
    bytes[100]
}

async fn chain() -> u32 {
    leaf(1).map(|number| number + 1).then(leaf).await
}

async fn recurse(depth: u32) {
    if depth == 0 {
        pending().await
    } else {
        Box::pin(recurse(depth - 1)).await
    }
}

async fn tick() {
    let mut ticks = interval(HOUR);
    loop {
        ticks.tick().await;
    }
}

async fn accept(listener: TcpListener) {
    let _ = listener.accept().await;
}

async fn read_exactly(mut stream: TcpStream) {
    let mut bytes = [0; 4];
    let _ = stream.read_exact(&mut bytes).await;
}

async fn meet(barrier: Arc<Barrier>) {
    barrier.wait().await;
}

/// Polls what is in it by hand.
struct Counting<F> {
    polls: u32,
    inner: F,
}

impl<F: Future + Unpin> Future for Counting<F> {
    type Output = F::Output;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        self.polls += 1;
        Pin::new(&mut self.inner).poll(cx)
    }
}

async fn count_polls() {
    let counting = Counting {
        polls: 0,
        inner: Box::pin(leaf(6)),
    };
    counting.await;
}

struct Hub {
    senders: Vec<mpsc::Sender<u64>>,
    by_name: HashMap<String, mpsc::UnboundedSender<u8>>,
    late: VecDeque<JoinHandle<u32>>,
    level: Option<Arc<std::sync::Mutex<watch::Sender<u8>>>>,
}

impl Hub {
    async fn run(&mut self) -> usize {
        pending::<()>().await;
        self.senders.len()
            + self.by_name.len()
            + self.late.len()
            + usize::from(self.level.is_some())
    }
}

async fn hub(mut hub: Hub) -> usize {
    hub.run().await
}

/// Spawns all; what comes back keeps them waiting.
pub fn spawn() -> Vec<Box<dyn Any>> {
    let mut kept: Vec<Box<dyn Any>> = Vec::new();
    for _ in 0..2 {
        channels(&mut kept);
        locks(&mut kept);
    }
    combinators();
    sockets(&mut kept);
    kept
}

fn channels(kept: &mut Vec<Box<dyn Any>>) {
    let ((words, said), (numbers, counted)) = (mpsc::channel(4), mpsc::channel(4));
    tokio::spawn(ping(counted, words));
    tokio::spawn(pong(said, numbers));
    let (jobs, receiver) = mpsc::unbounded_channel();
    tokio::spawn(collect(receiver));
    kept.push(Box::new(jobs));
    let (sender, receiver) = mpsc::channel(1);
    tokio::spawn(fill(sender.clone()));
    tokio::spawn(keep_receiver(receiver));
    let (answer, asked) = oneshot::channel();
    tokio::spawn(ask(asked));
    tokio::spawn(never_answer(answer));
    let (late, receiver) = mpsc::unbounded_channel();
    tokio::spawn(give_up_late(receiver));
    let (level, levels) = watch::channel(0);
    let token = CancellationToken::new();
    tokio::spawn(select_with_token(token.clone(), levels));
    kept.push(Box::new(token));
    tokio::spawn(hub(Hub {
        senders: vec![sender],
        by_name: HashMap::from([("late".to_owned(), late)]),
        late: VecDeque::from([tokio::spawn(leaf(0))]),
        level: Some(Arc::new(std::sync::Mutex::new(level))),
    }));
    let ((jobs, receiver), (news, heard)) = (mpsc::channel(1), broadcast::channel(1));
    tokio::spawn(select(receiver, heard));
    kept.push(Box::new((jobs, news)));
}

fn locks(kept: &mut Vec<Box<dyn Any>>) {
    let gate = Arc::new(Mutex::new(0));
    tokio::spawn(lock_and_sleep(Arc::clone(&gate)));
    tokio::spawn(lock(gate));
    let words = Arc::new(RwLock::new(String::new()));
    tokio::spawn(write(Arc::clone(&words)));
    tokio::spawn(read(words));
    let permits = Arc::new(Semaphore::new(1));
    tokio::spawn(take_permit(Arc::clone(&permits)));
    tokio::spawn(wait_for_permit(permits));
    let bell = Arc::new(Notify::new());
    tokio::spawn(be_notified(Arc::clone(&bell)));
    kept.push(Box::new(bell));
    tokio::spawn(meet(Arc::new(Barrier::new(2))));
}

fn combinators() {
    tokio::spawn(join(tokio::spawn(leaf(0))));
    tokio::spawn(join_three());
    tokio::spawn(join_many());
    tokio::spawn(select_many());
    tokio::spawn(join_set());
    tokio::spawn(unordered());
    tokio::spawn(stream());
    tokio::spawn(boxed());
    tokio::spawn(pinned());
    tokio::spawn(huge());
    tokio::spawn(chain());
    tokio::spawn(recurse(3));
    tokio::spawn(tick());
    tokio::spawn(count_polls());
    tokio::spawn(async { middle("block".to_owned()).await });
}

fn sockets(kept: &mut Vec<Box<dyn Any>>) {
    let listener = || {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("there is a free port");
        listener.set_nonblocking(true).expect("it does not block");
        listener
    };
    let accepting = TcpListener::from_std(listener()).expect("the runtime has a driver");
    tokio::spawn(accept(accepting));
    let silent = listener();
    let address = silent.local_addr().expect("it has an address");
    let stream = std::net::TcpStream::connect(address).expect("it listens");
    stream.set_nonblocking(true).expect("it does not block");
    let stream = TcpStream::from_std(stream).expect("the runtime has a driver");
    tokio::spawn(read_exactly(stream));
    kept.push(Box::new(silent));
}
