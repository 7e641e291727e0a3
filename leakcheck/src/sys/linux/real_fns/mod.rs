//! The functions that ours stand in front of.

mod signatures;
#[cfg(test)]
pub(super) use signatures::Align;
#[cfg(not(any(target_env = "musl", target_feature = "crt-static")))]
pub(super) use signatures::Spawn;

#[cfg(not(any(target_env = "musl", target_feature = "crt-static")))]
#[macro_use]
mod dynamic;
#[cfg(not(any(target_env = "musl", target_feature = "crt-static")))]
pub(super) mod descriptors;
#[cfg(not(any(target_env = "musl", target_feature = "crt-static")))]
pub(super) use dynamic::{
    __pipe, bind, fork, link, linkat, look_up, mkdir, mkdirat, mkdtemp, opendir, pipe, pipe2,
    popen, posix_memalign, posix_spawn, posix_spawnp, pthread_create, pthread_detach,
    pthread_setname_np, rename, renameat, renameat2, shm_open, socketpair, symlink, symlinkat,
    timer_create, timer_delete, under_sanitizer, vfork_of_sanitizer,
};

#[cfg(any(target_env = "musl", target_feature = "crt-static"))]
mod fixed;
#[cfg(any(target_env = "musl", target_feature = "crt-static"))]
pub(super) use fixed::{posix_memalign, pthread_create, pthread_setname_np, under_sanitizer};
