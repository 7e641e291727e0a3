//! What a reader should know besides, in words.

use std::fmt::{Display, Formatter, Result};

use leakcheck_report::plural;

use super::rate;
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
            Self::RateUnproven(limited, within) => f.write_str(&rate::unproven(*limited, *within)),
            Self::RateUncounted(limited, why) => f.write_str(&rate::uncounted(*limited, *why)),
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
            Self::Ended { ended, left } => {
                let killed = (!ended.is_empty()).then(|| format!("killed {}", processes(ended)));
                let failed = (!left.is_empty()).then(|| {
                    format!(
                        "could not kill {}, which takes Linux 5.3 or later and permission to",
                        processes(left)
                    )
                });
                let said: Vec<String> = killed.into_iter().chain(failed).collect();
                write!(f, "`end_processes` {}", plural::all_of(&said))
            }
            Self::Gap(why) => f.write_str(why),
        }
    }
}

/// Processes by their numbers; of very many the first.
fn processes(numbers: &[u32]) -> String {
    const SHOWN: usize = 8;
    let mut shown: Vec<String> = numbers
        .iter()
        .take(SHOWN)
        .map(ToString::to_string)
        .collect();
    if numbers.len() > SHOWN {
        shown.push(format!("{} more", numbers.len() - SHOWN));
    }
    let word = if numbers.len() == 1 {
        "process"
    } else {
        "processes"
    };
    format!("{word} {}", plural::all_of(&shown))
}

#[cfg(all(test, not(leakcheck_loom)))]
mod tests {
    use super::*;

    #[test]
    fn processes_that_were_ended_are_named() {
        let said = |ended: &[u32], left: &[u32]| {
            let [ended, left] = [ended, left].map(<[u32]>::to_vec);
            Remark::Ended { ended, left }.to_string()
        };
        assert_eq!(said(&[4242], &[]), "`end_processes` killed process 4242");
        assert_eq!(
            said(&[4, 5, 6], &[]),
            "`end_processes` killed processes 4, 5 and 6"
        );
        assert_eq!(
            said(&[], &[7]),
            "`end_processes` could not kill process 7, which takes Linux 5.3 or later and permission to"
        );
        assert_eq!(
            said(&[4], &[7, 8]),
            "`end_processes` killed process 4 and could not kill processes 7 and 8, which takes Linux 5.3 or later and \
             permission to"
        );
        let many: Vec<u32> = (1..=10).collect();
        assert_eq!(
            said(&many, &[]),
            "`end_processes` killed processes 1, 2, 3, 4, 5, 6, 7, 8 and 2 more"
        );
    }
}
