//! An open descriptor: who made it, and what it is.

use std::{net::SocketAddr, path::PathBuf};

/// A descriptor as the functions that made it were seen to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Descriptor {
    /// Which descriptor of the process it is, from one; never used again.
    pub(crate) number: u64,
    pub(crate) fd: i32,
    pub(crate) origin: u32,
    /// Number of the thread that made it; 0 for the main thread.
    pub(crate) thread: u64,
    /// Token of the runtime that this thread works for, or 0.
    pub(crate) runtime: u32,
    /// Whether `epoll_create` has made it, of which each runtime has one.
    pub(crate) is_selector: bool,
    pub(crate) born_ms: u64,
}

/// What a descriptor is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(dead_code, reason = "where nothing is interposed nothing is looked at")]
pub(crate) enum Class {
    TcpSocket,
    TcpListener,
    UdpSocket,
    UnixSocket,
    UnixListener,
    Socket,
    File,
    Directory,
    Device,
    Pipe,
    EventFd,
    Epoll,
    TimerFd,
    SignalFd,
    MemFd,
    Inotify,
    PidFd,
    Other,
}

/// What the system says of a descriptor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct FdInfo {
    pub(crate) class: Class,
    /// Where a file or a Unix socket is.
    pub(crate) path: Option<PathBuf>,
    pub(crate) local: Option<SocketAddr>,
    pub(crate) peer: Option<SocketAddr>,
}
