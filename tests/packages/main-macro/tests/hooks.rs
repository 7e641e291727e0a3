//! Hooks around the tests; `HOOKS` chooses what goes wrong.

#![forbid(unsafe_code)]

use std::{env, thread, time::Duration};

leakcheck::main!(
    set_up = start,
    tear_down = stop,
    clean_up = end,
    check = "always"
);

fn is(chosen: &str) -> bool {
    env::var("HOOKS").is_ok_and(|words| words.split(',').any(|word| word == chosen))
}

fn start() {
    println!("set up");
    if is("leave") {
        let thread = thread::Builder::new().name("left-by-set-up".to_owned());
        thread.spawn(forever).unwrap().thread().unpark();
    }
    assert!(!is("panic-early"), "set-up on purpose");
}

fn forever() {
    loop {
        thread::park();
    }
}

fn stop() {
    println!("tear down");
    if is("take-long") {
        // Nobody waits for the end of it, unless nothing is said.
        thread::sleep(Duration::from_secs(60));
    }
    assert!(!is("panic-late"), "tear-down on purpose");
}

fn end(code: i32) {
    println!("clean up {code}");
}

#[leakcheck::test]
fn passes() {
    println!("test");
    assert!(!is("fail"), "test on purpose");
}
