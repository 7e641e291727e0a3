//! Bodies that were cancelled: where, what that left, and how far it went.

use super::{
    waits::{awaited, waiting},
    *,
};
use crate::base::model::{
    CancelExtent, CancelFailure, CancelFault, Cancellations, CancelledAt, Event, Waiting,
};

/// The body stands in a function of the user's, which waits for this.
fn stands() -> Waiting {
    let at = |function: &str, file: &str, line| Frame {
        function: function.to_owned(),
        file: Some(file.to_owned()),
        from_root: None,
        path: None,
        line: Some(line),
        column: Some(9),
        owner: User,
    };
    Waiting {
        stack: vec![
            at("my_app::client::Client::fetch", "src/client.rs", 41),
            at("pool::reconnects", "tests/pool.rs", 17),
        ],
        ..waiting(vec![awaited(Event::TaskEnd, Vec::new())])
    }
}

fn at(numbers: &[u32]) -> Vec<CancelledAt> {
    let read = |number: &u32| CancelledAt {
        number: *number,
        waiting: Some(stands()),
    };
    numbers.iter().map(read).collect()
}

fn left(kind: Kind, numbers: &[u32]) -> Leak {
    Leak {
        kind,
        is_detached: true,
        cancelled: at(numbers),
        ..task(1)
    }
}

fn all(awaits: u32, cancelled: u32, extent: CancelExtent) -> Cancellations {
    Cancellations {
        awaits,
        cancelled,
        extent,
        took: Duration::from_millis(34),
        failed: None,
    }
}

fn cancelled(leaks: Vec<Leak>, all: Cancellations) -> Report {
    Report {
        cancellations: Some(all),
        gaps: Vec::new(),
        notes: Vec::new(),
        ..report(leaks)
    }
}

#[test]
fn what_one_await_leaves() {
    let one = cancelled(vec![left(Kind::Task, &[3])], all(5, 5, CancelExtent::All));
    golden("cancelled.txt", &text(&one));
    golden("cancelled_github.txt", &super::super::github::render(&one));
    golden(
        "cancelled.json",
        &render(&one, Format::Json, TraceLevel::Site),
    );
}

#[test]
fn what_several_awaits_leave() {
    let kinds = [
        (Kind::Task, &[2, 3, 4, 5, 9][..]),
        (Kind::Thread, &[4]),
        (Kind::BlockingTask, &[4]),
        (Kind::Process, &[4]),
        (Kind::Fd, &[4]),
    ];
    let leaks = kinds.map(|(kind, numbers)| Leak {
        fingerprint: kind.to_string(),
        ..left(kind, numbers)
    });
    let several = cancelled(leaks.to_vec(), all(512, 200, CancelExtent::Spread));
    golden("cancelled_several.txt", &text(&several));
}

#[test]
fn what_the_body_leaves_anyway() {
    let anyway = Leak {
        level: Level::Warn,
        cancelled: Vec::new(),
        ..left(Kind::Task, &[])
    };
    let both = vec![anyway, left(Kind::Thread, &[1, 2])];
    let report = cancelled(both, all(2, 2, CancelExtent::All));
    golden("cancelled_and_left_anyway.txt", &text(&report));
}

#[test]
fn how_far_it_went() {
    let minute = Duration::from_secs(60);
    let lines = [
        all(12, 12, CancelExtent::All),
        all(1, 1, CancelExtent::All),
        all(1, 1, CancelExtent::Spread),
        all(12, 14, CancelExtent::All),
        all(12, 3, CancelExtent::All),
        all(512, 200, CancelExtent::Spread),
        all(512, 37, CancelExtent::OutOfTime(minute)),
        all(0, 0, CancelExtent::All),
        all(12, 0, CancelExtent::All),
    ];
    let lines = lines.map(|all| text(&cancelled(Vec::new(), all)));
    golden("cancelled_clean.txt", &lines.concat());
}

#[test]
fn a_run_that_fails() {
    let failed = |fault| {
        let failed = CancelFailure {
            fault,
            at: at(&[3]).remove(0),
        };
        let all = Cancellations {
            failed: Some(failed),
            ..all(5, 3, CancelExtent::All)
        };
        Report {
            body: Body::Panicked,
            ..cancelled(Vec::new(), all)
        }
    };
    let faults = [
        CancelFault::DropPanicked,
        CancelFault::DropHung,
        CancelFault::BodyFailed,
    ];
    let texts = faults.map(|fault| text(&failed(fault)));
    golden("cancelled_failed.txt", &texts.concat());
    let report = Report {
        leaks: vec![left(Kind::Task, &[2])],
        verdict: Verdict::Leaked,
        ..failed(CancelFault::DropPanicked)
    };
    golden("cancelled_failed_and_left.txt", &text(&report));
}
