//! Times as people read them.

use std::time::Duration;

/// `12 ms` or `3.4 s`, with as many digits as mean something.
///
/// ```
/// use std::time::Duration;
///
/// assert_eq!(leakcheck_report::time::taken(Duration::from_millis(3420)), "3.4 s");
/// ```
pub fn taken(time: Duration) -> String {
    let ms = time.as_millis();
    match ms {
        0 => "under 1 ms".to_owned(),
        1..1000 => format!("{ms} ms"),
        _ if ms % 1000 < 50 => format!("{} s", ms / 1000),
        _ => format!("{:.1} s", time.as_secs_f64()),
    }
}

/// When a timer fires: `fires in 5 seconds`.
pub fn fires_in(left: Duration) -> String {
    const DAY: u64 = 24 * 60 * 60;
    match left.as_secs() {
        0 => "fires in less than a second".to_owned(),
        1 => "fires in 1 second".to_owned(),
        seconds if seconds < 2 * DAY => format!("fires in {seconds} seconds"),
        seconds => format!("fires in {} days", seconds / DAY),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_short() {
        for (ms, expected) in [
            (0, "under 1 ms"),
            (1, "1 ms"),
            (999, "999 ms"),
            (1000, "1 s"),
            (1044, "1 s"),
            (3420, "3.4 s"),
        ] {
            assert_eq!(taken(Duration::from_millis(ms)), expected);
        }
    }

    #[test]
    fn the_time_that_is_left_is_said_in_words() {
        for (seconds, words) in [
            (0, "fires in less than a second"),
            (1, "fires in 1 second"),
            (3600, "fires in 3600 seconds"),
            (10 * 24 * 60 * 60, "fires in 10 days"),
        ] {
            assert_eq!(fires_in(Duration::from_secs(seconds)), words);
        }
    }
}
