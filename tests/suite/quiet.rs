//! A thousand checks of tests that do nothing find nothing, wait for nothing and say nothing.

use crate::child::{assert_passes, run_all, subjects};

#[test]
fn a_thousand_empty_tests() {
    for _ in 0..10 {
        let run = run_all(&[&subjects(module_path!()), "--test-threads=16"], &[]);
        assert_passes(&run);
        assert_eq!(run.reports.len(), 100);
        for report in &run.reports {
            assert_eq!(report.verdict, "clean", "{report:?}");
            assert_eq!(report.waited_ms, 0, "{report:?}");
            assert!(
                report.leaks.is_empty() && report.lingered.is_empty(),
                "{report:?}"
            );
            assert!(
                report.ignored.is_empty() && report.notes.is_empty(),
                "{report:?}"
            );
        }
        assert!(!run.text().contains("leakcheck: "), "{}", run.text());
    }
}

mod subject {
    /// Ten tests that do nothing: sync, on a current-thread runtime, on a runtime with workers.
    macro_rules! ten_empty_tests {
        ($($group:ident)*) => {$(
            mod $group {
                ten_empty_tests!(@sync a b c d);
                ten_empty_tests!(@on tokio::test; e f g);
                ten_empty_tests!(@on tokio::test(flavor = "multi_thread", worker_threads = 2); h i j);
            }
        )*};
        (@sync $($name:ident)*) => {$(
            #[leakcheck::leak_checked]
            #[test]
            #[ignore = "run with 99 others"]
            fn $name() {}
        )*};
        (@on $test:meta; $($name:ident)*) => {$(
            ten_empty_tests!(@one $test; $name);
        )*};
        (@one $test:meta; $name:ident) => {
            #[leakcheck::leak_checked]
            #[$test]
            #[ignore = "run with 99 others"]
            async fn $name() {}
        };
    }

    ten_empty_tests!(a b c d e f g h i j);
}
