//! A variable that is not understood, or asks for what cannot be seen, fails the test and says what would do.

use crate::child::{assert_fails, assert_passes};

#[test]
fn an_unknown_value_names_the_valid_ones() {
    for (name, value, valid) in [
        ("LEAKCHECK", "yes", &["deny", "warn", "off"][..]),
        (
            "LEAKCHECK_LEVELS",
            "fds=warm",
            &["tasks", "custom", "deny", "warn", "off"],
        ),
        ("LEAKCHECK_TRACE", "all", &["off", "site", "full"]),
        ("LEAKCHECK_FORMAT", "xml", &["text", "json", "github"]),
        ("LEAKCHECK_SETTLE", "soon", &["500ms"]),
        ("LEAKCHECK_TIMEOUT", "-1s", &["500ms"]),
        (
            "LEAKCHECK_REQUIRE",
            "tasks,all",
            &[
                "tasks",
                "threads",
                "timers",
                "fds",
                "processes",
                "temp_files",
                "heap",
                "sites",
                "states",
            ],
        ),
    ] {
        let run = crate::child::run(module_path!(), "clean", &[(name, value)]);
        assert_fails(&run);
        let text = run.text();
        assert!(
            text.contains(&format!("leakcheck: failed to read {name}={value:?}")),
            "{text}"
        );
        for word in valid {
            assert!(
                text.contains(&format!("`{word}`")),
                "{name} may be `{word}`\n{text}"
            );
        }
    }
}

#[test]
fn an_empty_value_is_none() {
    for name in [
        "LEAKCHECK",
        "LEAKCHECK_TRACE",
        "LEAKCHECK_SETTLE",
        "LEAKCHECK_REQUIRE",
    ] {
        assert_passes(&crate::child::run(module_path!(), "clean", &[(name, "")]));
    }
}

#[test]
fn what_is_covered_may_be_required() {
    assert_passes(&run!(clean, "LEAKCHECK_REQUIRE" = "threads"));
    assert_passes(&run!(clean, "LEAKCHECK_REQUIRE" = "processes"));
    assert_passes(&run!(clean, "LEAKCHECK_REQUIRE" = "temp_files"));
    assert_passes(&run!(
        clean,
        "LEAKCHECK_REQUIRE" = "tasks,threads,timers,fds,sites,states"
    ));
}

/// Without its allocator no memory is looked at, and that is said.
#[test]
fn memory_is_not_covered_without_its_allocator() {
    let run = run!(clean, "LEAKCHECK_REQUIRE" = "heap");
    assert_fails(&run);
    let text = run.text();
    assert!(text.contains("its feature `heap`"), "{text}");
}

#[test]
fn what_is_not_covered_fails_loudly() {
    for required in ["fds", "threads,fds", "tasks, fds", "temp_files"] {
        // Without stacks descriptors are charged to nobody.
        let variables = [("LEAKCHECK_REQUIRE", required), ("LEAKCHECK_TRACE", "off")];
        let run = crate::child::run(module_path!(), "clean", &variables);
        assert_fails(&run);
        let text = run.text();
        let word = required
            .rsplit([',', ' '])
            .next()
            .expect("there is a last word");
        assert!(
            text.contains(&format!("failed to provide `{word}`")),
            "{text}"
        );
        assert!(text.contains("LEAKCHECK_REQUIRE"), "{text}");
    }
}

#[test]
fn a_requirement_that_another_variable_takes_back_is_not_met() {
    let run = run!(
        clean,
        "LEAKCHECK_REQUIRE" = "sites",
        "LEAKCHECK_TRACE" = "off"
    );
    assert_fails(&run);
    assert!(run.text().contains("LEAKCHECK_TRACE=off"), "{}", run.text());
}

#[test]
fn a_check_without_an_attribute_fails_as_well() {
    for subject in ["verifies", "guards", "marks"] {
        let run = crate::child::run(module_path!(), subject, &[("LEAKCHECK_SETTLE", "soon")]);
        assert_fails(&run);
        let text = run.text();
        assert!(
            text.contains("failed to read LEAKCHECK_SETTLE=\"soon\""),
            "{text}"
        );
        assert_passes(&crate::child::run(module_path!(), subject, &[]));
    }
}

mod subject {
    use leakcheck::{LeakGuard, Options, checkpoint, leak_checked, verify_none};

    #[leak_checked]
    #[tokio::test]
    #[ignore = "looked at from outside"]
    async fn clean() {}

    #[test]
    #[ignore = "looked at from outside"]
    fn verifies() {
        verify_none(Options::new());
    }

    #[test]
    #[ignore = "looked at from outside"]
    fn guards() {
        let _guard = LeakGuard::new(Options::new());
    }

    #[test]
    #[ignore = "looked at from outside"]
    fn marks() {
        checkpoint().blocking_verify();
    }
}
