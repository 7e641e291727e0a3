//! A program that checks itself: in the way that its first argument names, with or without a leak as the second says.

use std::{env, thread, time::Duration};

use leakcheck::{LeakGuard, Options, find, leak_checked, verify_none};

fn leak() {
    thread::spawn(|| loop {
        thread::park();
    });
}

/// Checked, though no harness calls it.
#[leak_checked(settle = "100ms")]
fn checked(is_leaky: bool) {
    if is_leaky {
        leak();
    }
}

pub fn main() {
    let words: Vec<String> = env::args().skip(1).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let (way, is_leaky) = match words[..] {
        [way, "leaks"] => (way, true),
        [way, "clean"] => (way, false),
        // As `cargo test` runs it.
        _ => ("verify", false),
    };
    let options = Options::new().settle(Duration::from_millis(100));
    let guard = (way == "guard").then(|| LeakGuard::new(options.clone()));
    if way == "checked" {
        return checked(is_leaky);
    }
    if is_leaky {
        leak();
    }
    drop(guard);
    match way {
        "find" => {
            let report = find(&options).expect("nothing is in the way");
            assert_eq!(report.leaks().len(), usize::from(is_leaky), "{report:?}");
        }
        "verify" => verify_none(options),
        _ => {}
    }
}
