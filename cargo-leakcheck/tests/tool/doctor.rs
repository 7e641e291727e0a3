//! Planted leaks are found in a build as the workspace's own, and what is not is explained.

use std::{fs, path::Path};

use crate::{copy::Copy, ended::Ended};

const ALL: [&str; 7] = [
    "leakcheck: all 5 planted leaks were found",
    "task: found, with the line that made it and where it waits",
    "thread: found, with the line that made it and where it waits",
    "timer: found, but not the line that made it",
    "file descriptor: found, with the line that made it",
    "child process: found, with the line that made it",
    "allocation: not looked at, which takes a feature: leakcheck = { version = \"0.1\", features = [\"heap\"] }",
];

#[test]
#[cfg(target_os = "linux")]
#[ignore = "builds a workspace; `.ci/run tool`"]
fn each_kind_is_proven() {
    let _alone = crate::ended::alone();
    let copy = Copy::new();
    // It is the planted leaks that are found, whatever the workspace says of its tests.
    copy.write("leakcheck.toml", "[levels]\ntasks = \"off\"\n");
    let mut command = copy.leakcheck(&["doctor"]);
    command.env("LEAKCHECK", "off");
    let doctor = Ended::of(command);
    doctor.expect(0, &ALL);
    doctor.expect(0, &["note: LEAKCHECK is set here, and changes what your tests look at; the planted leaks ran without it"]);
    Ended::of(copy.leakcheck(&["doctor", "-p", "sample"])).expect(0, &ALL);
    let unknown = Ended::of(copy.leakcheck(&["doctor", "-p", "smaple"]));
    unknown.expect(
        11,
        &["leakcheck: failed to find a package `smaple` in this workspace; there is `sample`"],
    );
    memory_is_planted_where_it_is_looked_at(&copy);
    what_a_profile_takes_is_told(&copy);
    a_workspace_without_it_is_told_how_to_begin(&copy);
}

fn memory_is_planted_where_it_is_looked_at(copy: &Copy) {
    let manifest = fs::read_to_string(copy.path("Cargo.toml")).expect("a manifest");
    let library = manifest
        .lines()
        .find(|line| line.starts_with("leakcheck = {"));
    let library = library.expect("it is a dependency");
    let with_heap = library.replace("[\"harness\"]", "[\"harness\", \"heap\"]");
    copy.write("Cargo.toml", &manifest.replace(library, &with_heap));
    Ended::of(copy.leakcheck(&["doctor"])).expect(
        0,
        &[
            "leakcheck: all 6 planted leaks were found",
            "allocation: found, with the line that made it",
        ],
    );
    copy.write("Cargo.toml", &manifest);
}

/// With the line that gives it back.
fn what_a_profile_takes_is_told(copy: &Copy) {
    let manifest = fs::read_to_string(copy.path("Cargo.toml")).expect("a manifest");
    let poor = format!("{manifest}\n[profile.dev]\ndebug = \"line-tables-only\"\n");
    copy.write("Cargo.toml", &poor);
    Ended::of(copy.leakcheck(&["doctor"])).expect(
        0,
        &[
            "task: found, but neither the line that made it nor where it waits",
            "note: tests are built with debug = \"line-tables-only\", and what tasks are and where they wait is read from full debug info",
            "[profile.dev]",
            "debug = true",
        ],
    );
    copy.write("Cargo.toml", &manifest);
}

fn a_workspace_without_it_is_told_how_to_begin(copy: &Copy) {
    let folder = Path::new("bare");
    copy.write(
        "bare/Cargo.toml",
        "[package]\nname = \"bare\"\nversion = \"0.0.0\"\nedition = \"2024\"\n[workspace]\n",
    );
    copy.write("bare/src/lib.rs", "");
    let mut command = copy.leakcheck(&["doctor", "--manifest-path", "bare/Cargo.toml"]);
    command.env(
        "CARGO_TARGET_DIR",
        copy.path("").join(folder).join("target"),
    );
    Ended::of(command).expect(
        11,
        &["leakcheck: failed to find leakcheck among what this workspace depends on: see with `cargo leakcheck try` what it finds, or add it with `cargo leakcheck init`"],
    );
}
