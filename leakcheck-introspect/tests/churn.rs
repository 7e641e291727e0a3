//! While thousands of tasks come and go, tasks that stay are read right or not at all, and reading never hangs or crashes.

use std::{
    collections::HashSet,
    time::{Duration, Instant},
};

use leakcheck_introspect::{Frame, Location, State, Task, TaskList};
use tokio::{runtime::Builder, sync::mpsc, task::yield_now};

/// Tasks that stay.
const PARKED: usize = 20;
/// Line of their await.
const LINE: u32 = line!() + 4;

async fn parked(mut never: mpsc::Receiver<u8>, number: usize) -> usize {
    let doubled = [number, number];
    never.recv().await;
    doubled.iter().sum()
}

async fn short(number: u64) {
    yield_now().await;
    tokio::time::sleep(Duration::from_micros(number % 50)).await;
}

async fn spawner() {
    loop {
        let round: Vec<_> = (0..50).map(|number| tokio::spawn(short(number))).collect();
        for task in round {
            let _ = task.await;
        }
    }
}

/// How long, in seconds: a moment by default, longer where `LEAKCHECK_TEST_SECONDS` says so.
fn duration() -> Duration {
    let seconds =
        std::env::var("LEAKCHECK_TEST_SECONDS").map(|text| text.parse().expect("a number"));
    Duration::from_secs(seconds.unwrap_or(3))
}

/// What is wrong with a task that was read.
fn complaint(task: &Task) -> Option<String> {
    let functions: Vec<_> = task
        .chain()
        .iter()
        .map(|frame| frame.function().to_owned())
        .collect();
    let line = task
        .root()
        .and_then(|root| root.location())
        .map(Location::line);
    let expected = match task.future() {
        "churn::parked" => {
            let names: Vec<_> = task.root().into_iter().flat_map(Frame::locals).collect();
            functions
                == [
                    "churn::parked",
                    "tokio::sync::mpsc::bounded::Receiver::recv",
                ]
                && line == Some(LINE)
                && task.state() == State::Idle
                && names.iter().any(|local| local.name() == "doubled")
        }
        "churn::short" | "churn::spawner" => functions
            .first()
            .is_some_and(|first| first == task.future()),
        _ => false,
    };
    (!expected).then(|| format!("{} {functions:?} {line:?}", task.future()))
}

#[test]
fn what_stays_is_read_right() {
    let runtime = Builder::new_multi_thread()
        .worker_threads(2)
        .enable_time()
        .build()
        .unwrap();
    let mut keep = Vec::new();
    let mut ids = HashSet::new();
    for number in 0..PARKED {
        let (sender, receiver) = mpsc::channel(1);
        keep.push(sender);
        let task = runtime.spawn(parked(receiver, number));
        ids.insert(task.id().to_string());
    }
    // Until all are parked.
    while runtime
        .block_on(async { TaskList::of_runtime(runtime.handle()) })
        .is_ok_and(|list| {
            list.tasks()
                .iter()
                .filter(|task| task.future() == "churn::parked" && complaint(task).is_none())
                .count()
                < PARKED
        })
    {}
    for _ in 0..8 {
        runtime.spawn(spawner());
    }
    let start = Instant::now();
    let (mut snapshots, mut whole, mut read) = (0_u64, 0_u64, 0_u64);
    while start.elapsed() < duration() {
        let list = TaskList::of_runtime(runtime.handle()).expect("the program has debug info");
        snapshots += 1;
        let (known, unread): (Vec<&Task>, Vec<&Task>) =
            list.tasks().iter().partition(|task| task.root().is_some());
        for task in &known {
            assert_eq!(complaint(task), None);
        }
        let parked: Vec<_> = known
            .iter()
            .filter(|task| task.future() == "churn::parked")
            .collect();
        for task in &parked {
            assert!(
                ids.contains(&task.id().to_string()),
                "task {} is none of ours",
                task.id()
            );
        }
        read += known.len() as u64;
        if list.gap().is_none() {
            whole += 1;
            let busy = unread
                .iter()
                .filter(|task| task.future() == "churn::parked")
                .count();
            assert_eq!(
                (parked.len(), busy),
                (PARKED, 0),
                "a whole list has all that stay"
            );
        }
    }
    assert!(
        read > 0,
        "nothing was read in {snapshots} snapshots, {whole} of them whole"
    );
    runtime.shutdown_background();
}
