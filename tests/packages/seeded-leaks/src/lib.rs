//! A library whose background task nobody ends.

/// Starts a task that never ends.
///
/// ```
/// leakcheck::verify_none(leakcheck::Options::new()); // Nothing was started.
/// ```
pub fn start() {
    #[cfg(not(feature = "fixed"))]
    tokio::spawn(std::future::pending::<()>());
}

/// Starts a thread that outlives everybody.
///
/// ```
/// sample::detach();
/// leakcheck::verify_none(leakcheck::Options::new().settle(std::time::Duration::from_millis(20)));
/// ```
pub fn detach() {
    #[cfg(not(feature = "fixed"))]
    std::thread::spawn(|| {
        loop {
            std::thread::park();
        }
    });
}

/// Starts a thread that is meant to stay: a rule of `leakcheck.toml` accepts it.
pub fn serve() {
    std::thread::spawn(|| {
        loop {
            std::thread::park();
        }
    });
}

/// How often it was called before, over all processes that use the same file.
pub fn times_called(file: &std::path::Path) -> u32 {
    let before = std::fs::read_to_string(file).unwrap_or_default().len();
    std::fs::write(file, "x".repeat(before + 1)).expect("it can be written");
    u32::try_from(before).expect("few calls")
}

#[cfg(test)]
#[leakcheck::leak_checked]
mod tests {
    #[test]
    fn is_clean() {}

    #[tokio::test]
    async fn starts() {
        super::start();
    }
}
