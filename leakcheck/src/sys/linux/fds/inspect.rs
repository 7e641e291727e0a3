//! What a descriptor is, as the system says. For reports only.

use std::{
    ffi::c_int,
    mem::ManuallyDrop,
    net::{TcpStream, UdpSocket},
    os::{
        fd::{FromRawFd, RawFd},
        unix::{ffi::OsStrExt, net::UnixStream},
    },
    path::Path,
};

use crate::sys::descriptor::{Class, FdInfo};

/// What `fd` is; `None` where it is not open. Where the system does not say what it is, it is a descriptor all the same.
pub(super) fn of(fd: RawFd) -> Option<FdInfo> {
    let Ok(link) = std::fs::read_link(format!("/proc/self/fd/{fd}")) else {
        return by_mode(fd);
    };
    let class = class(fd, &link)?;
    let is_named = matches!(
        class,
        Class::File | Class::Directory | Class::Device | Class::MemFd | Class::Other
    ) || link.is_absolute();
    let mut info = FdInfo {
        class,
        path: is_named.then_some(link),
        local: None,
        peer: None,
    };
    match class {
        Class::TcpSocket | Class::TcpListener => {
            // SAFETY: the descriptor is only asked for its addresses and not closed; where it is closed meanwhile, so
            // is the question answered with an error.
            let socket = ManuallyDrop::new(unsafe { TcpStream::from_raw_fd(fd) });
            info.local = socket.local_addr().ok();
            info.peer = socket.peer_addr().ok();
        }
        Class::UdpSocket => {
            // SAFETY: as above.
            let socket = ManuallyDrop::new(unsafe { UdpSocket::from_raw_fd(fd) });
            info.local = socket.local_addr().ok();
            info.peer = socket.peer_addr().ok();
        }
        Class::UnixSocket | Class::UnixListener => {
            // SAFETY: as above.
            let socket = ManuallyDrop::new(unsafe { UnixStream::from_raw_fd(fd) });
            let own = socket.local_addr().ok();
            let peer = socket.peer_addr().ok();
            info.path = [own, peer]
                .iter()
                .flatten()
                .find_map(|address| address.as_pathname().map(Path::to_owned));
        }
        _ => {}
    }
    Some(info)
}

fn class(fd: RawFd, link: &Path) -> Option<Class> {
    let text = link.as_os_str();
    let starts = |prefix: &str| text.as_bytes().starts_with(prefix.as_bytes());
    if starts("socket:") {
        return Some(socket(fd));
    }
    if starts("pipe:") {
        return Some(Class::Pipe);
    }
    if starts("pidfd:") {
        return Some(Class::PidFd);
    }
    if starts("/memfd:") {
        return Some(Class::MemFd);
    }
    if let Some(name) = text.as_bytes().strip_prefix(b"anon_inode:") {
        return Some(match name {
            b"[eventfd]" => Class::EventFd,
            b"[eventpoll]" => Class::Epoll,
            b"[timerfd]" => Class::TimerFd,
            b"[signalfd]" => Class::SignalFd,
            b"[pidfd]" => Class::PidFd,
            b"inotify" | b"[inotify]" => Class::Inotify,
            _ => Class::Other,
        });
    }
    Some(by_mode(fd)?.class)
}

/// What its mode says.
fn by_mode(fd: RawFd) -> Option<FdInfo> {
    let mut stat = std::mem::MaybeUninit::<libc::stat>::uninit();
    // SAFETY: the whole structure is written where the result is 0.
    let mode = unsafe {
        match libc::fstat(fd, stat.as_mut_ptr()) {
            0 => stat.assume_init().st_mode,
            _ if std::io::Error::last_os_error().raw_os_error() == Some(libc::EBADF) => {
                return None;
            }
            _ => 0,
        }
    };
    let class = match mode & libc::S_IFMT {
        libc::S_IFREG => Class::File,
        libc::S_IFDIR => Class::Directory,
        libc::S_IFCHR | libc::S_IFBLK => Class::Device,
        libc::S_IFIFO => Class::Pipe,
        libc::S_IFSOCK => socket(fd),
        _ => Class::Other,
    };
    Some(FdInfo {
        class,
        path: None,
        local: None,
        peer: None,
    })
}

fn socket(fd: RawFd) -> Class {
    let is_listening = option(fd, libc::SO_ACCEPTCONN) == Some(1);
    match (option(fd, libc::SO_DOMAIN), option(fd, libc::SO_TYPE)) {
        (Some(libc::AF_INET | libc::AF_INET6), Some(libc::SOCK_STREAM)) if is_listening => {
            Class::TcpListener
        }
        (Some(libc::AF_INET | libc::AF_INET6), Some(libc::SOCK_STREAM)) => Class::TcpSocket,
        (Some(libc::AF_INET | libc::AF_INET6), Some(libc::SOCK_DGRAM)) => Class::UdpSocket,
        (Some(libc::AF_UNIX), _) if is_listening => Class::UnixListener,
        (Some(libc::AF_UNIX), _) => Class::UnixSocket,
        _ => Class::Socket,
    }
}

fn option(fd: RawFd, name: c_int) -> Option<c_int> {
    let mut value: c_int = 0;
    let mut size = libc::socklen_t::try_from(size_of::<c_int>()).ok()?;
    // SAFETY: the kernel writes at most `size` bytes to `value`.
    let result = unsafe {
        libc::getsockopt(
            fd,
            libc::SOL_SOCKET,
            name,
            (&raw mut value).cast(),
            &raw mut size,
        )
    };
    (result == 0).then_some(value)
}
