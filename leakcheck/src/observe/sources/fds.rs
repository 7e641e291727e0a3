//! Open descriptors of a scope, and whether they can be seen at all.

mod attribution;
mod pool;

pub(crate) use attribution::{Watching, are_names_unread, charge, fold, is_driven, is_known_aside};

use std::{fs::File, sync::OnceLock};

use super::{seen, source::Source};
use crate::{
    base::model::{Creator, Detail, Fact, Kind, OtherResource, Place, Resource, ResourceId, Seen},
    observe::scope::{Scope, ScopeId},
    sys::{
        clock,
        descriptor::{Class, FdInfo},
        fds,
    },
};

pub(super) const SOURCE: Source = Source {
    kind: Kind::Fd,
    list,
    describe,
    coverage,
};

/// What passes the functions that are observed.
const PAST: &str = "only what is opened through the C library is seen, so nothing of system calls of a library's own \
                    (rustix, io_uring) or received over a Unix socket; nothing of the C library's own opening either";

fn list(scope: Option<ScopeId>) -> Vec<Resource> {
    let now = clock::now_ms();
    let mut found = fds::live(scope.map(ScopeId::index));
    // Their own numbers are given to the next that is opened, so that they say nothing of the order.
    found.sort_unstable_by_key(|found| found.number);
    found
        .into_iter()
        .filter(|found| !attribution::is_descriptor_known_aside(found))
        .map(|found| Resource {
            id: ResourceId::Other(Kind::Fd, found.number),
            origin: found.origin,
            age_ms: Some(now.saturating_sub(found.born_ms)),
            detail: Detail::Other(OtherResource {
                number: u64::try_from(found.fd).ok(),
                creator: Some(Creator {
                    thread: found.thread,
                    runtime: found.runtime,
                    is_selector: found.is_selector,
                }),
                ..OtherResource::default()
            }),
        })
        .collect()
}

fn describe(id: u64, thing: &mut OtherResource) {
    let fd = thing.number.and_then(|number| i32::try_from(number).ok());
    if let Some(fd) = fd
        && let Some(info) = fds::look(id, fd)
    {
        thing.name = Some(name(info.class).to_owned());
        thing.facts.push(Fact::Descriptor(fd));
        thing.facts.extend(place(&info).map(Fact::Place));
    }
}

/// What the descriptor with this number is now: `TCP socket, 127.0.0.1:80 to 127.0.0.1:4000`.
pub(crate) fn words(number: u64) -> Option<String> {
    let info = fds::look_at(i32::try_from(number).ok()?)?;
    let name = name(info.class);
    Some(match place(&info) {
        Some(place) => format!("{name}, {place}"),
        None => name.to_owned(),
    })
}

/// What it is, in words.
const fn name(class: Class) -> &'static str {
    match class {
        Class::TcpSocket => "TCP socket",
        Class::TcpListener => "TCP listener",
        Class::UdpSocket => "UDP socket",
        Class::UnixSocket => "Unix socket",
        Class::UnixListener => "Unix listener",
        Class::Socket => "socket",
        Class::File => "file",
        Class::Directory => "directory",
        Class::Device => "device",
        Class::Pipe => "pipe",
        Class::EventFd => "eventfd",
        Class::Epoll => "epoll",
        Class::TimerFd => "timerfd",
        Class::SignalFd => "signalfd",
        Class::MemFd => "memfd",
        Class::Inotify => "inotify",
        Class::PidFd => "pidfd",
        Class::Other => "descriptor",
    }
}

/// Where it leads.
fn place(info: &FdInfo) -> Option<Place> {
    match (&info.local, &info.peer, &info.path) {
        (Some(local), Some(peer), _) => Some(Place::Connected {
            local: *local,
            peer: *peer,
        }),
        (Some(local), None, _) => Some(Place::Local(*local)),
        (None, Some(peer), _) => Some(Place::Peer(*peer)),
        (None, None, Some(path)) => Some(Place::Path(path.clone())),
        (None, None, None) => None,
    }
}

/// How much is seen. Believed only while a planted descriptor is found, which is tried once per process.
fn coverage() -> Seen {
    match gap() {
        Seen::Full => Seen::Partial(PAST.to_owned()),
        less => less,
    }
}

/// What is not seen of that which could be.
pub(crate) fn gap() -> Seen {
    static PROBED: OnceLock<Result<(), String>> = OnceLock::new();
    let planted = || PROBED.get_or_init(probe).clone();
    match fds::unavailable() {
        Some(why) => Seen::Nothing(why.to_owned()),
        None => seen::of_paths(("descriptor", "descriptors"), planted, fds::gap),
    }
}

/// Plants a descriptor and looks for it, open and closed.
fn probe() -> Result<(), String> {
    let kept = Scope::open().map_err(|error| error.to_string())?;
    let scope = kept.id();
    let planted = {
        let _inside = scope.enter();
        // A folder that is there in any case.
        File::open("/")
            .map_err(|error| format!("the planted descriptor was not opened: {error}"))?
    };
    let open = fds::live(Some(scope.index())).len();
    drop(planted);
    let closed = fds::live(Some(scope.index())).len() + scope.counters().others();
    match (open, closed) {
        (1, 0) => Ok(()),
        (0, _) => Err(
            "`open` of this program is not the one that leakcheck defines, so no descriptor is recorded".to_owned(),
        ),
        _ => Err(format!(
            "a planted descriptor was recorded as {open} open and {closed} closed"
        )),
    }
}
