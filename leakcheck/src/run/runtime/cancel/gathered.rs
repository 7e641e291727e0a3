//! What several runs of one body have left behind, in one report: what was made on one path is one finding.

use crate::{
    base::model::{CancelledAt, Leak, Report, Verdict},
    report::explain::Causes,
};

/// Adds what a run has left that was cancelled there, or that came to its end.
pub(super) fn gather(all: &mut Report, run: Report, at: Option<&CancelledAt>) {
    let news = news(&mut all.leaks, &run.leaks, at);
    all.leaks.extend(news);
    for known in run.known {
        if !all.known.iter().any(|other| other.has_path_of(&known)) {
            all.known.push(known);
        }
    }
    for ignored in run.ignored {
        let is_same = |other: &crate::base::model::Ignored| {
            (&other.rule, other.kind) == (&ignored.rule, ignored.kind)
        };
        if !all.ignored.iter().any(is_same) {
            all.ignored.push(ignored);
        }
    }
    for gap in run.gaps {
        if !all.gaps.contains(&gap) {
            all.gaps.push(gap);
        }
    }
    for note in run.notes {
        if !all.notes.contains(&note) {
            all.notes.push(note);
        }
    }
    all.waited += run.waited;
    all.spent += run.spent;
    all.has_read_debug_info |= run.has_read_debug_info;
    if weight(run.verdict) > weight(all.verdict) {
        all.verdict = run.verdict;
    }
}

/// The causes that were not found before, each with what follows from it; those that were are found there as well.
fn news(all: &mut [Leak], run: &[Leak], at: Option<&CancelledAt>) -> Vec<Leak> {
    let causes = Causes::of(run);
    let mut news = Vec::new();
    for cause in causes.causes() {
        let known = all.iter_mut().find(|known| known.has_path_of(&run[cause]));
        let Some(known) = known else {
            news.push(cause);
            news.extend(causes.followers(cause));
            continue;
        };
        let last = known.cancelled.last().map(|last| last.number);
        if let Some(at) = at
            && last.is_some_and(|last| last != at.number)
        {
            known.cancelled.push(at.clone());
        }
    }
    let with_place = |index: usize| Leak {
        cancelled: at.cloned().into_iter().collect(),
        ..run[index].clone()
    };
    news.into_iter().map(with_place).collect()
}

/// A report says what weighs most.
const fn weight(verdict: Verdict) -> u8 {
    match verdict {
        Verdict::Clean => 0,
        Verdict::Lingering => 1,
        Verdict::Inconclusive => 2,
        Verdict::OverBudget => 3,
        Verdict::Leaked => 4,
    }
}

#[cfg(all(test, not(leakcheck_loom)))]
mod tests {
    use super::*;

    fn left(path: &str, task: u64, on: &[u64]) -> Leak {
        Leak {
            fingerprint: path.to_owned(),
            ..Leak::awaiting(task, on)
        }
    }

    /// What is found in runs that are cancelled at their first await, their second and so on: paths, and where they are cancelled.
    fn found(before: Vec<Leak>, runs: &[Vec<Leak>]) -> Vec<(String, Vec<u32>)> {
        let mut all = before;
        for (number, run) in (1..).zip(runs) {
            let at = CancelledAt {
                number,
                waiting: None,
            };
            let news = news(&mut all, run, Some(&at));
            all.extend(news);
        }
        let numbers = |leak: &Leak| leak.cancelled.iter().map(|at| at.number).collect();
        let told = all
            .iter()
            .map(|leak| (leak.fingerprint.clone(), numbers(leak)));
        told.collect()
    }

    fn told(path: &str, numbers: &[u32]) -> (String, Vec<u32>) {
        (path.to_owned(), numbers.to_vec())
    }

    #[test]
    fn one_path_is_one_finding() {
        let runs = [
            vec![left("a", 1, &[])],
            vec![left("a", 2, &[]), left("b", 3, &[])],
            vec![],
            vec![left("b", 4, &[])],
        ];
        let expected = [told("a", &[1, 2]), told("b", &[2, 4])];
        assert_eq!(found(Vec::new(), &runs), expected);
    }

    #[test]
    fn what_follows_from_a_known_cause_is_not_told_again() {
        let runs = [
            vec![left("a", 1, &[]), left("b", 2, &[1])],
            vec![left("a", 3, &[]), left("b", 4, &[3]), left("c", 5, &[3])],
        ];
        assert_eq!(
            found(Vec::new(), &runs),
            [told("a", &[1, 2]), told("b", &[1])]
        );
    }

    #[test]
    fn two_of_one_path_in_one_run_are_both_told() {
        let runs = [
            vec![left("a", 1, &[]), left("a", 2, &[])],
            vec![left("a", 3, &[]), left("a", 4, &[])],
        ];
        assert_eq!(
            found(Vec::new(), &runs),
            [told("a", &[1, 2]), told("a", &[1])]
        );
    }

    #[test]
    fn what_the_body_leaves_anyway_is_not_due_to_the_cancellation() {
        let runs = [vec![left("a", 2, &[])]];
        assert_eq!(found(vec![left("a", 1, &[])], &runs), [told("a", &[])]);
    }
}
