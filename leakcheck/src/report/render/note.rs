//! What a reader should know besides, in words.

use std::fmt::{Display, Formatter, Result};

use leakcheck_report::plural;

use crate::base::model::{Kind, Note, Remark, StacksUnread, TimerSite, Unreadable};

/// The note on a finding of so many things.
pub(super) fn of_finding(note: &Note, count: usize) -> String {
    let text = match note {
        Note::RuntimeThread => {
            "it is a thread of the test's own runtime and did not end with it: a blocking task still runs on it; the \
             site is where the thread was started, and a pool thread may have taken later tasks as well"
        }
        Note::RunningPoolThread => {
            "it is a thread of the test's own runtime: it runs a blocking task, or waits for the next"
        }
        Note::RuntimeShutdownPanic => {
            "when the runtime that it waits on ends, tokio may panic in it with `A Tokio 1.x context was found, but it is being \
             shutdown.`: that message follows from this leak"
        }
        Note::OrphanTimers { site } => return orphan_timers(count, *site),
        Note::OwnerUnread(why) => {
            let why = match why {
                Unreadable::NoStack => "no stack could be taken where it was made",
                Unreadable::NoNames => "functions that led to it have no name",
                Unreadable::Because(why) => why,
            };
            return format!(
                "it may be one that serves the whole process, which could not be determined: {why}"
            );
        }
        Note::OpenedOnPool => {
            "it was opened on a thread of a pool; what it was opened for is not known, only what started the thread"
        }
        Note::HandleDropped => "its `JoinHandle` was dropped, so nobody could learn of it",
        Note::Growth {
            steps,
            is_shared: true,
        } => {
            return format!(
                "together with the others that were made here, {}",
                growth(steps)
            );
        }
        Note::Growth { steps, .. } => return growth(steps),
    };
    text.to_owned()
}

fn orphan_timers(count: usize, site: TimerSite) -> String {
    let who = match count {
        1 => {
            "no task of the runtime has it: it is in something that outlives the test, such as a `static`, a cycle of \
             `Arc`s or a thread that blocks on it"
        }
        _ => {
            "no task of the runtime has them: they are in something that outlives the test, such as a `static`, a cycle \
             of `Arc`s or threads that block on them"
        }
    };
    let site = match (site, count) {
        (TimerSite::Told, _) => "",
        (TimerSite::Untold, 1) => {
            "; to see where it was made, use leakcheck's feature `tracing` and `--cfg tokio_unstable`"
        }
        (TimerSite::Untold, _) => {
            "; to see where they were made, use leakcheck's feature `tracing` and `--cfg tokio_unstable`"
        }
    };
    format!("{who}{site}")
}

/// How much more of one thing each round of a repeated test left behind.
fn growth(steps: &[usize]) -> String {
    let rounds = steps.len();
    match steps {
        [first, rest @ ..] if rest.iter().all(|step| step == first) => {
            format!("each of {rounds} rounds left {first} more behind")
        }
        _ => {
            let steps: Vec<String> = steps.iter().map(ToString::to_string).collect();
            format!(
                "each of {rounds} rounds left more behind: {}",
                steps.join(", ")
            )
        }
    }
}

impl Display for Remark {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        match self {
            Self::Rounds { warm_up, measured } => {
                let warm_up = match warm_up {
                    0 => String::new(),
                    rounds => format!(" after {rounds} to warm up"),
                };
                write!(
                    f,
                    "{measured} rounds were measured{warm_up}; only what grew in each of them is reported"
                )
            }
            Self::HeldByAccepted(kind) => {
                let what = match kind {
                    Kind::Timer => "POSIX timers",
                    kind => plural::words(*kind).1,
                };
                write!(
                    f,
                    "{what} are left as well, and not reported: a task or thread that is accepted may hold them"
                )
            }
            Self::WaitsUnread(why) => write!(f, "where tasks wait could not be read: {why}"),
            Self::RulesNotApplied(why) => {
                let why = match why {
                    StacksUnread::SwitchedOff => "LEAKCHECK_STACKS=off",
                    StacksUnread::Unavailable(why) => why,
                    StacksUnread::NotTaken => "their stacks could not be taken",
                };
                write!(
                    f,
                    "rules on where something waits (ignore_top_function, ignore_any_function) were not applied to some \
                     threads: {why}"
                )
            }
            Self::OverLimit { rule, limit } => {
                write!(f, "{rule} accepts at most {limit}, and there were more")
            }
            Self::Expired { rule, day } => write!(
                f,
                "{rule} would accept some of this, but expired on {day}: end what it was for, or give it a later day"
            ),
            Self::NearMiss { rule, meant } => {
                write!(f, "{rule} accepts none of this: did you mean \"{meant}\"?")
            }
            Self::BeyondBaseline {
                file,
                listed,
                fingerprint,
                found,
            } => write!(
                f,
                "{file} lists {listed} of fingerprint {fingerprint} for this test, and there were {found}"
            ),
            Self::Settings { file, settings } => {
                write!(f, "{file} says {}", settings.join(", "))
            }
            Self::Gap(why) => f.write_str(why),
        }
    }
}
