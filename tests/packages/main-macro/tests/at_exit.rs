//! Tests without an attribute, under the language's harness, in a process that is checked at its end. Those that leave
//! something are ignored.

#![forbid(unsafe_code)]

leakcheck::verify_at_exit!(options = accepted);

fn accepted() -> leakcheck::Options {
    use std::time::Duration;
    leakcheck::Options::new()
        .ignore_thread_name("accepted")
        .settle(Duration::from_millis(200))
}

fn park() {
    loop {
        std::thread::park();
    }
}

mod leaves {
    use std::{fs::File, future::pending, mem, process::Command, sync::OnceLock, thread};

    use tokio::runtime::{Builder, Runtime};

    use super::park;

    #[test]
    fn nothing() {
        thread::spawn(|| ()).join().unwrap();
    }

    #[test]
    fn a_static() {
        static SHARED: OnceLock<Runtime> = OnceLock::new();
        let shared = SHARED.get_or_init(|| Runtime::new().unwrap());
        shared.block_on(async { tokio::spawn(async {}).await.unwrap() });
    }

    #[test]
    fn an_accepted_thread() {
        let thread = thread::Builder::new().name("accepted".to_owned());
        thread.spawn(park).unwrap().thread().unpark();
    }

    #[test]
    #[ignore = "leaks on purpose"]
    fn a_thread() {
        thread::spawn(park).thread().unpark();
    }

    #[test]
    #[ignore = "leaks on purpose"]
    fn a_thread_of_a_thread() {
        thread::spawn(|| thread::spawn(park).thread().unpark())
            .join()
            .unwrap();
    }

    #[tokio::test]
    #[ignore = "leaks on purpose"]
    async fn a_thread_in_tokio() {
        thread::spawn(park).thread().unpark();
    }

    #[test]
    #[ignore = "leaks on purpose"]
    fn a_file() {
        mem::forget(File::open("/dev/null").unwrap());
    }

    #[test]
    #[ignore = "leaks on purpose"]
    fn a_process() {
        mem::forget(Command::new("true").spawn().unwrap());
    }

    #[test]
    #[ignore = "leaks on purpose"]
    fn a_runtime() {
        let runtime = Builder::new_multi_thread().worker_threads(1).build();
        let runtime = runtime.unwrap();
        runtime.spawn(pending::<()>());
        mem::forget(runtime);
    }

    #[test]
    #[ignore = "leaks on purpose"]
    fn a_runtime_on_one_thread() {
        mem::forget(Builder::new_current_thread().enable_all().build().unwrap());
    }

    #[test]
    fn a_file_in_a_static() {
        static SHARED: OnceLock<File> = OnceLock::new();
        SHARED.get_or_init(|| File::open("/dev/null").unwrap());
    }

    #[test]
    #[ignore = "leaks on purpose and fails"]
    fn a_thread_and_fails() {
        thread::spawn(park).thread().unpark();
        panic!("on purpose");
    }

    #[leakcheck::test(ignore_created_by = "*::a_thread_that_its_test_accepts")]
    fn a_thread_that_its_test_accepts() {
        thread::spawn(park).thread().unpark();
    }
}

#[test]
#[ignore = "ends the process"]
fn exits() {
    std::process::exit(7);
}
