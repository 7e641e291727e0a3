//! Each leak fails with the report that is committed beside it, each fix passes, and no example is left out.

#![allow(
    missing_docs,
    reason = "the captions of the programs are for their readers"
)]

mod arc_cycle {
    mod fix;
    mod leak;
}
mod axum_serve {
    mod fix;
    mod leak;
}
mod blocking_channel {
    mod fix;
    mod leak;
}
mod cancelled_upload {
    mod fix;
    mod leak;
}
mod dropped_handle {
    mod fix;
    mod leak;
}
mod heartbeat {
    mod fix;
    mod leak;
}
mod retry_loop {
    mod fix;
    mod leak;
}
mod timeout_handle {
    mod fix;
    mod leak;
}
mod worker_thread {
    mod fix;
    mod leak;
}

use std::{env, fs, process::Command};

use leakcheck_examples::{Example, Outcome, mask};

/// Runs this binary again.
fn run(arguments: &[&str]) -> String {
    run_into("", arguments)
}

/// The same, with reports in a folder.
fn run_into(reports: &str, arguments: &[&str]) -> String {
    let output = Command::new(env::current_exe().expect("the test binary has a path"))
        .args(arguments)
        .env_remove("RUST_TEST_THREADS")
        .env_remove("LEAKCHECK_SETTLE")
        .env("LEAKCHECK_REPORT_DIR", reports)
        .output()
        .expect("the test binary runs");
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// What should be the same in both configurations: only tokio's hooks tell how often a task was polled.
fn seen(report: &str) -> Vec<String> {
    let polls = [
        "never polled",
        "polled once",
        "polled twice",
        "polled N times",
        "polled up to N times",
    ];
    let without = |line: &str| {
        polls.iter().fold(line.to_owned(), |line, polls| {
            line.replace(&format!(", {polls}"), "")
        })
    };
    report.lines().map(without).collect()
}

/// `EXAMPLES=overwrite` writes the reports instead of comparing them.
#[test]
fn each_leak_prints_the_report_beside_it() {
    let overwrite = cfg!(not(tokio_unstable))
        && env::var_os("EXAMPLES").is_some_and(|value| value == "overwrite");
    let mut different = Vec::new();
    for example in Example::all().expect("the examples are readable") {
        // Each in a process of its own: only the first report has the lines that all have in common.
        let output = run(&["--ignored", &format!("{}::leak::", example.name())]);
        let Some(printed) = Outcome::read(&output).leak(&example).map(mask) else {
            panic!("`{}` does not fail\n{output}", example.name());
        };
        if overwrite {
            fs::write(example.path("report.txt"), &printed).expect("the report is writable");
        }
        let expected = example.report().unwrap_or_default();
        if seen(&printed) != seen(&expected) {
            different.push(format!(
                "{} prints\n{printed}\ninstead of\n{expected}",
                example.name()
            ));
        }
    }
    assert!(different.is_empty(), "{}", different.join("\n\n"));
}

/// A fix costs next to nothing, whether it is reported or not.
#[test]
fn no_fix_has_debug_info_read_for_it() {
    let folder = env::temp_dir().join(format!("leakcheck-examples-{}", std::process::id()));
    // Each in a process of its own: what is read for one that lingers because the machine is slow is read for all behind it.
    let run = |example: Example| {
        let fix = format!("{}::fix::", example.name());
        run_into(&format!("all:{}", folder.display()), &[&fix])
    };
    let examples = Example::all().expect("the examples are readable");
    let output: String = examples.into_iter().map(run).collect();
    let reports = fs::read_dir(&folder).expect("reports are written");
    let mut clean = 0;
    for report in reports {
        let path = report.expect("the folder is readable").path();
        let report = fs::read_to_string(path).expect("the report is readable");
        if report.contains(r#""verdict": "clean""#) {
            assert!(report.contains(r#""read_debug_info": false"#), "{report}");
            clean += 1;
        }
    }
    fs::remove_dir_all(&folder).expect("it is there");
    assert!(clean > 0, "{output}");
}

#[test]
fn each_folder_has_one_leak_and_one_fix() {
    let examples = Example::all().expect("the examples are readable");
    let names: Vec<String> = examples.iter().map(Example::name).collect();
    for (arguments, program) in [
        (&["--list", "--ignored"][..], "leak"),
        (&["--list", "::fix::"], "fix"),
    ] {
        let output = run(arguments);
        let mut tested: Vec<&str> = output
            .lines()
            .filter_map(|line| {
                line.strip_suffix(": test")?
                    .split_once(&format!("::{program}::"))
            })
            .map(|(name, _)| name)
            .collect();
        tested.sort_unstable();
        assert_eq!(tested, names, "{program}");
    }
}
