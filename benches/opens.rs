//! Descriptors that are opened and closed at once.

use std::{fs::File, hint::black_box, io::pipe, net::TcpListener, os::unix::net::UnixDatagram};

use crate::work::per_call;

/// What is opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Descriptor {
    /// `/dev/null`.
    File,
    /// A socket that nothing is done with.
    Socket,
    /// A socket that listens.
    Listener,
    /// Both ends of a pipe.
    Pipe,
}

impl Descriptor {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::File, Self::Socket, Self::Listener, Self::Pipe];

    /// In one word.
    pub const fn name(self) -> &'static str {
        match self {
            Self::File => "file",
            Self::Socket => "socket",
            Self::Listener => "listener",
            Self::Pipe => "pipe",
        }
    }

    /// That of this name.
    ///
    /// # Errors
    ///
    /// Where there is none.
    pub fn named(name: &str) -> Result<Self, String> {
        let found = Self::ALL.into_iter().find(|kind| kind.name() == name);
        found.ok_or_else(|| format!("no descriptor is called {name}"))
    }

    fn open_close(self) {
        match self {
            Self::File => drop(black_box(File::open("/dev/null").expect("it is there"))),
            Self::Socket => drop(black_box(
                UnixDatagram::unbound().expect("a socket can be had"),
            )),
            Self::Listener => drop(black_box(
                TcpListener::bind("127.0.0.1:0").expect("a port can be had"),
            )),
            Self::Pipe => drop(black_box(pipe().expect("a pipe can be had"))),
        }
    }
}

/// Opens and closes one after the other; nanoseconds for each.
pub fn open_close(kind: Descriptor, count: usize) -> f64 {
    per_call(count, || kind.open_close())
}
