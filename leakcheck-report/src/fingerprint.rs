//! What tells findings apart from run to run.

/// FNV-1a over words that stay the same when lines move and tests run in another order: 16 digits from `0` to `f`.
///
/// ```
/// use leakcheck_report::fingerprint;
///
/// let words = ["task", "my_app::pool::keep_alive", "my_app::pool::Pool::connect"];
/// assert!(fingerprint::is_valid(&fingerprint::of(words)));
/// ```
pub fn of<'a>(words: impl IntoIterator<Item = &'a str>) -> String {
    let bytes = words.into_iter().flat_map(|word| word.bytes().chain([0]));
    let hash = bytes.fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    format!("{hash:016x}")
}

/// Whether this can be a fingerprint.
pub fn is_valid(text: &str) -> bool {
    text.len() == 16 && text.bytes().all(|c| matches!(c, b'0'..=b'9' | b'a'..=b'f'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn baselines_of_earlier_releases_keep_their_meaning() {
        assert_eq!(of([]), "cbf29ce484222325");
        assert_eq!(of(["task", "a::b"]), of("task\0a::b".split('\0')));
        assert_ne!(of(["task", "a"]), of(["taska"]));
    }
}
