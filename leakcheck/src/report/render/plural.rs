//! Singular and plural, and times as people read them.

use std::time::Duration;

use crate::base::model::Kind;

/// `1 task`, `2 tasks`.
pub(super) fn count(number: usize, kind: Kind) -> String {
    let (one, many) = match kind {
        Kind::Task => ("task", "tasks"),
        Kind::BlockingTask => ("blocking task", "blocking tasks"),
        Kind::Thread => ("thread", "threads"),
        Kind::Timer => ("timer", "timers"),
        Kind::Fd => ("file descriptor", "file descriptors"),
        Kind::Process => ("child process", "child processes"),
        Kind::Runtime => ("runtime", "runtimes"),
        Kind::Custom => ("resource", "resources"),
    };
    of(number, one, many)
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
}
