use super::*;
use crate::golden::golden;

fn parse(line: &str) -> Result<Args, clap::Error> {
    Args::parse(line.split_whitespace().map(OsString::from))
}

fn run(runner: Runner, cargo: &str) -> Command {
    let cargo = cargo.split_whitespace().map(OsString::from).collect();
    Command::Run { runner, cargo }
}

#[test]
fn what_is_unknown_is_cargos() {
    use Runner::{Nextest, Test};
    for (line, expected) in [
        ("leakcheck", run(Test, "")),
        ("", run(Test, "")),
        ("leakcheck test", run(Test, "")),
        ("leakcheck test report", run(Test, "report")),
        ("leakcheck test reports", run(Test, "reports")),
        ("leakcheck -- --bles", run(Test, "-- --bles")),
        (
            "leakcheck try nextest run -p a --leakcheck-path /l",
            Command::Try {
                runner: Nextest,
                cargo: vec!["-p".into(), "a".into()],
                cancels: Cancels::None,
            },
        ),
        (
            "leakcheck try --cancel -p a -- --cancel",
            Command::Try {
                runner: Test,
                cargo: vec!["-p".into(), "a".into(), "--".into(), "--cancel".into()],
                cancels: Cancels::Each,
            },
        ),
        (
            "leakcheck init nextest --yes -p a -- --undo",
            Command::Init {
                runner: Nextest,
                cargo: vec!["-p".into(), "a".into(), "--".into(), "--undo".into()],
                consent: Consent::Given,
                runs: true,
            },
        ),
        (
            "leakcheck init --no-run",
            Command::Init {
                runner: Test,
                cargo: Vec::new(),
                consent: Consent::Ask,
                runs: false,
            },
        ),
        ("leakcheck init --undo --manifest-path x", Command::Undo),
        ("leakcheck reconnects", run(Test, "reconnects")),
        ("leakcheck -p report --bless", run(Test, "-p report")),
        (
            "leakcheck --workspace --repeat 3 --features a,b -- --nocapture --bless",
            run(Test, "--workspace --features a,b -- --nocapture --bless"),
        ),
        (
            "leakcheck --sarif a.sarif nextest run -P ci",
            run(Nextest, "-P ci"),
        ),
        (
            "leakcheck report",
            Command::Report {
                folders: Vec::new(),
            },
        ),
        ("leakcheck doctor", Command::Doctor { package: None }),
        (
            "leakcheck doctor -p app --color never",
            Command::Doctor {
                package: Some("app".to_owned()),
            },
        ),
        (
            "leakcheck doctor --package=app",
            Command::Doctor {
                package: Some("app".to_owned()),
            },
        ),
        (
            "leakcheck audit --manifest-path a/Cargo.toml",
            Command::Audit,
        ),
        (
            "leakcheck report a --shards 2 b",
            Command::Report {
                folders: vec!["a".into(), "b".into()],
            },
        ),
        (
            "leakcheck explain a::b --color=never target/a --target-dir t",
            Command::Explain {
                name: "a::b".to_owned(),
                folder: Some("target/a".into()),
            },
        ),
        (
            "leakcheck report --manifest-path x/Cargo.toml target/a --target-dir=t --junit b.xml",
            Command::Report {
                folders: vec!["target/a".into()],
            },
        ),
    ] {
        assert_eq!(parse(line).expect(line).command, expected, "{line}");
    }
}

#[test]
fn own_flags_are_found_wherever_they_stand() {
    let args = parse("leakcheck -p a --repeat=3 --lib --baseline b.baseline --bless --manifest-path x --target-dir=t")
        .expect("flags");
    assert_eq!(
        args.command,
        run(Runner::Test, "-p a --lib --manifest-path x --target-dir=t")
    );
    assert_eq!(args.flags.repeat.get(), 3);
    assert!(args.flags.bless);
    assert_eq!(args.flags.baseline, Some("b.baseline".into()));
    assert_eq!(
        (args.manifest, args.target),
        (Some("x".into()), Some("t".into()))
    );
}

#[test]
fn a_history_is_shown_or_added_to() {
    for (line, expected) in [
        (
            "leakcheck history",
            Command::History {
                folders: Vec::new(),
                adds: false,
            },
        ),
        (
            "leakcheck history a b --add --history h --baseline=b --target-dir t",
            Command::History {
                folders: vec!["a".into(), "b".into()],
                adds: true,
            },
        ),
    ] {
        assert_eq!(parse(line).expect(line).command, expected, "{line}");
    }
}

#[test]
fn a_run_is_compared_with_an_earlier_one() {
    for (line, after) in [
        ("leakcheck diff a --format json", None),
        ("leakcheck diff --baseline=b a b --target-dir t", Some("b")),
    ] {
        let expected = Command::Diff {
            before: "a".into(),
            after: after.map(PathBuf::from),
        };
        assert_eq!(parse(line).expect(line).command, expected, "{line}");
    }
}

#[test]
fn files_are_named() {
    let args = parse("leakcheck report a --html=b.html --open").expect("flags");
    let folders = vec!["a".into()];
    assert_eq!(args.command, Command::Report { folders });
    assert_eq!(
        (args.flags.html, args.flags.open),
        (Some("b.html".into()), true)
    );
}

#[test]
fn misuse_is_told() {
    for (line, expected) in [
        ("--repeat 0", "invalid value '0' for '--repeat <N>'"),
        ("--repeat", "a value is required for '--repeat <N>'"),
        ("--bless --bless", "cannot be used multiple times"),
        (
            "report a --workspace",
            "`report` does not know \"--workspace\": it takes folders",
        ),
        (
            "report a b --shards 0",
            "invalid value '0' for '--shards <N>'",
        ),
        (
            "--shards 2",
            "--shards is for `report`, which puts shards together",
        ),
        (
            "report --repeat 2",
            "--repeat runs tests, which `report` does not",
        ),
        ("explain", "`explain` needs a name"),
        ("--bles", "there is no --bles: did you mean `--bless`?"),
        (
            "report --accept",
            "there is no --accept: did you mean `--bless`?",
        ),
        (
            "--json",
            "there is no --json: did you mean `--format json`?",
        ),
        (
            "explian a",
            "there is no command explian: did you mean `explain`? Tests of that name are run by `cargo leakcheck test explian`",
        ),
        (
            "--format yaml",
            "invalid value 'yaml' for '--format <FORMAT>'",
        ),
        ("audit --format json", "`audit` takes no flags"),
        ("audit --html a.html", "`audit` takes no flags"),
        ("explain a --open", "`explain` takes no flags"),
        (
            "report --htm a",
            "there is no --htm: did you mean `--html`?",
        ),
        ("doctor --bless", "`doctor` takes no flags but `-p PACKAGE`"),
        ("doctor -p", "`-p` needs the name of a package"),
        (
            "doctor app",
            "`doctor` does not know \"app\": it takes `-p PACKAGE`",
        ),
        (
            "audit --bless",
            "`audit` takes no flags: it only reads Cargo.lock",
        ),
        (
            "audit axum",
            "`audit` does not know \"axum\": it takes no name",
        ),
        (
            "init --sarif a",
            "`init` takes only --yes, --no-run, --undo and flags of cargo's",
        ),
        (
            "init --undo src",
            "`init --undo` does not know \"src\": it takes nothing",
        ),
        (
            "try --bless",
            "`try` takes only --cancel and flags of cargo's: it shows what is there, and changes nothing",
        ),
        ("explain a --bless", "`explain` takes no flags"),
        (
            "explain a b c",
            "`explain` does not know \"c\": it takes a name and one folder",
        ),
        (
            "report --deny-unused-rules",
            "--deny-unused-rules needs a run of all tests, which `report` does not make",
        ),
    ] {
        let error = parse(line).expect_err(line);
        assert!(error.to_string().contains(expected), "{line}: {error}");
        assert_eq!(error.exit_code(), 2);
    }
}

#[test]
fn misuse_of_two_runs_is_told() {
    for (line, expected) in [
        (
            "report --against a",
            "--against is for the page of `report`: name that with --html",
        ),
        (
            "--against a --open",
            "--against is for the page of `report`",
        ),
        (
            "--metrics a --label state=a",
            "invalid value 'state=a' for '--label <NAME=TEXT>'",
        ),
        (
            "--label stage=before",
            "--label is for the numbers that --metrics writes",
        ),
        (
            "--metrics a --label a=1 --label a=2",
            "--label a is there twice",
        ),
        ("diff", "`diff` needs a run to compare with"),
        (
            "diff a b c",
            "`diff` does not know \"c\": it takes the folders of two runs",
        ),
        (
            "diff a b --html c",
            "`diff` takes only --baseline, --format and two folders",
        ),
        ("dif a b", "there is no command dif: did you mean `diff`?"),
    ] {
        let error = parse(line).expect_err(line);
        assert!(error.to_string().contains(expected), "{line}: {error}");
        assert_eq!(error.exit_code(), 2);
    }
}

#[test]
fn the_help_names_the_exit_codes() {
    let help = parse("leakcheck --help").expect_err("it is shown");
    assert_eq!(help.exit_code(), 0);
    golden(
        "help.txt",
        &Flags::command()
            .term_width(100)
            .render_long_help()
            .to_string(),
    );
}

/// Of `cargo test` and `cargo nextest run`.
#[test]
fn no_flag_of_cargo_is_nearly_one() {
    let command = Flags::command();
    let own = own_flags(&command);
    for written in "
        --all --all-features --all-targets --archive-file --archive-format --bench --benches --bin --binaries-metadata --bins
        --build-jobs --cargo-metadata --cargo-profile --cargo-quiet --cargo-verbose --color --compile-time-deps --config
        --config-file --debugger --doc --example --examples --exclude --extract-overwrite --extract-to --fail-fast --failure-output
        --features --filter-expr --filterset --final-status-level --flaky-result --frozen --future-incompat-report
        --help --hide-progress-bar --ignore-default-filter --ignore-rust-version --jobs --keep-going --lib --list --locked
        --lockfile-path --manifest-path --max-fail --max-progress-running --message-format --message-format-version
        --no-capture --no-default-features --no-fail-fast --no-input-handler --no-output-indent --no-run --no-tests --nocapture
        --offline --override-version-check --package --partition --persist-extract-tempdir --profile --quiet --release --retries
        --run-ignored --show-progress --status-level --stress-count --stress-duration --success-output --target
        --target-dir --target-dir-remap --test --test-threads --tests --timings --tool-config-file --tracer --unit-graph
        --user-config-file --verbose --version --workspace --workspace-remap"
        .split_whitespace()
    {
        assert_eq!(near_miss::flag(written, &own), None, "{written}");
    }
}
