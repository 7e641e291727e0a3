//! Written by `cargo leakcheck doctor`, and written anew each time. Each test leaves one thing of the kind it is called after,
//! made on the line that is marked.

use std::{env, fs::File, future, mem, pin::Pin, process, task::Poll, thread, time::Duration};

#[leakcheck::test(settle = "20ms")]
async fn task() {
    tokio::spawn(future::pending::<()>()); // PLANTED
    tokio::task::yield_now().await;
}

#[leakcheck::test(settle = "20ms")]
fn thread() {
    thread::spawn(park_for_ever); // PLANTED
}

fn park_for_ever() {
    loop {
        thread::park();
    }
}

#[leakcheck::test(settle = "20ms")]
async fn timer() {
    let hour = Duration::from_secs(3600);
    let mut timer = Box::pin(tokio::time::sleep(hour)); // PLANTED
    future::poll_fn(|context| {
        let _ = Pin::new(&mut timer).poll(context);
        Poll::Ready(())
    })
    .await;
    mem::forget(timer);
}

#[leakcheck::test(settle = "20ms")]
fn fd() {
    let program = env::current_exe().expect("this program has a file");
    let file = File::open(program).expect("it can be read"); // PLANTED
    mem::forget(file);
}

#[leakcheck::test(settle = "20ms")]
fn process() {
    let program = env::current_exe().expect("this program has a file");
    let mut list = process::Command::new(program);
    list.arg("--list").stdout(process::Stdio::null());
    let child = list.spawn().expect("it can be run"); // PLANTED
    mem::forget(child);
}
