//! Real tasks, whose copies are overwritten.

use std::{collections::HashMap, future::Future, pin::Pin, sync::Arc, time::Duration};

use tokio::{
    runtime::Builder,
    sync::{Mutex, mpsc, oneshot},
    task::{JoinSet, yield_now},
};

use crate::{Error, TaskList};

/// Longer than anybody fuzzes.
const LONG: Duration = Duration::from_secs(1 << 32);

async fn collects(mut jobs: mpsc::Receiver<u8>) -> u32 {
    let mut sum = 0;
    while let Some(job) = jobs.recv().await {
        sum += u32::from(job);
    }
    sum
}

async fn guards(gate: Arc<Mutex<HashMap<u8, String>>>, jobs: mpsc::Sender<u8>) {
    let guard = gate.lock().await;
    tokio::time::sleep(LONG).await;
    drop((guard, jobs));
}

async fn wants(gates: Vec<Arc<Mutex<HashMap<u8, String>>>>) {
    for gate in gates {
        gate.lock().await.clear();
    }
}

async fn races(mut jobs: mpsc::Receiver<u8>, answer: oneshot::Receiver<u8>) {
    tokio::select! {
        _ = jobs.recv() => {}
        _ = answer => {}
    }
}

async fn supervises(kept: HashMap<u8, oneshot::Sender<u8>>) {
    let mut staff: JoinSet<()> = (0..3).map(|_| std::future::pending()).collect();
    staff.join_next().await;
    drop(kept);
}

async fn calls(inner: Pin<Box<dyn Future<Output = ()> + Send>>, name: String) {
    inner.await;
    drop(name);
}

/// Spawns tasks of several shapes on a runtime that is never dropped, and reads them.
///
/// # Errors
/// Where this program has no debug info.
///
/// # Panics
/// Where no runtime can be built.
pub fn tasks() -> Result<TaskList, Error> {
    let runtime = Builder::new_current_thread().enable_time().build();
    let runtime = Box::leak(Box::new(runtime.expect("a runtime can be built")));
    let (jobs, collected) = mpsc::channel(4);
    let (raced, races_for) = mpsc::channel(1);
    let (question, answer) = oneshot::channel();
    let gate = Arc::new(Mutex::new(HashMap::from([(1, String::new())])));
    runtime.spawn(collects(collected));
    runtime.spawn(guards(Arc::clone(&gate), jobs));
    runtime.spawn(wants(vec![Arc::clone(&gate), gate]));
    runtime.spawn(races(races_for, answer));
    runtime.spawn(supervises(HashMap::from([(1, question)])));
    let inner = async move { raced.closed().await };
    runtime.spawn(calls(Box::pin(inner), "a name".to_owned()));
    runtime.block_on(async {
        for _ in 0..16 {
            yield_now().await;
        }
    });
    TaskList::of_runtime(runtime.handle())
}
