//! What released crates leave is named by the advisories on them.

use std::path::{Path, PathBuf};

use toml::Table;

use crate::ended::{Ended, alone, command};

/// The folder of a package that pins a release.
fn package(name: &str) -> PathBuf {
    let repository = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    repository.join(name)
}

fn leakcheck(package: &Path, args: &[&str]) -> Ended {
    let mut command = command(env!("CARGO_BIN_EXE_cargo-leakcheck"));
    let target = package.join("../target/plain");
    command.current_dir(package).env("CARGO_TARGET_DIR", target);
    command.arg("leakcheck").args(args);
    Ended::of(command)
}

const AXUM: &str = "tests/packages/known-leaks/axum-0.8.3";

#[test]
#[ignore = "builds a workspace; `.ci/run tool`"]
fn a_release_that_leaks_is_named() {
    let _alone = alone();
    let axum = package(AXUM);
    let known = "known: fixed in axum 0.8.4";
    let run = leakcheck(&axum, &["--locked"]);
    run.expect(10, &[known]);
    leakcheck(&axum, &["explain", "the_server_ends_with_the_test"]).expect(0, &[known]);
    let audit = leakcheck(&axum, &["audit"]);
    audit.expect(10, &["made in: axum::serve", "fixed in: axum 0.8.4"]);
    let fixed = leakcheck(
        &package("tests/packages/known-leaks/axum-0.8.4"),
        &["audit"],
    );
    assert_eq!(fixed.code, Some(0), "{}", fixed.all());
}

#[test]
#[ignore = "builds many packages; `.ci/run advisories`"]
fn each_reproduction_leaves_what_its_advisory_names() {
    let _alone = alone();
    let file: Table = include_str!("../../advisories.toml").parse().expect("TOML");
    let all = file["advisory"].as_array().expect("advisories");
    assert!(all.len() >= 8);
    for advisory in all {
        let text = |key: &str| advisory.get(key).and_then(toml::Value::as_str);
        let reproduction = text("reproduction").expect("it has one");
        let krate = text("crate").expect("it has one");
        let known = match text("fixed_in") {
            Some(fixed) => format!("    known: fixed in {krate} {fixed}\n"),
            None => format!("    known of {krate} "),
        };
        let run = leakcheck(&package(reproduction), &["--locked"]);
        assert_eq!(run.code, Some(10), "{reproduction}: {}", run.all());
        assert!(run.stdout.contains(&known), "{reproduction}: {}", run.all());
    }
}
