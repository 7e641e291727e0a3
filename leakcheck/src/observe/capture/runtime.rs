//! The call that builds a tokio runtime, as it stands on a creation path.

use super::tokio_paths::BUILD;
use crate::base::model::{CodeOwner, Frame};

/// Whether what was made on this stack is a part of a tokio runtime, because it was made while that was built: a worker
/// thread, a descriptor of its driver. What code of the user makes that the builder calls is none.
pub(crate) fn builds_a_runtime(stack: &[Frame]) -> bool {
    let is_build = |frame: &Frame| frame.function.starts_with(BUILD);
    stack
        .iter()
        .take_while(|frame| frame.owner != CodeOwner::User)
        .any(is_build)
}

#[cfg(all(test, not(leakcheck_loom)))]
mod tests {
    use super::*;
    use crate::observe::capture::frame;

    #[test]
    fn only_what_tokio_makes_is_a_part() {
        let of = |functions: &[&str]| {
            let stack: Vec<Frame> = functions
                .iter()
                .map(|function| {
                    // A file that exists and is in no package is the user's.
                    let place = (!function.starts_with("tokio"))
                        .then_some((concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml"), 1));
                    frame(function, place, None)
                })
                .collect();
            builds_a_runtime(&stack)
        };
        let spawn = "tokio::runtime::blocking::pool::Spawner::spawn_thread";
        assert!(of(&[spawn, BUILD, "app::start"]));
        assert!(of(&[spawn, &format!("{BUILD}_threaded_runtime"), BUILD]));
        assert!(!of(&[spawn, "app::start"]));
        assert!(!of(&["app::name_of_a_thread", BUILD, "app::start"]));
        assert!(!of(&[]));
    }
}
