//! Bodies that hang are seen from another thread, which reports them and ends them where that is possible.
//!
//! The thread is one for the process, and starts when the first body has a time limit or has to wait for something that
//! no task of its own runtime is about to do. It belongs to no test.

mod body;
mod schedule;
mod watch;
mod watched_body;
mod watchlist;

pub(crate) use watch::{Among, Parks, Watch, parks};
pub(crate) use watchlist::{Served, call_at, start};

pub use body::TestBody;
