//! A rule accepts exactly what it names, and the report says which rule accepted what and why.

use leakcheck_tests::{Report, Run};

use crate::{
    child::{assert_fails, assert_passes},
    expect_leaks::{assert_left, tasks, threads},
};

const IN_CONNECT: &str = "thread::spawn(thread::park); // In connect.";
const IN_TEST: &str = "thread::spawn(thread::park); // In the test.";
const ASLEEP: &str = "thread::spawn(sleep); // In the test.";

/// What was accepted: rule, reason, kind and number.
fn accepted(report: &Report) -> Vec<(&str, &str, &str, usize)> {
    report
        .ignored
        .iter()
        .map(|entry| {
            assert!(!entry.built_in);
            (
                entry.rule.as_str(),
                entry.reason.as_str(),
                entry.kind.as_str(),
                entry.count,
            )
        })
        .collect()
}

/// For which functions, each with the key of a rule that would name it.
fn sites(report: &Report) -> Vec<(&str, &str, usize)> {
    let sites = report.ignored.iter().flat_map(|entry| &entry.sites);
    sites
        .map(|site| (site.by.as_str(), site.frame.function.as_str(), site.count))
        .collect()
}

/// The rule took the one thread and left the other.
#[track_caller]
fn assert_took_one(run: &Run, rule: &str) {
    assert_fails(run);
    assert_left(&run.report().leaks, &[threads(1, IN_TEST)]);
    assert_eq!(accepted(run.report()), [(rule, "", "thread", 1)]);
}

#[test]
fn created_by_a_function() {
    assert_took_one(
        &run!(by_path),
        "ignore_created_by(\"suite::ignores::subject::connect\")",
    );
}

#[test]
fn created_by_a_glob() {
    let run = run!(by_glob);
    assert_took_one(&run, "ignore_created_by(\"*::conn*\")");
    let connect = "suite::ignores::subject::connect";
    assert_eq!(sites(run.report()), [("created_by", connect, 1)]);
}

#[test]
fn created_by_the_body_of_an_async_function() {
    let rule = "ignore_created_by(\"suite::ignores::subject::connect_async\")";
    assert_took_one(&run!(by_async_path), rule);
}

#[test]
fn thread_names() {
    let run = run!(by_name);
    assert_took_one(&run, "ignore_thread_name(\"metrics-*\")");
    // A name is none of a function: it is who made it.
    let [(by, function, 1)] = sites(run.report())[..] else {
        panic!("one function");
    };
    assert_eq!(by, "created_by");
    assert!(
        function.starts_with("suite::ignores::subject::"),
        "{function}"
    );
}

#[test]
fn a_part_of_a_path_is_not_the_path() {
    let run = run!(by_part_of_a_path);
    assert_fails(&run);
    assert_left(&run.report().leaks, &[threads(1, IN_CONNECT)]);
    assert_eq!(accepted(run.report()), []);
}

#[test]
fn by_predicate_with_its_reason() {
    let run = run!(by_predicate);
    assert_fails(&run);
    assert_left(&run.report().leaks, &[threads(1, IN_TEST)]);
    assert_eq!(
        accepted(run.report()),
        [("ignore_if(..)", "it has a name", "thread", 1)]
    );
    assert!(run.text().contains("it has a name"), "{}", run.text());
}

#[test]
fn at_most_is_exact() {
    let rule = "ignore_created_by(\"*::connect\")";
    let run = run!(two_of_two);
    assert_passes(&run);
    assert_left(&run.report().leaks, &[]);
    assert_eq!(
        accepted(run.report()),
        [(rule, "a pool of two", "thread", 2)]
    );

    let run = run!(three_of_two);
    assert_fails(&run);
    assert_left(&run.report().leaks, &[threads(1, IN_CONNECT)]);
    assert_eq!(
        accepted(run.report()),
        [(rule, "a pool of two", "thread", 2)]
    );
}

#[test]
fn a_rule_for_one_kind_leaves_the_others() {
    let run = run!(only_threads);
    assert_fails(&run);
    assert_left(
        &run.report().leaks,
        &[tasks(1, "tokio::spawn(std::future::pending::<()>());")],
    );
    assert_eq!(
        accepted(run.report()),
        [("ignore_created_by(\"*\")", "", "thread", 1)]
    );
}

#[test]
fn a_rule_for_tasks_leaves_the_others() {
    let run = run!(only_tasks);
    assert_left(&run.report().leaks, &[threads(1, IN_TEST)]);
    assert_eq!(
        accepted(run.report()),
        [("ignore_created_by(\"*\")", "", "task", 1)]
    );
}

#[test]
fn what_is_there_already() {
    use leakcheck::{Options, find};
    use std::{sync::mpsc, thread, time::Duration};

    let (stop, stopped) = mpsc::channel::<()>();
    let older = thread::spawn(move || stopped.iter().count());
    let options = Options::new().settle(Duration::from_millis(50));
    let current = options.clone().ignore_current();
    assert_left(find(&current).unwrap().leaks(), &[]);

    let (stop_newer, stopped) = mpsc::channel::<()>();
    let newer = thread::spawn(move || stopped.iter().count());
    let (older_site, newer_site) = (
        threads(
            1,
            "let older = thread::spawn(move || stopped.iter().count());",
        ),
        threads(
            1,
            "let newer = thread::spawn(move || stopped.iter().count());",
        ),
    );
    assert_left(
        find(&current).unwrap().leaks(),
        std::slice::from_ref(&newer_site),
    );
    assert_left(find(&options).unwrap().leaks(), &[older_site, newer_site]);
    drop((stop, stop_newer));
    older.join().unwrap();
    newer.join().unwrap();
}

#[test]
fn where_a_thread_waits() {
    for (subject, rule) in [
        ("by_blocking_call", "ignore_top_function(\"std::*::park\")"),
        ("by_own_function", "ignore_top_function(\"*::keep\")"),
        ("by_any_function", "ignore_any_function(\"*::keep_on\")"),
    ] {
        let run = crate::child::run(module_path!(), subject, &[]);
        assert_fails(&run);
        assert_left(&run.report().leaks, &[threads(1, ASLEEP)]);
        assert_eq!(
            accepted(run.report()),
            [(rule, "", "thread", 1)],
            "{subject}"
        );
        assert_eq!(run.report().notes, [""; 0]);
    }
}

#[test]
fn rules_that_cannot_be_applied_are_named() {
    let run = run!(by_own_function, "LEAKCHECK_STACKS" = "off");
    assert_fails(&run);
    assert_left(
        &run.report().leaks,
        &[
            threads(1, ASLEEP),
            threads(1, "thread::spawn(keep_on); // Kept."),
        ],
    );
    let notes = &run.report().notes;
    assert!(
        notes
            .iter()
            .any(|note| note.contains("ignore_top_function")),
        "{notes:?}"
    );
}

mod subject {
    use std::thread;

    use leakcheck::{Ignore, Kind, Options, leak_checked};

    fn connect() {
        thread::spawn(thread::park); // In connect.
    }

    async fn connect_async() {
        tokio::task::yield_now().await;
        thread::spawn(thread::park); // In connect_async.
    }

    fn named(name: &str) {
        let builder = thread::Builder::new().name(name.to_owned());
        builder.spawn(thread::park).unwrap();
    }

    #[leak_checked(
        settle = "50ms",
        ignore_created_by = "suite::ignores::subject::connect"
    )]
    #[test]
    #[ignore = "leaks on purpose"]
    fn by_path() {
        connect();
        thread::spawn(thread::park); // In the test.
    }

    #[leak_checked(settle = "50ms", ignore_created_by = "*::conn*")]
    #[test]
    #[ignore = "leaks on purpose"]
    fn by_glob() {
        connect();
        thread::spawn(thread::park); // In the test.
    }

    #[leak_checked(
        settle = "50ms",
        ignore_created_by = "suite::ignores::subject::connect_async"
    )]
    #[tokio::test]
    #[ignore = "leaks on purpose"]
    async fn by_async_path() {
        connect_async().await;
        thread::spawn(thread::park); // In the test.
    }

    #[leak_checked(settle = "50ms", ignore_thread_name = "metrics-*")]
    #[test]
    #[ignore = "leaks on purpose"]
    fn by_name() {
        named("metrics-flush");
        thread::spawn(thread::park); // In the test.
    }

    #[leak_checked(settle = "50ms", ignore_created_by = ["connect", "suite::ignores", "onnec"])]
    #[test]
    #[ignore = "leaks on purpose"]
    fn by_part_of_a_path() {
        connect();
    }

    fn has_a_name() -> Options {
        Options::new().ignore_if("it has a name", |leak| leak.name().is_some())
    }

    #[leak_checked(settle = "50ms", options = has_a_name)]
    #[test]
    #[ignore = "leaks on purpose"]
    fn by_predicate() {
        named("flush");
        thread::spawn(thread::park); // In the test.
    }

    fn two() -> Options {
        let two = Ignore::created_by("*::connect").at_most(2);
        Options::new().ignore(two.because("a pool of two"))
    }

    #[leak_checked(settle = "50ms", options = two)]
    #[test]
    #[ignore = "leaks on purpose"]
    fn two_of_two() {
        connect();
        connect();
    }

    #[leak_checked(settle = "50ms", options = two)]
    #[test]
    #[ignore = "leaks on purpose"]
    fn three_of_two() {
        for _ in 0..3 {
            connect();
        }
    }

    fn threads() -> Options {
        Options::new().ignore(Ignore::created_by("*").on(Kind::Thread))
    }

    #[leak_checked(settle = "50ms", options = threads)]
    #[tokio::test]
    #[ignore = "leaks on purpose"]
    async fn only_threads() {
        tokio::spawn(std::future::pending::<()>());
        thread::spawn(thread::park); // In the test.
    }

    fn tasks() -> Options {
        Options::new().ignore(Ignore::created_by("*").on(Kind::Task))
    }

    #[leak_checked(settle = "50ms", options = tasks)]
    #[tokio::test]
    #[ignore = "leaks on purpose"]
    async fn only_tasks() {
        tokio::spawn(std::future::pending::<()>());
        thread::spawn(thread::park); // In the test.
    }

    fn keep() {
        loop {
            thread::park();
        }
    }

    fn keep_on() {
        keep();
    }

    fn sleep() {
        thread::sleep(std::time::Duration::from_secs(3600));
    }

    #[leak_checked(settle = "50ms", ignore_top_function = "std::*::park")]
    #[test]
    #[ignore = "leaks on purpose"]
    fn by_blocking_call() {
        thread::spawn(keep_on); // Kept.
        thread::spawn(sleep); // In the test.
    }

    #[leak_checked(settle = "50ms", ignore_top_function = "*::keep")]
    #[test]
    #[ignore = "leaks on purpose"]
    fn by_own_function() {
        thread::spawn(keep_on); // Kept.
        thread::spawn(sleep); // In the test.
    }

    #[leak_checked(settle = "50ms", ignore_any_function = "*::keep_on")]
    #[test]
    #[ignore = "leaks on purpose"]
    fn by_any_function() {
        thread::spawn(keep_on); // Kept.
        thread::spawn(sleep); // In the test.
    }
}
