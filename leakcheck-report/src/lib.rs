//! What leakcheck writes down, defined once for who writes it and for who reads it.
//!
//! - [`Report`]: the JSON file of one check, with all records in it. The feature `serde` reads it, and [`SCHEMA`] is published.
//! - [`summary`]: what `cargo leakcheck --format json` says of a whole run, by [`summary::SCHEMA`].
//! - [`diff`]: what `cargo leakcheck diff --format json` says of two runs, by [`diff::SCHEMA`].
//! - [`baseline`]: the file of known leaks, which go by their [fingerprint](fingerprint::of).
//! - [`awaits`]: at which awaits a body is cancelled, as attributes and the environment say it.
//! - [`rule`]: what rules of `leakcheck.toml` go by.
//! - [`Pattern`]: the mistakes that reports name. The feature `pages` has a page on each.
//! - [`Kind`], [`plural`], [`time`], [`suggest`] and [`escape`]: the words that reports share.

pub mod awaits;
pub mod baseline;
mod breach;
mod cancelled;
#[doc(hidden)]
pub mod definition;
pub mod diff;
pub mod escape;
pub mod fingerprint;
mod hang;
mod ignored;
mod json;
mod kind;
mod leak;
mod pattern;
#[cfg(feature = "pages")]
pub mod patterns;
mod place;
pub mod plural;
mod record;
mod report;
pub mod rule;
pub mod suggest;
pub mod summary;
pub mod time;
mod timeline;
mod waits;

pub use breach::{Breach, BreachRate, BreachSite};
pub use cancelled::{CancelFailure, CancelFault, Cancellations, CancelledAt};
pub use hang::{BodyWaits, Hang, HangCause, StuckThread};
pub use ignored::{AcceptedSite, Ignored};
pub use kind::Kind;
pub use leak::{Follows, Leak, Level, Why};
pub use pattern::Pattern;
pub use place::{Frame, Location};
pub use report::{Body, FORMAT_VERSION, Report, Verdict, Written};
pub use timeline::{Span, SpanEnd, Timeline};
pub use waits::{Awaited, Holder, Keeper, Kept, Missing, OwnHandle};

/// The JSON Schema of [`Report`], which is published with the crate as `schema/report-1.schema.json`.
pub const SCHEMA: &str = include_str!("../schema/report-1.schema.json");
