//! The schema as data, of which its JSON Schema is made.

pub use crate::record::{Definition, Field};
use crate::{
    AcceptedSite, Awaited, Body, BodyWaits, Follows, Frame, Hang, HangCause, Holder, Ignored,
    Keeper, Kept, Leak, Level, Location, Missing, OwnHandle, Report, StuckThread, Verdict, Why,
    Written,
};

/// All definitions, the whole report first.
pub const ALL: [Definition; 22] = [
    Report::DEFINITION,
    AcceptedSite::DEFINITION,
    Awaited::DEFINITION,
    Body::DEFINITION,
    BodyWaits::DEFINITION,
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
