//! Whether the test has made more in a second than its rates allow.

use std::time::{Duration, Instant};

use tokio::runtime::Handle;

use super::{budgets::sites, lifecycle::Check, wait};
use crate::{
    base::model::{Begun, Breach, Limited, Measure, PeakPrecision, Remark, Uncounted},
    observe::{
        capture::{self, Asked},
        sources::tasks,
    },
    sys::{
        budget::rates::{self, Measured},
        creation_stack, task_allocations,
    },
};

/// The body of a measured round, which runs.
#[derive(Debug)]
pub(crate) struct Round {
    scope: u64,
    start: Instant,
    /// The runtime, and what its own clock said then.
    clock: Option<(Handle, tokio::time::Instant)>,
}

impl Round {
    /// Begins right before the body does.
    pub(crate) fn begin(check: &Check) -> Self {
        let runtime = check.view.runtime.as_ref();
        let clock = runtime.map(|runtime| {
            let handle = runtime.handle.clone();
            let inside = handle.enter();
            let now = tokio::time::Instant::now();
            drop(inside);
            (handle, now)
        });
        let scope = check.view.scope.index();
        let start = Instant::now();
        rates::round_begins(scope);
        Self {
            scope,
            start,
            clock,
        }
    }

    /// Ends right after it.
    pub(crate) fn end(self) {
        let took = self.start.elapsed();
        let jumped = self.clock.map_or(Duration::ZERO, |(handle, before)| {
            let _inside = handle.enter();
            // What a test waits by a clock that stands still takes no time.
            if wait::is_paused() {
                before.elapsed()
            } else {
                Duration::ZERO
            }
        });
        let took = u64::try_from((took + jumped).as_micros()).unwrap_or(u64::MAX);
        rates::round_ends(self.scope, took);
    }
}

/// What is known of a rate.
enum Judged {
    Within,
    Over(Breach),
    Unknown(Remark),
}

impl Check {
    /// Whether there may be something to say of rates.
    pub(super) fn may_be_over_rate(&self) -> bool {
        self.rates().any(|rate| may_be_over(&rate))
    }

    /// The rates that the test went over, and those of which that cannot be told.
    pub(super) fn judge_rates(&self) -> (Vec<Breach>, Vec<Remark>) {
        let (mut over, mut unknown) = (Vec::new(), Vec::new());
        for rate in self.rates() {
            match self.judge(&rate) {
                Judged::Within => {}
                Judged::Over(breach) => over.push(breach),
                Judged::Unknown(remark) => unknown.push(remark),
            }
        }
        (over, unknown)
    }

    /// What was measured; nothing for a guard inside of a test, which shares its scope.
    fn rates(&self) -> impl Iterator<Item = Measured> {
        let scope = self.is_of_test().then(|| self.view.scope.index());
        scope.into_iter().flat_map(rates::measured)
    }

    fn judge(&self, rate: &Measured) -> Judged {
        if let Some(why) = is_uncounted(rate.limited) {
            return Judged::Unknown(Remark::RateUncounted(rate.limited, why));
        }
        let all = begun(rate);
        if !all.may_be_over(rate.limit) {
            return Judged::Within;
        }
        let unproven = Judged::Unknown(Remark::RateUnproven(rate.limited, all.within));
        if all.in_a_second() <= rate.limit {
            return unproven;
        }
        let counted = counted(rate);
        let begun = Begun {
            count: counted.number,
            ..all
        };
        if begun.in_a_second() > rate.limit {
            Judged::Over(self.breach(rate, &counted, begun))
        } else if counted.precision == PeakPrecision::AtLeast {
            Judged::Unknown(Remark::RateUncounted(rate.limited, Uncounted::NoNames))
        } else if begun.may_be_over(rate.limit) {
            unproven
        } else {
            Judged::Within
        }
    }

    fn breach(&self, rate: &Measured, counted: &Counted, begun: Begun) -> Breach {
        let package_dir = self.view.whom.package_dir();
        Breach {
            level: self.view.options.level_for(rate.limited.kind()),
            limit: rate.limit,
            peak: begun.in_a_second(),
            precision: counted.precision,
            measure: Measure::Begun(begun),
            noted: counted.number,
            sites: sites(&counted.paths, package_dir.as_deref()),
            limited: rate.limited,
        }
    }
}

/// All that was counted, whatever it was.
fn begun(rate: &Measured) -> Begun {
    Begun {
        count: rate.begun,
        within: Duration::from_micros(rate.took_us),
    }
}

fn may_be_over(rate: &Measured) -> bool {
    is_uncounted(rate.limited).is_some() || begun(rate).may_be_over(rate.limit)
}

/// What of that is of the kind.
struct Counted {
    number: usize,
    precision: PeakPrecision,
    paths: Vec<(u32, usize)>,
}

/// Where no hooks tell of tasks, what was counted for them may be other memory.
fn counted(rate: &Measured) -> Counted {
    if rate.limited != Limited::Task || tasks::HAS_TASK_HOOKS {
        return Counted {
            number: rate.begun,
            precision: PeakPrecision::Exact,
            paths: rate.paths.clone(),
        };
    }
    let of = |asked| {
        let paths = rate.paths.iter();
        paths.filter(move |(path, _)| capture::asked_for(*path) == asked)
    };
    let sum = |asked| of(asked).map(|(_, count)| count).sum::<usize>();
    let number = sum(Asked::Task);
    let others = [Asked::LocalTask, Asked::Closure, Asked::Other];
    let is_all = number + others.map(sum).iter().sum::<usize>() == rate.begun;
    Counted {
        number,
        precision: if is_all {
            PeakPrecision::Exact
        } else {
            PeakPrecision::AtLeast
        },
        paths: of(Asked::Task).copied().collect(),
    }
}

/// Why things of this kind are not counted, if so.
fn is_uncounted(limited: Limited) -> Option<Uncounted> {
    if limited != Limited::Task || tasks::HAS_TASK_HOOKS {
        return None;
    }
    let unseen = task_allocations::unavailable().map(Uncounted::Unseen);
    unseen.or_else(|| (!creation_stack::is_enabled()).then_some(Uncounted::NoPaths))
}
