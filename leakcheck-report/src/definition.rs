//! The schema as data, of which its JSON Schema is made.

pub use crate::record::{Definition, Field};
use crate::{
    AcceptedSite, Awaited, Body, BodyWaits, Breach, BreachRate, BreachSite, CancelFailure,
    CancelFault, Cancellations, CancelledAt, Follows, Frame, Hang, HangCause, Holder, Ignored,
    Keeper, Kept, Leak, Level, Location, Missing, OwnHandle, Report, Span, SpanEnd, StuckThread,
    Timeline, Verdict, Why, Written,
    diff::{Change, ComparedRun, Counts, Diff, Outcome, TestCounts},
    summary::{
        Cause, Consequence, FirstSeen, GoneLeak, HungTest, KnownRelease, Status, Summary, TestName,
        TestOverBudget, TestShare,
    },
};

/// All definitions of a report, the whole report first.
pub const REPORT: [Definition; 32] = [
    Report::DEFINITION,
    AcceptedSite::DEFINITION,
    Awaited::DEFINITION,
    Body::DEFINITION,
    BodyWaits::DEFINITION,
    Breach::DEFINITION,
    BreachRate::DEFINITION,
    BreachSite::DEFINITION,
    CancelFailure::DEFINITION,
    CancelFault::DEFINITION,
    Cancellations::DEFINITION,
    CancelledAt::DEFINITION,
    Follows::DEFINITION,
    Frame::DEFINITION,
    Hang::DEFINITION,
    HangCause::DEFINITION,
    Holder::DEFINITION,
    Ignored::DEFINITION,
    Keeper::DEFINITION,
    Kept::DEFINITION,
    Leak::DEFINITION,
    Level::DEFINITION,
    Location::DEFINITION,
    Missing::DEFINITION,
    OwnHandle::DEFINITION,
    Span::DEFINITION,
    SpanEnd::DEFINITION,
    StuckThread::DEFINITION,
    Timeline::DEFINITION,
    Verdict::DEFINITION,
    Why::DEFINITION,
    Written::DEFINITION,
];

/// All definitions of a summary, the whole summary first.
pub const SUMMARY: [Definition; 17] = [
    Summary::DEFINITION,
    Breach::DEFINITION,
    BreachRate::DEFINITION,
    BreachSite::DEFINITION,
    Cause::DEFINITION,
    Consequence::DEFINITION,
    FirstSeen::DEFINITION,
    Frame::DEFINITION,
    GoneLeak::DEFINITION,
    HungTest::DEFINITION,
    KnownRelease::DEFINITION,
    Level::DEFINITION,
    Status::DEFINITION,
    TestName::DEFINITION,
    TestOverBudget::DEFINITION,
    TestShare::DEFINITION,
    Why::DEFINITION,
];

/// All definitions of a difference, the whole difference first.
pub const DIFF: [Definition; 11] = [
    Diff::DEFINITION,
    Change::DEFINITION,
    ComparedRun::DEFINITION,
    Counts::DEFINITION,
    Frame::DEFINITION,
    HungTest::DEFINITION,
    Level::DEFINITION,
    Outcome::DEFINITION,
    TestCounts::DEFINITION,
    TestName::DEFINITION,
    Why::DEFINITION,
];
