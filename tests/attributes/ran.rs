//! How a test body says that it has run, and where.

use std::io::Write as _;

use tokio::runtime::{Handle, RuntimeFlavor};

/// Starts the line that a body writes.
pub(crate) const MARK: &str = "body ran: ";

/// Notes that the body of the current test has run, outside of any runtime.
pub(crate) fn sync() {
    assert!(
        Handle::try_current().is_err(),
        "a plain function runs outside of a runtime"
    );
    note();
}

/// Notes that the body of the current test has run on a runtime of this flavor.
#[expect(
    clippy::needless_pass_by_value,
    reason = "callers write it down on the spot"
)]
pub(crate) fn on(flavor: RuntimeFlavor) {
    assert_eq!(Handle::current().runtime_flavor(), flavor);
    note();
}

/// Notes that the body has run on tokio's default runtime for tests.
pub(crate) fn on_default() {
    on(RuntimeFlavor::CurrentThread);
}

/// The harness names the thread of a test after it; a body runs on that thread, whatever is below its attribute.
fn note() {
    let test = std::thread::current()
        .name()
        .unwrap_or("a thread without a name")
        .to_owned();
    // Past the harness, which would swallow what is printed, and not into the midst of its own lines.
    let line = format!("\n{MARK}{test}\n");
    let written = std::io::stderr().write_all(line.as_bytes());
    written.expect("standard error is open");
}
