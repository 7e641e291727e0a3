//! One leak of each kind.

use std::{
    fs::{self, File},
    future::pending,
    mem::forget,
    net::UdpSocket,
    path::PathBuf,
    process::{Child, Command, Stdio},
    sync::{
        Barrier, Mutex, OnceLock, PoisonError,
        atomic::{AtomicU32, Ordering},
        mpsc,
    },
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

/// How many threads a test may have at a time.
pub(crate) const MOST_THREADS: u32 = 16;

/// What is there when all is over.
static PATHS: Mutex<Vec<PathBuf>> = Mutex::new(Vec::new());
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
    TempFile,
    TempFolders,
    PanickedTask,
    PanickedThread,
    ManyThreads,
    OnceCancelled,
}

impl Leak {
    pub(crate) const ALL: [Self; 22] = [
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
        Self::TempFile,
        Self::TempFolders,
        Self::PanickedTask,
        Self::PanickedThread,
        Self::ManyThreads,
        Self::OnceCancelled,
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
                | Self::PanickedTask
                | Self::OnceCancelled
        )
    }

    /// Kinds and counts that the report must have, in the order of their names, and no others.
    pub(crate) fn found(self) -> &'static [(&'static str, usize)] {
        match self {
            Self::Task | Self::OnSharedRuntime | Self::PanickedTask | Self::OnceCancelled => {
                &[("task", 1)]
            }
            Self::Tasks => &[("task", 3)],
            Self::LocalTasks => &[("task", 2)],
            Self::Thread | Self::ThreadOfTask | Self::PanickedThread => &[("thread", 1)],
            Self::TempFile => &[("temp_file", 1)],
            Self::TempFolders => &[("temp_file", 2)],
            Self::ManyThreads => &[],
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

    /// What the check says of its test.
    pub(crate) fn verdict(self) -> &'static str {
        match self {
            Self::ManyThreads => "over_budget",
            _ => "leaked",
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
            Self::PanickedTask => {
                let (ends, ended) = oneshot::channel::<()>();
                let task = tokio::spawn(async {
                    let _ends = ends;
                    panic!("nobody sees this");
                });
                drop(task);
                ended.await.expect_err("it does not send");
            }
            Self::OnceCancelled => {
                let task = tokio::spawn(pending::<()>());
                tokio::task::yield_now().await;
                task.abort();
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
            Self::TempFile => {
                File::create(left_over()).expect("the folder is writable");
            }
            Self::TempFolders => {
                for _ in 0..2 {
                    fs::create_dir(left_over()).expect("the folder is writable");
                }
            }
            Self::PanickedThread => {
                let (ends, ended) = mpsc::channel::<()>();
                let thread = thread::spawn(|| {
                    let _ends = ends;
                    panic!("nobody sees this");
                });
                drop(thread);
                ended.recv().expect_err("it does not send");
            }
            Self::ManyThreads => {
                let threads = MOST_THREADS + 1;
                let together = Barrier::new(threads as usize);
                thread::scope(|scope| {
                    for _ in 0..threads {
                        scope.spawn(|| together.wait());
                    }
                });
            }
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

/// A path in the temporary folder that nobody has.
pub(crate) fn temporary() -> PathBuf {
    static NUMBER: AtomicU32 = AtomicU32::new(0);
    let number = NUMBER.fetch_add(1, Ordering::Relaxed);
    std::env::temp_dir().join(format!("leakcheck-soak-{}-{number}", std::process::id()))
}

/// One that is removed when all is over.
fn left_over() -> PathBuf {
    let path = temporary();
    let mut paths = PATHS.lock().unwrap_or_else(PoisonError::into_inner);
    paths.push(path.clone());
    path
}

/// Removes all that was made in temporary folders.
pub(crate) fn remove_files() {
    let mut paths = PATHS.lock().unwrap_or_else(PoisonError::into_inner);
    for path in paths.drain(..) {
        let removed = if path.is_dir() {
            fs::remove_dir(path)
        } else {
            fs::remove_file(path)
        };
        removed.expect("it is there, and empty");
    }
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
