use super::*;

#[test]
fn each_names_the_file_and_the_place() {
    let path = || PathBuf::from("a/b.json");
    let denied = || io::Error::new(io::ErrorKind::PermissionDenied, "permission denied");
    let cause = serde_json::from_str::<u32>("\n [").expect_err("no number");
    for (error, expected) in [
        (
            Error::Read {
                path: path(),
                cause: denied(),
            },
            "failed to read a/b.json: permission denied",
        ),
        (
            Error::Write {
                path: path(),
                cause: denied(),
            },
            "failed to write a/b.json: permission denied",
        ),
        (
            Error::Unfinished { path: path() },
            "failed to read a/b.json: it was not written to its end, because its process ended before",
        ),
        (
            Error::Json {
                path: path(),
                cause,
            },
            "failed to read a/b.json:2:1: invalid type: sequence, expected u32",
        ),
        (
            Error::Foreign { path: path() },
            "failed to read a/b.json: it is JSON, but no report of leakcheck; keep other files out of the folder",
        ),
        (
            Error::NewerReport {
                path: path(),
                version: 2,
            },
            "failed to read a/b.json: it has format 2, which is newer than this cargo-leakcheck; update it",
        ),
        (
            Error::NoBaseline { path: path() },
            "failed to read a/b.json:1: expected `leakcheck baseline 1`; if it is no baseline, name another file with --baseline",
        ),
        (
            Error::BaselineLine {
                path: path(),
                line: 7,
                why: Why::Field("`\x1b` is not a number".to_owned()),
            },
            "failed to read a/b.json:7: `\\u{1b}` is not a number",
        ),
        (
            Error::SameRun { folder: path() },
            "failed to compare a/b.json with itself: name another run as the first one, as `cargo leakcheck diff BEFORE [AFTER]`",
        ),
        (
            Error::NoHistory { path: path() },
            "failed to find a run in a/b.json: add the last one with `cargo leakcheck history --add`",
        ),
        (
            Error::NoRun { folder: "a".into() },
            "failed to find a stored run in a: make one with `cargo leakcheck`",
        ),
    ] {
        assert_eq!(error.to_string(), expected);
    }
}

#[test]
fn each_says_what_to_do() {
    let path = || PathBuf::from("a/b.json");
    let denied = || io::Error::new(io::ErrorKind::PermissionDenied, "permission denied");
    for (error, expected) in [
        (
            Error::Unknown {
                name: "pol\n".to_owned(),
                nearest: vec!["pool".to_owned(), "poll".to_owned()],
            },
            "failed to find `pol\\n`: it is no pattern, and no fingerprint or test of the stored run; there are `pool` and `poll`",
        ),
        (
            Error::NothingToUndo { path: path() },
            "failed to undo: a/b.json has nothing that `cargo leakcheck init` has changed",
        ),
        (
            Error::Copy {
                from: path(),
                to: "c".into(),
                cause: denied(),
            },
            "failed to copy a/b.json to c: permission denied",
        ),
        (
            Error::Git {
                folder: "a".into(),
                cause: "it is broken".to_owned(),
            },
            "failed to list the files of the repository a with git: it is broken",
        ),
        (
            Error::Open {
                path: path(),
                cause: "xdg-open is not there".to_owned(),
            },
            "failed to open a/b.json: xdg-open is not there; open it by hand, or name a program in BROWSER",
        ),
        (
            Error::Cargo {
                what: "run cargo".to_owned(),
                cause: "gone".to_owned(),
            },
            "failed to run cargo: gone",
        ),
    ] {
        assert_eq!(error.to_string(), expected);
    }
}

#[test]
fn shards_that_are_missing_are_told_by_those_that_are_there() {
    for (error, expected) in [
        (
            Error::EmptyShard { folder: "a".into() },
            "failed to find a report in a: name the folder of its reports, or a copy of its target/leakcheck",
        ),
        (
            Error::UnendedShard {
                folder: "a".into(),
                reports: 1,
            },
            "failed to read all of a: its tests were not run to their end, and it has 1 report",
        ),
        (
            Error::ShardTwice { folder: "a".into() },
            "failed to merge a: it is named twice",
        ),
        (
            Error::Shards {
                expected: 3,
                found: vec![("a".into(), 1), ("b".into(), 0)],
            },
            "failed to find 3 shards: there are a with 1 report and b with 0 reports",
        ),
        (
            Error::Shards {
                expected: 2,
                found: vec![("a".into(), 2)],
            },
            "failed to find 2 shards: there is a with 2 reports",
        ),
    ] {
        assert_eq!(error.to_string(), expected);
    }
}

#[test]
fn who_has_no_leakcheck_is_told_how_to_get_it() {
    let none = |package: Option<&str>| {
        let package = package.map(ToOwned::to_owned);
        Error::NoLeakcheck { package }.to_string()
    };
    let rest = "depends on: see with `cargo leakcheck try` what it finds, or add it with `cargo leakcheck init`";
    assert_eq!(
        none(None),
        format!("failed to find leakcheck among what this workspace {rest}")
    );
    assert_eq!(
        none(Some("a")),
        format!("failed to find leakcheck among what `a` {rest}")
    );
    let error = Error::NoPackage {
        name: "ap".to_owned(),
        nearest: vec!["app".to_owned()],
    };
    assert_eq!(
        error.to_string(),
        "failed to find a package `ap` in this workspace; there is `app`"
    );
}
