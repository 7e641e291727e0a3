//! Days of the calendar, as far as rules expire on them.

use std::{
    fmt,
    time::{SystemTime, UNIX_EPOCH},
};

/// A day, of UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Date {
    year: u64,
    month: u64,
    day: u64,
}

impl Date {
    /// The day that it is now, by the clock of the system.
    pub(super) fn today() -> Self {
        let since = SystemTime::now().duration_since(UNIX_EPOCH);
        Self::since_1970(since.map_or(0, |time| time.as_secs() / (24 * 60 * 60)))
    }

    /// The day so many days after the first of January 1970.
    fn since_1970(days: u64) -> Self {
        // The calendar repeats itself after 400 years.
        const CYCLE: u64 = 400 * 365 + 97;
        let (mut year, mut days) = (1970 + days / CYCLE * 400, days % CYCLE);
        while days >= days_of_year(year) {
            days -= days_of_year(year);
            year += 1;
        }
        let mut month = 1;
        while days >= days_of_month(year, month) {
            days -= days_of_month(year, month);
            month += 1;
        }
        Self {
            year,
            month,
            day: days + 1,
        }
    }

    /// Reads `2027-01-31`.
    #[cfg_attr(
        not(feature = "config"),
        allow(dead_code, reason = "read from the file")
    )]
    pub(super) fn parse(text: &str) -> Option<Self> {
        let mut parts = text.split('-');
        let mut number = |digits: usize| {
            let part = parts.next()?;
            let is_number = part.len() == digits && part.bytes().all(|c| c.is_ascii_digit());
            part.parse::<u64>().ok().filter(|_| is_number)
        };
        let (year, month, day) = (number(4)?, number(2)?, number(2)?);
        let exists = (1..=12).contains(&month)
            && (1..=days_of_month(year, month)).contains(&day)
            && parts.next().is_none();
        exists.then_some(Self { year, month, day })
    }
}

fn is_leap(year: u64) -> bool {
    year.is_multiple_of(4) && !year.is_multiple_of(100) || year.is_multiple_of(400)
}

fn days_of_year(year: u64) -> u64 {
    365 + u64::from(is_leap(year))
}

fn days_of_month(year: u64, month: u64) -> u64 {
    match month {
        2 => 28 + u64::from(is_leap(year)),
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.year, self.month, self.day)
    }
}

#[cfg(all(test, not(leakcheck_loom)))]
mod tests {
    use super::*;

    #[test]
    fn days_are_counted_as_the_calendar_does() {
        for (days, date) in [
            (0, "1970-01-01"),
            (58, "1970-02-28"),
            (59, "1970-03-01"),
            (789, "1972-02-29"),
            (10_956, "1999-12-31"),
            (11_016, "2000-02-29"),
            (20_819, "2027-01-01"),
            (20_849, "2027-01-31"),
            (47_540, "2100-02-28"),
            (47_541, "2100-03-01"),
            (146_097, "2370-01-01"),
            (157_113, "2400-02-29"),
        ] {
            assert_eq!(Date::since_1970(days).to_string(), date);
            assert_eq!(Date::parse(date), Some(Date::since_1970(days)));
        }
        // A clock that is far off is no reason to hang.
        let _ = Date::since_1970(u64::MAX / (24 * 60 * 60));
    }

    #[test]
    fn each_day_is_after_the_one_before() {
        // Four years under an interpreter, which takes its time.
        let last = if cfg!(miri) { 1_500 } else { 40_000 };
        let days: Vec<Date> = (0..last).map(Date::since_1970).collect();
        assert!(days.windows(2).all(|pair| pair[0] < pair[1]));
        assert!(
            days.iter()
                .all(|day| Date::parse(&day.to_string()) == Some(*day))
        );
    }

    #[test]
    fn what_is_no_day_is_refused() {
        for text in [
            "",
            "2027",
            "2027-01",
            "2027-1-31",
            "27-01-31",
            "2027-13-01",
            "2027-00-01",
            "2027-01-00",
            "2027-02-29",
            "2100-02-29",
            "2027-04-31",
            "2027-01-31-",
            "2027/01/31",
            "+027-01-31",
            "2027-01-31T00:00:00Z",
        ] {
            assert_eq!(Date::parse(text), None, "{text}");
        }
    }
}
