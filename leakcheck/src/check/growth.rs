//! What grows from round to round of a test that is repeated.

use super::{inventory::Phase, lifecycle::Check};
use crate::{
    base::{
        model::{Frame, Leak, Note, Remark},
        test_meta::Rounds,
    },
    check::wait,
};

/// What was alive after each round.
#[derive(Debug)]
pub(crate) struct Growth {
    rounds: Rounds,
    done: u32,
    /// Before the first measured round, and after each of them.
    alive: Vec<Vec<Leak>>,
    /// How many things there were at the last measurement.
    number: usize,
}

impl Growth {
    pub(crate) fn new(rounds: Rounds) -> Self {
        let before = (rounds.warm_up == 0).then(Vec::new);
        Self {
            rounds,
            done: 0,
            alive: before.into_iter().collect(),
            number: 0,
        }
    }

    /// The number of the round under way, and how many there are.
    pub(crate) fn round(&self) -> (u64, u64) {
        let all = u64::from(self.rounds.warm_up) + u64::from(self.rounds.measured);
        (u64::from(self.done) + 1, all)
    }

    /// Whether the round under way is one that is measured.
    pub(crate) fn is_warm(&self) -> bool {
        self.done >= self.rounds.warm_up
    }

    /// Whether all rounds are over.
    pub(crate) fn is_whole(&self) -> bool {
        self.alive.len() > self.rounds.measured as usize
    }

    /// Ends a round; false if it was one to warm up, but for the last of them.
    fn is_measured(&mut self) -> bool {
        self.done += 1;
        self.done >= self.rounds.warm_up
    }

    /// What grew in each measured round, with how much; nothing before all of them are over.
    fn grown(&self) -> Vec<Leak> {
        if !self.is_whole() {
            return Vec::new();
        }
        let mut grown: Vec<Leak> = Vec::new();
        for leak in self.alive.last().into_iter().flatten() {
            let counts = self.alive.iter().map(|alive| count(alive, leak));
            let counts: Vec<usize> = counts.collect();
            let steps = counts
                .windows(2)
                .map(|pair| pair[1].saturating_sub(pair[0]));
            let steps: Vec<usize> = steps.collect();
            if steps.contains(&0) {
                continue;
            }
            let leak = Leak {
                note: Some(Note::Growth {
                    steps,
                    is_shared: false,
                }),
                ..leak.clone()
            };
            match grown.iter_mut().find(|known| known.is_like(&leak)) {
                Some(known) => known.absorb(&leak),
                None => grown.push(leak),
            }
        }
        with_others(grown)
    }
}

/// What makes things the same from round to round: not where they wait.
fn path(leak: &Leak) -> (&str, Option<&Frame>) {
    (&leak.fingerprint, leak.created_at.as_ref())
}

/// Says where things of one place are told apart, because they wait for different things, that they grew together.
fn with_others(mut grown: Vec<Leak>) -> Vec<Leak> {
    for index in 0..grown.len() {
        let own = path(&grown[index]);
        let is_one = grown.iter().filter(|other| path(other) == own).count() == 1;
        if let Some(Note::Growth { is_shared, .. }) = &mut grown[index].note {
            *is_shared = !is_one;
        }
    }
    grown
}

fn count(alive: &[Leak], like: &Leak) -> usize {
    let same = alive.iter().filter(|leak| path(leak) == path(like));
    same.map(|leak| leak.count).sum()
}

impl Check {
    /// Looks at what is there after a round, from a thread that runs no tasks. More than before is waited for to end.
    pub(crate) fn measure_blocking(&mut self, growth: &mut Growth) {
        if growth.is_measured() {
            let before = growth.number;
            self.evidence.waited += wait::blocking(self.view.scope, self.view.limit(), |_| {
                self.number_alive() > before
            });
            self.add_to(growth);
        }
    }

    /// The same inside of the runtime.
    pub(crate) async fn measure_in_runtime(&mut self, growth: &mut Growth) {
        if growth.is_measured() {
            let before = growth.number;
            let limit = self.view.limit();
            let is_more = |_| {
                self.view.let_reap();
                self.number_alive() > before
            };
            let waited = wait::in_runtime(self.view.scope, limit, is_more).await;
            self.evidence.waited += waited;
            self.add_to(growth);
        }
    }

    /// Ends the check with what has grown instead of what is there.
    pub(crate) fn note_growth(&mut self, growth: &Growth) {
        self.evidence.grown = Some(growth.grown());
        let Rounds { warm_up, measured } = growth.rounds;
        self.evidence
            .remarks
            .push(Remark::Rounds { warm_up, measured });
    }

    fn number_alive(&self) -> usize {
        let mut present = self.view.present(Phase::Running, &self.evidence);
        if !self.view.others_count(Phase::Running) {
            self.view.with_all_others(&mut present);
        }
        present.resources.len() + present.unnamed
    }

    fn add_to(&self, growth: &mut Growth) {
        growth.number = self.number_alive();
        let alive = if growth.number == 0 {
            Vec::new()
        } else {
            let mut present = self.view.steady(Phase::Running, &self.evidence);
            if !present.has_tasks() && !self.view.others_count(Phase::Running) {
                self.view.with_all_others(&mut present);
                crate::observe::sources::describe(&mut present.resources);
            }
            self.view.sorted(&present).leaks
        };
        growth.alive.push(alive);
    }
}

#[cfg(all(test, not(leakcheck_loom)))]
mod tests {
    use super::*;
    use crate::base::model::{Kind, Waiting};

    fn left(count: usize) -> Vec<Leak> {
        let alive = (count > 0).then(|| Leak::unknown(Kind::Task, count));
        alive.into_iter().collect()
    }

    /// What grew where so many were alive before the first measured round and after each.
    fn grown(counts: &[usize]) -> Vec<(usize, Option<Note>)> {
        let mut growth = Growth::new(Rounds {
            warm_up: 1,
            measured: u32::try_from(counts.len() - 1).unwrap(),
        });
        growth.alive = counts.iter().map(|count| left(*count)).collect();
        let grown = growth.grown().into_iter();
        grown.map(|leak| (leak.count, leak.note)).collect()
    }

    fn steps(steps: &[usize], is_shared: bool) -> Note {
        let steps = steps.to_vec();
        Note::Growth { steps, is_shared }
    }

    #[test]
    fn only_what_grew_in_every_round_has_grown() {
        assert_eq!(grown(&[3, 3, 3]), []);
        assert_eq!(grown(&[0, 1, 1, 2]), []);
        assert_eq!(grown(&[4, 5, 3, 6]), []);
        assert_eq!(grown(&[0, 2, 4]), [(4, Some(steps(&[2, 2], false)))]);
        assert_eq!(grown(&[1, 2, 5, 6]), [(6, Some(steps(&[1, 3, 1], false)))]);
    }

    #[test]
    fn rounds_that_were_not_run_prove_nothing() {
        let mut growth = Growth::new(Rounds {
            warm_up: 0,
            measured: 2,
        });
        growth.alive.push(left(1));
        assert!(!growth.is_whole());
        assert_eq!(growth.grown(), []);
        assert_eq!(growth.round(), (1, 2));
    }

    #[test]
    fn one_place_is_one_thing_wherever_it_waits() {
        let mut growth = Growth::new(Rounds {
            warm_up: 0,
            measured: 2,
        });
        let both = [left(1), left(2)].concat();
        growth.alive.extend([left(1), both]);
        let counts: Vec<_> = growth.grown().iter().map(Leak::count).collect();
        assert_eq!(counts, [3]);
    }

    #[test]
    fn what_waits_for_different_things_is_told_apart() {
        let waits = |place| Leak {
            waiting: Some(Waiting {
                place,
                ..Waiting::unknown("")
            }),
            ..Leak::unknown(Kind::Task, 1)
        };
        let mut growth = Growth::new(Rounds {
            warm_up: 0,
            measured: 2,
        });
        growth
            .alive
            .extend([vec![waits(1)], vec![waits(1), waits(2)]]);
        let grown: Vec<_> = growth.grown().into_iter().map(|leak| leak.note).collect();
        assert_eq!(
            grown,
            [Some(steps(&[1, 1], true)), Some(steps(&[1, 1], true))]
        );
    }
}
