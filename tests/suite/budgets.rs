//! A test that has more alive at one time than its budget fails, however tidy its end, with the exact peak and who made it; up to
//! the budget it passes, and what others do is not counted.

use leakcheck_tests::{Report, Run};

use crate::{
    child::{assert_fails, assert_passes, run_all, subjects},
    expect_leaks::{assert_left, threads},
};

/// Kind, budget and peak of each breach, and its sites: how many were made by which line.
type Over = (String, usize, usize, Vec<(usize, String)>);

fn over(report: &Report) -> Vec<Over> {
    let of = |breach: &leakcheck_report::Breach| {
        let sites = breach.sites.iter();
        let sites = sites.map(|site| (site.count, line(site.at.line.expect("it has a line"))));
        let sites = sites.collect();
        (breach.kind.clone(), breach.limit, breach.peak, sites)
    };
    report.breaches.iter().map(of).collect()
}

/// A line of this file.
fn line(number: u32) -> String {
    let line = include_str!("budgets/subject.rs")
        .lines()
        .nth(number as usize - 1);
    line.expect("it is in this file").trim().to_owned()
}

/// The only breach of a run, which nothing else was wrong with.
#[track_caller]
fn assert_over(run: &Run, kind: &str, limit: usize, peak: usize, sites: &[(usize, &str)]) {
    assert_fails(run);
    let sites = sites
        .iter()
        .map(|(count, line)| (*count, (*line).to_owned()));
    let expected = (kind.to_owned(), limit, peak, sites.collect());
    assert_eq!(over(run.report()), [expected], "{}", run.text());
    assert_eq!(run.report().verdict, "over_budget");
    assert_eq!(run.report().body, "passed");
}

#[track_caller]
fn assert_within(run: &Run) {
    assert_passes(run);
    assert_eq!(over(run.report()), [], "{}", run.text());
    assert!(["clean", "lingering"].contains(&run.report().verdict.name()));
}

const TASK: &str = "let spawn = |_| tokio::spawn(wait(gate.clone()));";
const THREAD: &str =
    "let start = |barrier: Arc<Barrier>| std::thread::spawn(move || barrier.wait());";
const FD: &str = "let open = |_| File::open(\"/dev/null\").unwrap();";

#[test]
fn one_more_than_the_budget_is_too_much() {
    assert_over(&run!(tasks_over), "task", 3, 4, &[(4, TASK)]);
    assert_over(&run!(threads_over), "thread", 3, 4, &[(4, THREAD)]);
}

#[test]
fn up_to_the_budget_nothing_is() {
    for run in [run!(tasks_within), run!(threads_within), run!(one_by_one)] {
        assert_within(&run);
    }
}

#[cfg(not(any(target_env = "musl", target_feature = "crt-static")))]
mod descriptors_and_processes {
    use super::*;

    macro_rules! run {
        ($subject:ident) => {
            crate::child::run("suite::budgets", stringify!($subject), &[])
        };
    }

    const CHILD: &str = "let start = || Command::new(\"sleep\").arg(\"600\").spawn().unwrap();";

    #[test]
    fn one_more_than_the_budget_is_too_much() {
        assert_over(&run!(fds_over), "fd", 3, 4, &[(4, FD)]);
        assert_over(&run!(processes_over), "process", 1, 2, &[(2, CHILD)]);
    }

    #[test]
    fn up_to_the_budget_nothing_is() {
        for run in [run!(fds_within), run!(processes_within)] {
            assert_within(&run);
        }
    }

    #[test]
    fn what_ended_past_the_c_library_is_not_counted() {
        assert_within(&run!(closed_by_the_kernel));
    }

    #[test]
    fn threads_and_tasks_of_the_test_count() {
        let made = "File::open(\"/dev/null\").unwrap() // On its own thread.";
        let run = run!(made_by_its_thread_and_task);
        assert_over(&run, "fd", 1, 2, &[(1, made), (1, FD)]);
    }
}

#[test]
fn the_workers_of_its_runtime_are_not_counted_but_their_pool_is() {
    assert_within(&run!(workers));
    let closure =
        "let start = |barrier: Arc<Barrier>| tokio::task::spawn_blocking(move || barrier.wait());";
    assert_over(&run!(pool), "thread", 1, 2, &[(2, closure)]);
}

#[test]
fn tests_beside_it_are_not_counted() {
    let name = format!("{}beside", subjects(module_path!()));
    let run = run_all(
        &["--test-threads=2", &name],
        &[("LEAKCHECK_TEST_BESIDE", "1")],
    );
    assert_eq!(run.reports.len(), 2, "{}", run.text());
    let of = |name: &str| {
        let mut reports = run.reports.iter();
        let report = reports.find(|report| report.test.ends_with(name));
        over(report.expect("it has one"))
    };
    assert_eq!(of("beside_few"), []);
    let [(kind, limit, peak, _)] = &of("beside_many")[..] else {
        panic!("{}", run.text());
    };
    assert_eq!((kind.as_str(), *limit, *peak), ("thread", 2, 20));
}

#[test]
fn a_flood_is_told_with_its_peak_and_the_lines_that_made_most() {
    let run = run!(flood);
    assert_fails(&run);
    let [(kind, limit, peak, sites)] = &over(run.report())[..] else {
        panic!("{}", run.text());
    };
    assert_eq!((kind.as_str(), *limit, *peak), ("task", 10, 1000));
    let counts: Vec<usize> = sites.iter().map(|(count, _)| *count).collect();
    let breach = &run.report().breaches[0];
    assert!(breach.noted > 880 && breach.noted <= 1000, "{breach:?}");
    assert_eq!(counts.len(), 2);
    assert_eq!(counts.iter().sum::<usize>(), breach.noted);
}

#[test]
fn the_nearest_budget_of_a_kind_holds() {
    assert_within(&crate::child::run(
        module_path!(),
        "nearest::of_the_test",
        &[],
    ));
    let run = crate::child::run(module_path!(), "nearest::of_the_module", &[]);
    assert_over(&run, "thread", 1, 2, &[(2, THREAD)]);
    let run = run!(of_the_options);
    assert_over(&run, "thread", 1, 2, &[(2, THREAD)]);
}

#[test]
fn what_was_left_and_what_was_too_much_are_both_told() {
    let run = run!(leaks_as_well);
    assert_fails(&run);
    assert_eq!(run.report().verdict, "leaked");
    let parked = "std::thread::spawn(std::thread::park);";
    assert_left(&run.report().leaks, &[threads(2, parked)]);
    let expected = ("thread".to_owned(), 1, 2, vec![(2, parked.to_owned())]);
    assert_eq!(over(run.report()), [expected]);
}

#[test]
fn a_body_that_fails_stays_what_fails_it() {
    let run = run!(panics_as_well);
    assert_fails(&run);
    assert_eq!(run.report().body, "panicked");
    assert_eq!(over(run.report()).len(), 1);
    let text = run.text();
    let (own, told) = (
        text.find("the body's own panic"),
        text.find("went over its budget"),
    );
    assert!(own.is_some() && own < told, "{text}");
}

#[test]
fn levels_hold_for_budgets() {
    let run = run!(warned);
    assert_passes(&run);
    assert_eq!(run.report().verdict, "over_budget");
    assert_eq!(run.report().breaches[0].level, "warn");
    for level in ["warn", "off"] {
        let run = run!(threads_over, "LEAKCHECK" = level);
        assert_passes(&run);
        assert_eq!(run.reports.len(), usize::from(level == "warn"));
    }
    let run = run!(threads_over, "LEAKCHECK_LEVELS" = "threads=off");
    assert_within(&run);
}

#[test]
fn rounds_of_a_test_share_a_budget() {
    let run = run!(repeated);
    let parked = "std::thread::spawn(std::thread::park);";
    assert_over(&run, "thread", 2, 3, &[(2, parked), (1, parked)]);
}

#[test]
fn cancelled_runs_have_none() {
    let run = run!(cancelled);
    assert_within(&run);
}

#[test]
fn who_wants_no_stacks_learns_the_number() {
    let run = run!(threads_over, "LEAKCHECK_TRACE" = "off");
    assert_over(&run, "thread", 3, 4, &[]);
    assert!(run.text().contains("where they were made is not known"));
}

#[test]
fn what_looks_meanwhile_leaves_the_budget_to_the_test() {
    assert_over(&run!(guarded), "thread", 1, 2, &[(2, THREAD)]);
    assert_within(&run!(guarded_within));
}

#[test]
fn what_sees_only_a_part_of_a_test_refuses_budgets() {
    for run in [run!(guards), run!(looks), run!(marks)] {
        assert_fails(&run);
        assert!(
            run.text()
                .contains("leakcheck: failed to keep a budget, which `Options::max_live` asks for"),
            "{}",
            run.text()
        );
    }
}

mod subject;
