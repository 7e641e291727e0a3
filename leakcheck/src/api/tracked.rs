//! Values of the user's own that must not outlive a test.

mod tracker;

pub use tracker::Tracker;

use std::{
    borrow::Cow,
    ops::{Deref, DerefMut},
    panic::Location,
};

use crate::observe::sources::custom;

/// Says that something of the test's own exists for as long as this value does.
///
/// A test that ends before it has left the thing behind, and the report names it with the place of this call.
///
/// ```
/// use leakcheck::Registration;
///
/// struct Permit {
///     _registration: Registration,
/// }
///
/// let permit = Permit { _registration: Registration::new("permit", "uploads") };
/// drop(permit);
/// ```
#[derive(Debug)]
#[must_use = "the registration ends where this is dropped"]
pub struct Registration(u64);

impl Registration {
    /// Registers a thing: what it is, the same word for all of its kind, and which one.
    #[track_caller]
    pub fn new(kind: impl Into<Cow<'static, str>>, label: impl Into<String>) -> Self {
        Self(custom::begin(kind.into(), label.into(), Location::caller()))
    }
}

impl Drop for Registration {
    fn drop(&mut self) {
        custom::end(self.0);
    }
}

/// A value that must be dropped before the test ends that made it.
///
/// ```
/// use leakcheck::Tracked;
///
/// let mut connection = Tracked::new("connection", "primary", Vec::<u8>::new());
/// connection.push(1);
/// assert_eq!(connection.into_inner(), [1]); // From here on it may live as long as it likes.
/// ```
#[derive(Debug)]
pub struct Tracked<T> {
    value: T,
    registration: Registration,
}

impl<T> Tracked<T> {
    /// Tracks a value: what it is, the same word for all of its kind, and which one.
    #[track_caller]
    pub fn new(kind: impl Into<Cow<'static, str>>, label: impl Into<String>, value: T) -> Self {
        Self {
            value,
            registration: Registration::new(kind, label),
        }
    }

    /// The value, which is tracked no longer.
    pub fn into_inner(self) -> T {
        drop(self.registration);
        self.value
    }
}

impl<T> Deref for Tracked<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.value
    }
}

impl<T> DerefMut for Tracked<T> {
    fn deref_mut(&mut self) -> &mut T {
        &mut self.value
    }
}
