//! The schema as data, of which its JSON Schema is made.

pub use crate::record::{Definition, Field};
use crate::{
    AcceptedSite, Awaited, Body, BodyWaits, Breach, BreachSite, CancelFailure, CancelFault,
    Cancellations, CancelledAt, Follows, Frame, Hang, HangCause, Holder, Ignored, Keeper, Kept,
    Leak, Level, Location, Missing, OwnHandle, Report, StuckThread, Verdict, Why, Written,
    summary::{
        Cause, Consequence, GoneLeak, HungTest, KnownRelease, Status, Summary, TestName,
        TestOverBudget, TestShare,
    },
};

/// All definitions of a report, the whole report first.
pub const REPORT: [Definition; 28] = [
    Report::DEFINITION,
    AcceptedSite::DEFINITION,
    Awaited::DEFINITION,
    Body::DEFINITION,
    BodyWaits::DEFINITION,
    Breach::DEFINITION,
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
    StuckThread::DEFINITION,
    Verdict::DEFINITION,
    Why::DEFINITION,
    Written::DEFINITION,
];

/// All definitions of a summary, the whole summary first.
pub const SUMMARY: [Definition; 15] = [
    Summary::DEFINITION,
    Breach::DEFINITION,
    BreachSite::DEFINITION,
    Cause::DEFINITION,
    Consequence::DEFINITION,
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
