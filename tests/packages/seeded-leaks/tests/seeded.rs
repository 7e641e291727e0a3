//! Each test leaves what it is called after.

use leakcheck::leak_checked;

#[leak_checked(settle = "20ms")]
#[tokio::test]
async fn leaves_a_task() {
    sample::start();
}

#[leak_checked(settle = "20ms")]
#[tokio::test]
async fn leaves_two_tasks() {
    sample::start();
    sample::start();
}

#[leak_checked(settle = "20ms")]
#[test]
fn leaves_a_thread() {
    sample::detach();
}

#[leak_checked(settle = "20ms", level = "warn")]
#[test]
fn is_warned_of() {
    sample::detach();
}

/// Leaks in every second run, as the file tells that `SAMPLE_CALLS` names.
#[leak_checked(settle = "20ms")]
#[tokio::test]
async fn leaves_a_task_now_and_then() {
    if let Some(file) = std::env::var_os("SAMPLE_CALLS") {
        if sample::times_called(file.as_ref()) % 2 == 1 {
            sample::start();
        }
    }
}

#[leak_checked]
#[tokio::test]
async fn is_clean() {
    tokio::spawn(async {}).await.unwrap();
}

#[test]
fn is_not_checked() {}

#[test]
#[cfg(feature = "broken")]
fn fails_by_itself() {
    panic!("as it was told to");
}
