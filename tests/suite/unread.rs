//! A test that leaves nothing behind costs no reading of debug info and no waiting, with and without a folder for reports,
//! whatever it has made and ended.

use test_case::test_case;

use leakcheck_report::Report;

use crate::child::{assert_passes, harness, run_all, subjects};

/// Of all subjects the harness runs it last.
const LAST: &str = "zz_says_whether_anything_was_read";

fn names() -> Vec<String> {
    let clean = format!("{}clean::", subjects(module_path!()));
    let listed = harness(&["--list", "--ignored", &clean], &[]);
    let listed = String::from_utf8_lossy(&listed.stdout).into_owned();
    let tests = listed
        .lines()
        .filter_map(|line| line.strip_suffix(": test"));
    let names: Vec<String> = tests.map(ToOwned::to_owned).collect();
    assert!(names.len() > 10, "{names:?}");
    names
}

/// As nextest runs them: the first test of a process is the one that pays for everything. A machine that has much to do may not
/// let a thread end in time, which is waited for; that nothing has to be is shown by one run in which nothing was.
#[test]
fn each_in_a_process_of_its_own() {
    const TRIES: u32 = 5;
    for name in names().iter().filter(|name| !name.ends_with(LAST)) {
        let mut seen = Vec::new();
        let is_free = (0..TRIES).any(|_| {
            let run = run_all(&["--exact", name], &[]);
            assert_passes(&run);
            let is_free = |report: &Report| report.verdict == "clean" && !report.read_debug_info;
            let all_are = !run.reports.is_empty() && run.reports.iter().all(is_free);
            seen.extend(run.reports);
            all_are
        });
        assert!(is_free, "{name}: {seen:?}");
    }
}

#[test_case(None; "none is written")]
#[test_case(Some("the-dirty-only"); "those of tests that leak are written")]
#[test_case(Some("all:all"); "all are written")]
fn all_in_one_process(reports: Option<&str>) {
    let folder = tempfile::tempdir().expect("a temporary directory can be made");
    let reports = reports.map(|name| match name.split_once(':') {
        Some((_, name)) => format!("all:{}", folder.path().join(name).display()),
        None => folder.path().join(name).display().to_string(),
    });
    let variables: Vec<(&str, &str)> = reports
        .iter()
        .map(|folder| ("LEAKCHECK_REPORT_DIR", folder.as_str()))
        .collect();
    let clean = format!("{}clean::", subjects(module_path!()));
    let arguments = ["--ignored", "--test-threads=1", "--nocapture", &clean];
    let output = harness(&arguments, &variables);
    let text = String::from_utf8_lossy(&output.stdout);
    assert_eq!(output.status.code(), Some(0), "{text}");
    assert!(text.contains("read: false"), "{text}");
}

/// The control: something is left, and what it is was read.
#[test]
fn a_leak_is_read() {
    let run = run!(leaves_a_thread, "LEAKCHECK" = "warn");
    assert!(run.report().read_debug_info, "{}", run.text());
}

mod subject {
    use std::thread;

    use leakcheck::leak_checked;

    #[leak_checked]
    #[test]
    #[ignore = "leaks"]
    fn leaves_a_thread() {
        thread::spawn(thread::park);
    }

    mod clean {
        use std::{
            fs::File,
            net::{TcpListener, UdpSocket},
            process::Command,
            sync::{LazyLock, Once, OnceLock, mpsc},
            thread,
            time::Duration,
        };

        use leakcheck::leak_checked;
        use leakcheck_introspect::has_read;
        use tokio::{
            io::AsyncReadExt as _,
            net,
            runtime::{Builder, Runtime},
            task::{JoinSet, LocalSet, spawn_blocking, spawn_local, yield_now},
            time::sleep,
        };

        use crate::child::say;

        #[leak_checked]
        #[test]
        #[ignore = "run by a property"]
        fn builds_a_runtime_of_one_thread() {
            let runtime = Builder::new_current_thread()
                .enable_all()
                .build()
                .expect("it is built");
            runtime.block_on(async {
                tokio::spawn(sleep(Duration::from_millis(1)))
                    .await
                    .expect("it ends");
            });
        }

        #[leak_checked]
        #[test]
        #[ignore = "run by a property"]
        fn builds_a_runtime_with_workers() {
            let runtime = Builder::new_multi_thread()
                .worker_threads(2)
                .enable_all()
                .build();
            let runtime = runtime.expect("it is built");
            runtime.block_on(async {
                tokio::spawn(yield_now()).await.expect("it ends");
                spawn_blocking(|| ()).await.expect("it ends");
            });
        }

        #[leak_checked]
        #[test]
        #[ignore = "run by a property"]
        fn builds_two_runtimes() {
            for _ in 0..2 {
                Runtime::new().expect("it is built").block_on(yield_now());
            }
        }

        #[leak_checked]
        #[tokio::test]
        #[ignore = "run by a property"]
        async fn awaits_its_tasks() {
            let mut tasks = JoinSet::new();
            for _ in 0..10 {
                tasks.spawn(sleep(Duration::from_millis(1)));
            }
            tasks.join_all().await;
        }

        #[leak_checked]
        #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
        #[ignore = "run by a property"]
        async fn aborts_its_task() {
            tokio::spawn(sleep(Duration::from_secs(9999))).abort();
        }

        /// It needs a few turns.
        #[leak_checked]
        #[tokio::test]
        #[ignore = "run by a property"]
        async fn leaves_a_task_that_is_about_to_end() {
            tokio::spawn(async {
                for _ in 0..3 {
                    yield_now().await;
                }
            });
        }

        #[leak_checked]
        #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
        #[ignore = "run by a property"]
        async fn leaves_a_task_that_ends_soon() {
            tokio::spawn(sleep(Duration::from_millis(1)));
        }

        #[leak_checked]
        #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
        #[ignore = "run by a property"]
        async fn leaves_a_closure_that_ends_soon() {
            drop(spawn_blocking(|| thread::sleep(Duration::from_millis(1))));
        }

        #[leak_checked]
        #[tokio::test]
        #[ignore = "run by a property"]
        async fn awaits_a_local_task() {
            let local = LocalSet::new();
            local
                .run_until(async { spawn_local(yield_now()).await.expect("it ends") })
                .await;
        }

        #[leak_checked]
        #[tokio::test]
        #[ignore = "run by a property"]
        async fn talks_to_itself() {
            let listener = net::TcpListener::bind("127.0.0.1:0")
                .await
                .expect("it listens");
            let address = listener.local_addr().expect("it has one");
            let client = tokio::spawn(async move { net::TcpStream::connect(address).await });
            let (mut served, _) = listener.accept().await.expect("it is called");
            drop(client.await.expect("it ends").expect("it is connected"));
            let mut all = Vec::new();
            served.read_to_end(&mut all).await.expect("it ends");
        }

        #[leak_checked]
        #[tokio::test]
        #[ignore = "run by a property"]
        async fn waits_for_a_child() {
            let mut child = tokio::process::Command::new("true")
                .spawn()
                .expect("it is started");
            assert!(child.wait().await.expect("it ends").success());
        }

        #[leak_checked]
        #[tokio::test]
        #[ignore = "run by a property"]
        async fn listens_for_a_signal() {
            use tokio::signal::unix::{SignalKind, signal};
            let _listening = signal(SignalKind::window_change()).expect("it listens");
        }

        #[leak_checked]
        #[test]
        #[ignore = "run by a property"]
        fn waits_for_a_plain_child() {
            assert!(
                Command::new("true")
                    .status()
                    .expect("it is started")
                    .success()
            );
        }

        #[leak_checked]
        #[test]
        #[ignore = "run by a property"]
        fn joins_its_threads() {
            thread::spawn(|| ()).join().expect("it does not panic");
            thread::scope(|scope| {
                scope.spawn(|| ());
            });
        }

        #[leak_checked]
        #[test]
        #[ignore = "run by a property"]
        fn leaves_a_thread_that_is_about_to_end() {
            let (tell, told) = mpsc::channel();
            thread::spawn(move || tell.send(()));
            told.recv().expect("it is told");
        }

        #[leak_checked]
        #[test]
        #[ignore = "run by a property"]
        fn closes_what_it_opens() {
            drop(File::open("/").expect("it is there"));
            drop(TcpListener::bind("127.0.0.1:0").expect("it listens"));
        }

        fn socket() -> UdpSocket {
            UdpSocket::bind("127.0.0.1:0").expect("it is bound")
        }

        #[leak_checked]
        #[test]
        #[ignore = "run by a property"]
        #[expect(clippy::non_std_lazy_statics, reason = "others have them")]
        fn opens_descriptors_for_statics() {
            static LAZY: LazyLock<UdpSocket> = LazyLock::new(socket);
            static ONCE: OnceLock<UdpSocket> = OnceLock::new();
            static CELL: once_cell::sync::Lazy<UdpSocket> = once_cell::sync::Lazy::new(socket);
            static OTHER_CELL: once_cell::sync::OnceCell<UdpSocket> =
                once_cell::sync::OnceCell::new();
            static CALLED: Once = Once::new();
            lazy_static::lazy_static! { static ref MACRO: UdpSocket = socket(); }
            LazyLock::force(&LAZY);
            ONCE.get_or_init(socket);
            once_cell::sync::Lazy::force(&CELL);
            OTHER_CELL.get_or_init(socket);
            CALLED.call_once(|| std::mem::forget(socket()));
            lazy_static::initialize(&MACRO);
        }

        #[leak_checked]
        #[test]
        #[ignore = "run by a property"]
        fn starts_a_thread_for_a_static() {
            static WORKER: OnceLock<thread::JoinHandle<()>> = OnceLock::new();
            WORKER.get_or_init(|| {
                thread::spawn(|| {
                    loop {
                        thread::park();
                    }
                })
            });
        }

        #[leak_checked]
        #[test]
        #[ignore = "run by a property"]
        fn shares_a_runtime() {
            static SHARED: LazyLock<Runtime> =
                LazyLock::new(|| Runtime::new().expect("it is built"));
            SHARED.block_on(async { tokio::spawn(yield_now()).await.expect("it ends") });
        }

        #[leak_checked]
        #[test]
        #[ignore = "run by a property"]
        fn zz_says_whether_anything_was_read() {
            say("read:", has_read());
        }
    }
}
