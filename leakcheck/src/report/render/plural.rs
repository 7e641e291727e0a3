//! Singular and plural, and times as people read them.

use std::time::Duration;

use crate::base::model::Kind;

/// `1 task`, `2 tasks`.
pub(super) fn count(number: usize, kind: Kind) -> String {
    let (one, many) = words(kind);
    of(number, one, many)
}

/// Several of a kind: `tasks`.
pub(super) const fn of_kind(kind: Kind) -> &'static str {
    words(kind).1
}

const fn words(kind: Kind) -> (&'static str, &'static str) {
    match kind {
        Kind::Task => ("task", "tasks"),
        Kind::BlockingTask => ("blocking task", "blocking tasks"),
        Kind::Thread => ("thread", "threads"),
        Kind::Timer => ("timer", "timers"),
        Kind::Fd => ("file descriptor", "file descriptors"),
        Kind::Process => ("child process", "child processes"),
        Kind::Runtime => ("runtime", "runtimes"),
        Kind::Custom => ("resource", "resources"),
    }
}

/// The number with the word that fits.
pub(super) fn of(number: usize, one: &str, many: &str) -> String {
    if number == 1 {
        format!("1 {one}")
    } else {
        format!("{number} {many}")
    }
}

/// `12 ms` or `3.4 s`, with as many digits as mean something.
pub(super) fn time(time: Duration) -> String {
    let ms = time.as_millis();
    match ms {
        0 => "under 1 ms".to_owned(),
        1..1000 => format!("{ms} ms"),
        _ if ms % 1000 < 50 => format!("{} s", ms / 1000),
        _ => format!("{:.1} s", time.as_secs_f64()),
    }
}

/// When a timer fires: `fires in 5 seconds`.
pub(super) fn fires_in(left: Duration) -> String {
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
    fn words_fit_their_number() {
        assert_eq!(count(1, Kind::Process), "1 child process");
        assert_eq!(count(0, Kind::Task), "0 tasks");
        assert_eq!(of(2, "frame", "frames"), "2 frames");
    }

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
            assert_eq!(time(Duration::from_millis(ms)), expected);
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
