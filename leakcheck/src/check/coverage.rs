//! How much a check can see, and whether that is as much as `LEAKCHECK_REQUIRE` asks for.

use super::{view::View, watched_runtime::WatchedRuntime};
use crate::{
    base::{
        error::{Error, Repr},
        model::{Coverage, Kind, Seen},
    },
    check::target::CheckTarget,
    observe::{
        capture,
        sources::{self, tasks, timers},
    },
    settings::env::{Env, Requirement, TraceLevel},
};

impl View {
    pub(super) fn coverage(&self) -> Coverage {
        let of = |kind: Kind| match kind {
            Kind::Task => self.task_coverage(),
            Kind::Thread => sources::threads::coverage(),
            Kind::Timer => self.timer_coverage(),
            Kind::TempFile => sources::temp_files::coverage(),
            Kind::Heap => sources::heap::coverage(),
            kind => others(kind),
        };
        Coverage {
            kinds: Kind::CHOICES
                .iter()
                .filter(|(kind, _)| self.options.wants(*kind))
                // Who has not asked for it learns nothing of it.
                .filter(|(kind, _)| *kind != Kind::Heap || sources::heap::is_asked_for())
                .map(|(kind, _)| (*kind, of(*kind)))
                .collect(),
        }
    }

    fn task_coverage(&self) -> Seen {
        match &self.runtime {
            Some(WatchedRuntime { token: Some(_), .. }) => tasks::coverage(),
            Some(_) if !tasks::HAS_TASK_HOOKS => tasks::coverage(),
            Some(_) => Seen::Partial(
                "the runtime was built elsewhere: its tasks are counted, not named; give its builder to \
                 `leakcheck::instrument`, or let `#[leak_checked]` build it"
                    .to_owned(),
            ),
            None => match tasks::coverage() {
                Seen::Full => Seen::Partial(
                    "of runtimes, only tasks of those that were given to `leakcheck::instrument` are seen"
                        .to_owned(),
                ),
                less => less,
            },
        }
    }

    fn timer_coverage(&self) -> Seen {
        let of_tokio = match &self.runtime {
            Some(runtime) if runtime.is_own() => timers::coverage(runtime.timers.as_ref()),
            _ => {
                Seen::Nothing("they are looked at on runtimes that the attribute builds".to_owned())
            }
        };
        timers::both(of_tokio, timers::posix::coverage())
    }
}

fn others(kind: Kind) -> Seen {
    match sources::other(kind) {
        Some(source) => (source.coverage)(),
        None => Seen::Nothing("not covered by this version".to_owned()),
    }
}

/// Fails where `LEAKCHECK_REQUIRE` asks for what this build cannot see. What can be planted is planted, once per process.
pub(super) fn require(env: &Env, whom: &CheckTarget) -> Result<(), Error> {
    for (requirement, word) in &env.required {
        let seen = match requirement {
            Requirement::Threads => sources::threads::coverage(),
            Requirement::Sites if env.trace == TraceLevel::Off => {
                Seen::Nothing("LEAKCHECK_TRACE=off switches stacks off".to_owned())
            }
            Requirement::Sites => {
                all([tasks::coverage, tasks::planted::has_site]).and(|| proven(sites(whom)))
            }
            Requirement::Tasks => all([tasks::coverage, tasks::planted::is_found]),
            Requirement::States => all([tasks::states, tasks::planted::has_state]),
            Requirement::Timers => timers::requirement().and(|| proven(capture::prove_names())),
            // What nothing but a tracer could see is no reason to fail.
            Requirement::Fds => sources::fds::gap().and(|| proven(capture::prove_names())),
            Requirement::Processes => others(Kind::Process).and(sources::processes::planted),
            Requirement::TempFiles => sources::temp_files::planted(),
            Requirement::Heap => sources::heap::planted(),
        };
        if seen != Seen::Full {
            return Err(Repr::Required {
                what: (*word).to_owned(),
                why: seen.to_string(),
            }
            .into());
        }
    }
    Ok(())
}

fn all(parts: [fn() -> Seen; 2]) -> Seen {
    parts.iter().fold(Seen::Full, Seen::and)
}

fn proven(proof: Result<(), String>) -> Seen {
    proof.map_or_else(Seen::Nothing, |()| Seen::Full)
}

/// The check of a whole process is called by no test.
fn sites(whom: &CheckTarget) -> Result<(), String> {
    match whom {
        CheckTarget::Test(_) | CheckTarget::Caller(..) => capture::prove(),
        CheckTarget::Process(..) => capture::prove_names(),
    }
}
