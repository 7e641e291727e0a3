//! Names that differ by a number only: `worker-1`, `worker-2`.

/// A name with a `*` for each number in it, which as a pattern fits all names that differ by those.
pub(crate) fn without_numbers(name: &str) -> String {
    let mut pattern = String::with_capacity(name.len());
    for next in name.chars() {
        if !next.is_ascii_digit() {
            pattern.push(next);
        } else if !pattern.ends_with('*') {
            pattern.push('*');
        }
    }
    pattern
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_left_out_and_nothing_else() {
        for (name, expected) in [
            ("", ""),
            ("worker", "worker"),
            ("worker-1", "worker-*"),
            ("worker-12", "worker-*"),
            ("7", "*"),
            ("r2d2-worker-0", "r*d*-worker-*"),
            ("größe 3 von 10", "größe * von *"),
        ] {
            assert_eq!(without_numbers(name), expected);
        }
    }
}
