//! Where a future is that is no task.

/// Where a pinned future is that somebody polls by hand, such as the one given to `block_on`: no runtime lists it.
///
/// Two numbers, which neither keep it alive nor borrow it; see [`TaskList::of_future`](crate::TaskList::of_future).
///
/// ```
/// use std::pin::{Pin, pin};
/// use leakcheck_introspect::FutureAddress;
///
/// let body = pin!(std::future::pending::<()>());
/// let body: Pin<&dyn Future<Output = ()>> = body.as_ref();
/// let address = FutureAddress::of(body);
/// # let _ = address;
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FutureAddress {
    pub(crate) data: u64,
    pub(crate) table: u64,
}
