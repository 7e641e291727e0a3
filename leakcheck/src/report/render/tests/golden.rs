//! Committed texts. `UPDATE_GOLDEN=1` writes them anew.

use std::fs;

/// Compares a text with a committed one.
pub(super) fn golden(name: &str, actual: &str) {
    let path = format!(
        "{}/src/report/render/golden/{name}",
        env!("CARGO_MANIFEST_DIR")
    );
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        fs::write(&path, actual).unwrap();
    }
    let expected = fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(actual, expected, "{name} differs from its golden file");
}
