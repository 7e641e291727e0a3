//! `cargo leakcheck init` on a package, and back.

use crate::{
    ended::{Ended, alone, cargo},
    project::Project,
};

const MANIFEST: &str = "\
[package]
name = \"plain\"
version = \"0.0.0\"
edition = \"2024\"

[dev-dependencies]
tokio = { version = \"1.47\", features = [\"macros\", \"rt\"] } # for tests
";

const LIB: &str = "\
pub fn start() {}

#[cfg(test)]
mod tests {
    #[tokio::test]
    async fn leaves_a_task() {
        tokio::spawn(std::future::pending::<()>());
    }
}
";

#[test]
#[ignore = "builds a workspace; `.ci/run tool`"]
fn what_is_put_in_can_be_taken_out() {
    let _alone = alone();
    let project = Project::new(&[
        ("Cargo.toml", MANIFEST),
        ("src/lib.rs", LIB),
        ("tests/it.rs", "#[test]\r\nfn is_clean() {}\r\n"),
        (".github/workflows/ci.yml", "name: ci\n"),
        (".gitignore", "Cargo.lock\n"),
    ]);
    project.git("", &["init", "-q"]);
    let mut lock = cargo();
    lock.current_dir(project.path("")).arg("generate-lockfile");
    Ended::of(lock).expect(0, &[]);
    let before = project.content();
    let init = |args: &[&str]| Ended::of(project.leakcheck("", &[&["init"], args].concat()));

    // Nobody is there to be asked.
    let shown = init(&[]);
    let diff = [
        "+++ b/src/lib.rs",
        "+#[leakcheck::leak_checked]",
        "+++ b/.github/workflows/leaks.yml",
    ];
    shown.expect(
        0,
        &[
            &diff[..],
            &["leakcheck: nothing was changed: --yes makes these changes"],
        ]
        .concat(),
    );
    assert!(project.content() == before, "nothing was agreed to");

    let done = "leakcheck: 5 files were changed, and 2 more tests are checked, by 2 attributes; to take it back: cargo leakcheck init --undo";
    let blessed = "leakcheck: 1 of 2 checked tests left 1 task behind: 1 new";
    init(&["--yes"]).expect(0, &[&diff[..], &[done, blessed]].concat());
    assert!(project.path("leakcheck.baseline").exists());
    let with = project.content();
    let nothing =
        "leakcheck: there is nothing to add: each test that can have the attribute has it";
    init(&["--yes"]).expect(0, &[nothing]);
    assert!(project.content() == with, "it was run twice");
    Ended::of(project.leakcheck("", &[])).expect(
        0,
        &["leakcheck: 1 of 2 checked tests left 1 task behind: 1 known"],
    );

    init(&["--undo"]).expect(0, &["leakcheck: 7 files are as they were"]);
    assert!(project.content() == before, "it is not as it was");
    what_was_edited_since_stays(&project);
}

fn what_was_edited_since_stays(project: &Project) {
    let init = |args: &[&str]| Ended::of(project.leakcheck("", &[&["init"], args].concat()));
    init(&["--yes", "--no-run"]).expect(0, &[]);
    assert!(!project.path("leakcheck.baseline").exists());
    project.write("src/lib.rs", "");
    init(&["--undo"]).expect(
        11,
        &[
            "leakcheck: 4 files are as they were",
            "src/lib.rs: it was edited since, and stays as it is",
        ],
    );
    init(&["--undo"]).expect(11, &["leakcheck: 0 files are as they were"]);
    project.write("src/lib.rs", LIB);
    init(&["--undo"]).expect(0, &["leakcheck: 1 file is as it was"]);
    let none = init(&["--undo"]);
    none.expect(11, &[]);
    assert!(none.stderr.contains("failed to undo: "), "{}", none.all());
}
