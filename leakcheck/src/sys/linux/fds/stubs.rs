//! The functions by the names of the C library's own.

use super::{closing, opening, several, waiting};

call_then! {
    "socket" opening::socket, opening::noted;
    "accept" opening::accept, opening::noted;
    "accept4" opening::accept4, opening::noted;
    "dup" opening::dup, opening::noted;
    "fcntl" opening::fcntl, opening::noted;
    "__fcntl" opening::__fcntl, opening::noted;
    "fcntl64" opening::fcntl64, opening::noted;
    "eventfd" opening::eventfd, opening::noted;
    "signalfd" opening::signalfd, opening::noted;
    "timerfd_create" opening::timerfd_create, opening::noted;
    "memfd_create" opening::memfd_create, opening::noted;
    "epoll_create" opening::epoll_create, opening::noted;
    "epoll_create1" opening::epoll_create1, opening::noted;
    "inotify_init" opening::inotify_init, opening::noted;
    "inotify_init1" opening::inotify_init1, opening::noted;
    "open" opening::open, opening::opened;
    "open64" opening::open64, opening::opened;
    "openat" opening::openat, opening::opened_at;
    "openat64" opening::openat64, opening::opened_at;
    "__open" opening::__open, opening::opened;
    "__open64" opening::__open64, opening::opened;
    "__open_2" opening::__open_2, opening::opened;
    "__open64_2" opening::__open64_2, opening::opened;
    "__openat_2" opening::__openat_2, opening::opened_at;
    "__openat64_2" opening::__openat64_2, opening::opened_at;
    "creat" opening::creat, opening::opened;
    "creat64" opening::creat64, opening::opened;
    "close" closing::close, closing::closed;
    "__close" closing::__close, closing::closed;
    "closedir" closing::closedir, closing::closed;
    "fclose" closing::fclose, closing::closed;
    "close_range" closing::close_range, closing::closed_range;
    "dup2" closing::dup2, closing::replaced;
    "__dup2" closing::__dup2, closing::replaced;
    "dup3" closing::dup3, closing::replaced;
    // Where they go there is nothing to come back for.
    "sigwait" waiting::sigwait, closing::closed;
    "sigwaitinfo" waiting::sigwaitinfo, closing::closed;
    "sigtimedwait" waiting::sigtimedwait, closing::closed;
}

jump! {
    "pipe" several::pipe;
    "__pipe" several::__pipe;
    "pipe2" several::pipe2;
    "socketpair" several::socketpair;
    "opendir" several::opendir;
}

/// What is not seen because the program defines some of them itself.
pub(super) fn gap() -> Option<String> {
    gap_of_foreign! {
        "open" "open64" "openat" "openat64" "creat" "creat64" "socket" "accept" "accept4" "dup" "dup2" "dup3" "fcntl"
        "fcntl64" "eventfd" "signalfd" "timerfd_create" "memfd_create" "epoll_create" "epoll_create1" "inotify_init"
        "inotify_init1" "close" "closedir" "close_range" "fclose" "pipe" "pipe2" "socketpair" "opendir"
        "__open" "__open64" "__open_2" "__open64_2" "__openat_2" "__openat64_2" "__fcntl" "__close" "__dup2" "__pipe"
    }
}
