//! One leak of each kind.

use std::{
    fs::File,
    future::pending,
    mem::forget,
    net::UdpSocket,
    process::{Child, Command, Stdio},
    sync::{Mutex, OnceLock, PoisonError},
    thread,
    time::Duration,
};

use leakcheck::Registration;
use tokio::{
    runtime::{Builder, Runtime},
    sync::oneshot,
    task::LocalSet,
};

use crate::parked::{self, Parked};

/// Longer than any soak.
pub(crate) const LONG: Duration = Duration::from_secs(3600);

/// What is running when all is over.
static CHILDREN: Mutex<Vec<Child>> = Mutex::new(Vec::new());
static TIMERS: Mutex<Vec<Parked>> = Mutex::new(Vec::new());

/// A leak, made on the current thread.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Leak {
    Task,
    Tasks,
    Thread,
    Custom,
    ThreadOfTask,
    BlockingTask,
    File,
    Socket,
    SocketOfTask,
    Child,
    Zombie,
    Timer,
    CurrentThread,
    MultiThread,
    LocalTasks,
    OnSharedRuntime,
}

impl Leak {
    pub(crate) const ALL: [Self; 16] = [
        Self::Task,
        Self::Tasks,
        Self::Thread,
        Self::Custom,
        Self::ThreadOfTask,
        Self::BlockingTask,
        Self::File,
        Self::Socket,
        Self::SocketOfTask,
        Self::Child,
        Self::Zombie,
        Self::Timer,
        Self::CurrentThread,
        Self::MultiThread,
        Self::LocalTasks,
        Self::OnSharedRuntime,
    ];

    /// Whether it takes a runtime.
    pub(crate) fn is_async(self) -> bool {
        matches!(
            self,
            Self::Task
                | Self::Tasks
                | Self::ThreadOfTask
                | Self::BlockingTask
                | Self::SocketOfTask
                | Self::Timer
        )
    }

    /// Kinds and counts that the report must have, in the order of their names, and no others.
    pub(crate) fn found(self) -> &'static [(&'static str, usize)] {
        match self {
            Self::Task | Self::OnSharedRuntime => &[("task", 1)],
            Self::Tasks => &[("task", 3)],
            Self::LocalTasks => &[("task", 2)],
            Self::Thread | Self::ThreadOfTask => &[("thread", 1)],
            Self::Custom => &[("custom", 1)],
            Self::BlockingTask => &[("blocking_task", 1)],
            Self::File => &[("fd", 2)],
            Self::Socket => &[("fd", 1)],
            Self::SocketOfTask => &[("fd", 1), ("task", 1)],
            Self::Child | Self::Zombie => &[("process", 1)],
            Self::Timer => &[("timer", 1)],
            Self::CurrentThread | Self::MultiThread => &[("runtime", 1)],
        }
    }

    /// Makes it in a runtime.
    pub(crate) async fn make_within(self) {
        match self {
            Self::ThreadOfTask => {
                let task = tokio::spawn(async { drop(thread::spawn(thread::park)) });
                task.await.expect("it does not panic");
            }
            Self::BlockingTask => {
                // The first thread of the pool may take the closure instead of its worker.
                tokio::spawn(async {}).await.expect("it does not panic");
                let (started, runs) = oneshot::channel();
                tokio::task::spawn_blocking(|| {
                    started.send(()).expect("somebody waits");
                    thread::park();
                });
                runs.await.expect("it is run");
            }
            Self::SocketOfTask => {
                let socket = tokio::net::UdpSocket::bind("127.0.0.1:0").await;
                let socket = socket.expect("a port is free");
                tokio::spawn(async move { socket.recv(&mut [0]).await });
                tokio::task::yield_now().await;
            }
            Self::Timer => {
                let armed = parked::polled(tokio::time::sleep(LONG)).await;
                let mut timers = TIMERS.lock().unwrap_or_else(PoisonError::into_inner);
                timers.push(armed);
            }
            other => other.make(),
        }
    }

    pub(crate) fn make(self) {
        match self {
            Self::Task => drop(tokio::spawn(pending::<()>())),
            Self::Tasks => {
                for _ in 0..3 {
                    tokio::spawn(pending::<()>());
                }
            }
            Self::Thread => drop(thread::spawn(thread::park)),
            Self::Custom => forget(Registration::new("permit", "")),
            Self::File => {
                for _ in 0..2 {
                    forget(File::open("/proc/self/status").expect("the system is Linux"));
                }
            }
            Self::Socket => forget(UdpSocket::bind("127.0.0.1:0").expect("a port is free")),
            Self::Child => start(quiet("sleep").arg(LONG.as_secs().to_string())),
            Self::Zombie => start(&mut quiet("true")),
            Self::CurrentThread => forget_runtime(&mut Builder::new_current_thread()),
            Self::MultiThread => forget_runtime(Builder::new_multi_thread().worker_threads(2)),
            Self::LocalTasks => {
                let set = LocalSet::new();
                leakcheck::watch_local(&set).expect("tests have debug info");
                for _ in 0..2 {
                    set.spawn_local(pending::<()>());
                }
                forget(set);
            }
            Self::OnSharedRuntime => drop(shared().spawn(pending::<()>())),
            _ => panic!("{self:?} is made in a runtime"),
        }
    }
}

/// A runtime that all tests share, known to all checks.
pub(crate) fn shared() -> &'static Runtime {
    static SHARED: OnceLock<Runtime> = OnceLock::new();
    SHARED.get_or_init(|| {
        let mut builder = Builder::new_multi_thread();
        let builder = leakcheck::instrument(builder.worker_threads(1).enable_all());
        builder.build().expect("a runtime can be built")
    })
}

/// Kills and reaps all that was started.
pub(crate) fn end_children() {
    let mut children = CHILDREN.lock().unwrap_or_else(PoisonError::into_inner);
    for mut child in children.drain(..) {
        // A zombie cannot be killed any more.
        let _ = child.kill();
        child.wait().expect("nobody else waits for it");
    }
}

/// A program that keeps nobody waiting for the end of what it might print.
pub(crate) fn quiet(program: &str) -> Command {
    let mut command = Command::new(program);
    command.stdin(Stdio::null());
    command.stdout(Stdio::null());
    command.stderr(Stdio::null());
    command
}

fn start(command: &mut Command) {
    let child = command.spawn().expect("the program is there");
    let mut children = CHILDREN.lock().unwrap_or_else(PoisonError::into_inner);
    children.push(child);
}

fn forget_runtime(builder: &mut Builder) {
    let builder = builder.enable_all();
    forget(builder.build().expect("a runtime can be built"));
}
