//! Budgets that were gone over, in words.

use std::time::Duration;

use super::*;
use crate::base::model::{
    Begun, Breach, BreachSite, Level, Limited, Measure, PeakPrecision, Remark, Uncounted,
};

fn breach(limited: Limited, limit: usize, peak: usize, sites: &[usize]) -> Breach {
    let place = |(index, count): (usize, &usize)| BreachSite {
        count: *count,
        at: frame(
            "my_app::pool::Pool::connect",
            "src/pool.rs",
            88 + u32::try_from(index).unwrap(),
            Some(9),
            User,
        ),
    };
    Breach {
        limited,
        level: Level::Deny,
        limit,
        peak,
        precision: PeakPrecision::Exact,
        measure: Measure::Alive {
            after: Duration::from_millis(36),
        },
        noted: if sites.is_empty() { 0 } else { peak },
        sites: sites.iter().enumerate().map(place).collect(),
    }
}

/// So many that began within so many milliseconds.
fn rate(limited: Limited, limit: usize, (count, ms): (usize, u64), sites: &[usize]) -> Breach {
    let begun = Begun {
        count,
        within: Duration::from_millis(ms),
    };
    Breach {
        measure: Measure::Begun(begun),
        noted: count,
        ..breach(limited, limit, begun.in_a_second(), sites)
    }
}

fn over(breaches: Vec<Breach>) -> Report {
    Report {
        verdict: Verdict::OverBudget,
        breaches,
        ..report(Vec::new())
    }
}

#[test]
fn each_kind_says_what_to_do() {
    let one = |limited| text(&over(vec![breach(limited, 1, 2, &[2])]));
    golden("breach_kinds.txt", &Limited::ALL.map(one).concat());
}

#[test]
fn several_are_told_one_by_one() {
    let tasks = Breach {
        precision: PeakPrecision::AtLeast,
        noted: 400,
        ..breach(Limited::Task, 200, 412, &[380, 19, 1])
    };
    let threads = Breach {
        level: Level::Warn,
        ..breach(Limited::Thread, 8, 9, &[])
    };
    let report = over(vec![tasks, threads.clone()]);
    golden("breaches.txt", &text(&report));
    golden("breaches.github", &super::super::github::render(&report));
    golden("breach_warned.txt", &text(&over(vec![threads])));
}

#[test]
fn what_was_left_comes_first() {
    let left = Report {
        leaks: vec![task(2)],
        verdict: Verdict::Leaked,
        ..over(vec![breach(Limited::Task, 1, 2, &[2])])
    };
    golden("breach_and_left.txt", &text(&left));
    let panicked = Report {
        body: Body::Panicked,
        ..over(vec![breach(Limited::Fd, 64, 65, &[64, 1])])
    };
    golden("breach_and_panicked.txt", &text(&panicked));
}

#[test]
fn machines_read_the_same() {
    let tasks = Breach {
        precision: PeakPrecision::AtLeast,
        ..breach(Limited::Task, 1, 2, &[1, 1])
    };
    let process = breach(Limited::Process, 1, 2, &[]);
    let report = over(vec![
        tasks,
        process,
        rate(Limited::Fd, 1, (100, 52), &[100]),
    ]);
    let json = render(&report, Format::Json, TraceLevel::Site);
    golden("breaches.json", &json);
}

#[test]
fn each_rate_says_what_to_do() {
    let one = |limited| text(&over(vec![rate(limited, 500, (2601, 5000), &[2600, 1])]));
    golden("rate_kinds.txt", &Limited::ALL.map(one).concat());
}

#[test]
fn less_than_a_second_is_told_by_its_number() {
    let tasks = Breach {
        precision: PeakPrecision::AtLeast,
        ..rate(Limited::Task, 1, (100, 52), &[])
    };
    let threads = Breach {
        level: Level::Warn,
        ..rate(Limited::Thread, 20, (21, 0), &[21])
    };
    let report = over(vec![tasks, threads]);
    golden("rates.txt", &text(&report));
    golden("rates.github", &super::super::github::render(&report));
}

#[test]
fn what_cannot_be_told_of_a_rate_is_told_also_where_nothing_is_left() {
    let notes = vec![
        Remark::RateUnproven(Limited::Fd, Duration::from_millis(3)),
        Remark::RateUncounted(Limited::Task, Uncounted::NoPaths),
        Remark::RateUncounted(Limited::Task, Uncounted::NoNames),
    ];
    let clean = Report {
        notes: notes.clone(),
        ..report(Vec::new())
    };
    let left = Report {
        notes,
        ..report(vec![task(2)])
    };
    golden("rate_untold.txt", &(text(&clean) + &text(&left)));
}
