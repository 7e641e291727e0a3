//! `cargo leakcheck try` on a workspace that has one of everything.

use std::fs;

use crate::{
    ended::{Ended, alone, cargo, target},
    project::Project,
};

const MANIFEST: &str = r#"
[workspace]
members = ["crates/*"]
exclude = ["crates/excluded"]
resolver = "2"

[workspace.dependencies]
tokio = { version = "1.47", features = ["macros", "rt", "time"] }

[patch.crates-io]
patched = { path = "../patched" }

[profile.dev]
debug = 0
"#;

const APP: &str = r#"
[package]
name = "app"
version = "0.0.0"
edition = "2021"

[features]
more = []

[dependencies]
outside = { path = "../../../outside" }
renamed = { package = "patched", version = "0.0" }
tokio.workspace = true

[target.'cfg(unix)'.dependencies]
submodule = { path = "../../vendor/submodule" }

[dev-dependencies]
rstest = { version = "0.26", default-features = false }
tokio = { workspace = true, features = ["test-util"] }
"#;

/// What is on which line is in what the trial says.
const LIB: &str = r#"//! An app.
pub const TEXT: &str = include_str!("../../../shared/text.txt");
pub const BUILT: &str = env!("BUILT");

pub async fn start() {
    tokio::spawn(std::future::pending::<()>());
}

#[test]
fn is_plain() {
    assert_eq!((TEXT, BUILT, env!("SET")), ("shared\n", "built", "set"));
    assert_eq!(outside::number() + submodule::number() + renamed::number(), 6);
}

#[cfg(feature = "more")]
#[tokio::test]
async fn is_of_a_feature() {}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;
    use tokio::test;

    #[test]
    async fn leaves_a_task() { start().await; }

    #[rstest]
    #[case(1)]
    #[case(2)]
    #[tokio::test]
    async fn leaves_one_for_each(#[case] _number: u8) { start().await; }

    mod deep {
        macro_rules! made {
            ($name:ident) => { #[core::prelude::v1::test] fn $name() {} };
        }
        made!(is_made);
        mod other { pub use tokio::test as odd; }
        use other::odd as test;


        #[cfg_attr(all(), test)]
        async fn is_odd() {}
    }
}
"#;

/// The files of the project, the path of each from its root.
fn files() -> Vec<(&'static str, &'static str)> {
    let library = "[package]\nname = \"NAME\"\nversion = \"0.0.1\"\nedition = \"2021\"\n";
    let manifest = |name: &str| -> &'static str { library.replace("NAME", name).leak() };
    vec![
        ("repo/.gitignore", "ignored\n"),
        ("repo/ignored", "?"),
        ("repo/ws/Cargo.toml", MANIFEST),
        (
            "repo/ws/.cargo/config.toml",
            "[env]\nSET = \"set\"\n[build]\nrustflags = [\"--cfg\", \"sample\"]\n",
        ),
        ("repo/ws/shared/text.txt", "shared\n"),
        ("repo/ws/crates/app/Cargo.toml", APP),
        (
            "repo/ws/crates/app/build.rs",
            "fn main() { println!(\"cargo::rustc-env=BUILT=built\"); }\n",
        ),
        ("repo/ws/crates/app/src/lib.rs", LIB),
        (
            "repo/ws/crates/app/tests/own.rs",
            "mod part;\n#[test]\nfn is_own() {}\n",
        ),
        (
            "repo/ws/crates/app/tests/part/mod.rs",
            "#[cfg(sample)]\n#[test] fn is_in_part() {}\n",
        ),
        (
            "repo/ws/crates/bare/Cargo.toml",
            "[package]\nname = \"bare\"\nversion = \"0.0.0\"\nedition = \"2021\"\nautotests = false\n[[test]]\nname = \"named\"\npath = \"checks/named.rs\"\n",
        ),
        (
            "repo/ws/crates/bare/src/lib.rs",
            "#![no_std]\n#[test] fn is_without_std() {}\n",
        ),
        (
            "repo/ws/crates/bare/checks/named.rs",
            "#[test] fn is_named() {}\n",
        ),
        ("repo/ws/crates/bare/tests/not.rs", "this is no code\n"),
        (
            "repo/ws/crates/old/Cargo.toml",
            "[package]\nname = \"old\"\nversion = \"0.0.0\"\n",
        ),
        ("repo/ws/crates/old/src/lib.rs", "#[test] fn is_old() {}\n"),
        ("repo/ws/crates/excluded/Cargo.toml", "broken"),
        ("outside/Cargo.toml", manifest("outside")),
        ("outside/src/lib.rs", "pub fn number() -> u8 { 1 }\n"),
        ("repo/patched/Cargo.toml", manifest("patched")),
        ("repo/patched/src/lib.rs", "pub fn number() -> u8 { 2 }\n"),
        ("submodule/Cargo.toml", manifest("submodule")),
        ("submodule/src/lib.rs", "pub fn number() -> u8 { 3 }\n"),
    ]
}

fn project() -> Project {
    let files: Vec<(&str, String)> = files()
        .into_iter()
        .map(|(name, text)| {
            (
                name,
                text.replace("../../../outside", "../../../../outside"),
            )
        })
        .collect();
    let files: Vec<(&str, &str)> = files.iter().map(|(name, text)| (*name, &**text)).collect();
    let project = Project::new(&files);
    for folder in ["submodule", "repo"] {
        project.git(folder, &["init", "-q"]);
        project.git(folder, &["add", "-A"]);
        project.git(folder, &["commit", "-q", "-m", "a"]);
    }
    project.git(
        "repo",
        &[
            "submodule",
            "--quiet",
            "add",
            "../submodule",
            "ws/vendor/submodule",
        ],
    );
    // What is not committed yet counts as well.
    project.write("repo/ws/crates/app/src/new.rs", "");
    project
}

#[test]
#[ignore = "builds a workspace; `.ci/run tool`"]
fn a_workspace_is_tried_and_stays_as_it_was() {
    let _alone = alone();
    // What an earlier run of this test was refused.
    let _ = fs::remove_file(target().join("leakcheck/try/refused.json"));
    let project = project();
    let before = project.content();
    let first = Ended::of(project.leakcheck("repo/ws", &["try", "--workspace"]));
    first.expect(
        0,
        &[
            "leakcheck: something does not compile; building again with the attribute taken off 1 test",
            "leakcheck: 3 of 8 checked tests left 3 tasks behind, of 1 cause: 3 new",
            "3 tasks, made at crates/app/src/lib.rs:6 app::start",
            "8 of 11 tests that ran were checked",
            "1 test does not compile with the attribute, and ran without it:",
            "crates/app/src/lib.rs:43 tests::deep::is_odd: nothing here runs an `async fn`",
            "1 test is of edition 2015, which the attribute does not work in:",
            "crates/old/src/lib.rs:1 is_old",
            "1 test is made by a macro, or by a harness of its own:",
            "tests::deep::is_made",
            "for the trial, tests have debug info, which `[profile]` in Cargo.toml switches off",
        ],
    );
    assert!(project.content() == before, "the original has changed");
    what_was_found_is_explained(&project);
    what_was_refused_is_left_by_init(&project);
    assert!(project.content() == before, "the original has changed");
    nothing_is_built_again(&project);
    only_some_are_tried(&project);
    assert!(project.content() == before, "the original has changed");
    what_is_gone_goes_away(&project);
    what_does_not_build_is_told(&project);
}

/// The run is kept like any other.
fn what_was_found_is_explained(project: &Project) {
    let explained = Ended::of(project.leakcheck("repo/ws", &["explain", "tests::leaves_a_task"]));
    explained.expect(
        0,
        &["> 6 |     tokio::spawn(std::future::pending::<()>());"],
    );
}

fn what_was_refused_is_left_by_init(project: &Project) {
    let init =
        |flags: &[&str]| Ended::of(project.leakcheck("repo/ws", &[&["init"], flags].concat()));
    init(&["--yes", "--no-run"]).expect(
        0,
        &[
            "crates/app/src/lib.rs:43 is_odd: it does not compile with the attribute: nothing here runs an `async fn`",
            "crates/app/src/lib.rs:25 leaves_a_task: its attribute is imported; write it with its path, such as #[tokio::test]",
            "crates/old/src/lib.rs: the attribute does not work in edition 2015",
        ],
    );
    init(&["--undo"]).expect(0, &[]);
}

fn nothing_is_built_again(project: &Project) {
    let again = Ended::of(project.leakcheck("repo/ws", &["try", "--workspace"]));
    again.expect(
        0,
        &["leakcheck: 3 of 8 checked tests left 3 tasks behind, of 1 cause: 3 new"],
    );
    assert!(!again.all().contains("Compiling"), "{}", again.all());
    assert!(!again.all().contains("building again"), "{}", again.all());
}

/// By features, packages, folders, names and another runner.
fn only_some_are_tried(project: &Project) {
    let some = [
        "try",
        "-p",
        "app",
        "--features",
        "more",
        "--locked",
        "--",
        "is_of_a_feature",
    ];
    Ended::of(project.leakcheck("repo/ws", &some)).expect(
        0,
        &[
            "leakcheck: 1 checked test left nothing behind",
            "the test that ran was checked",
        ],
    );
    Ended::of(project.leakcheck("repo/ws/crates/bare", &["try"])).expect(
        0,
        &[
            "leakcheck: 2 checked tests left nothing behind",
            "all 2 tests that ran were checked",
        ],
    );
    let manifest = project
        .path("repo/ws/crates/bare/Cargo.toml")
        .display()
        .to_string();
    Ended::of(project.leakcheck("", &["try", "--manifest-path", &manifest]))
        .expect(0, &["leakcheck: 2 checked tests left nothing behind"]);
    let mut version = cargo();
    version.args(["nextest", "--version"]);
    if Ended::of(version).code == Some(0) {
        Ended::of(project.leakcheck("repo/ws", &["try", "nextest", "--workspace"])).expect(
            0,
            &[
                "leakcheck: 3 of 8 checked tests left 3 tasks behind, of 1 cause: 3 new",
                "8 of 11 tests that ran were checked",
            ],
        );
    }
}

fn what_is_gone_goes_away(project: &Project) {
    let copy = target().join("leakcheck/try/tree/ws/crates/app/tests");
    assert!(copy.join("own.rs").exists());
    fs::remove_file(project.path("repo/ws/crates/app/tests/own.rs")).expect("it is there");
    fs::remove_dir_all(project.path("repo/ws/crates/app/tests/part")).expect("it is there");
    let fewer = Ended::of(project.leakcheck("repo/ws", &["try", "--workspace"]));
    fewer.expect(
        0,
        &["leakcheck: 3 of 6 checked tests left 3 tasks behind, of 1 cause: 3 new"],
    );
    assert!(!copy.join("own.rs").exists());
}

/// Also where all that is leakcheck's is taken back.
fn what_does_not_build_is_told(project: &Project) {
    project.write(
        "repo/ws/crates/bare/src/lib.rs",
        "#[test] fn is_wrong() { let _: u8 = \"\"; }",
    );
    let wrong = Ended::of(project.leakcheck("repo/ws", &["try", "-p", "bare"]));
    wrong.expect(
        101,
        &["leakcheck: nothing was tried: the tests do not build without the attribute either"],
    );
    assert!(wrong.all().contains("mismatched types"), "{}", wrong.all());
}

#[test]
#[ignore = "builds a workspace; `.ci/run tool`"]
fn a_package_without_git_and_with_an_old_lock_is_tried() {
    let _alone = alone();
    let manifest = "[package]\nname = \"single\"\nversion = \"0.0.0\"\nedition = \"2024\"\n[dev-dependencies]\ntokio = { version = \"1\", features = [\"macros\", \"rt\", \"time\"] }\n";
    let project = Project::new(&[
        ("Cargo.toml", manifest),
        (
            "src/main.rs",
            "fn main() {}\n#[tokio::test]\nasync fn leaves_a_timer() { tokio::spawn(async { tokio::time::sleep(std::time::Duration::from_secs(600)).await }); }\n",
        ),
        ("target/debug/x", "?"),
    ]);
    let mut lock = cargo();
    lock.current_dir(project.path(""))
        .args(["update", "-p", "tokio", "--precise", "1.38.0"]);
    Ended::of(lock).expect(0, &[]);
    let before = project.content();
    let ended = Ended::of(project.leakcheck("", &["try"]));
    ended.expect(0, &["the test that ran was checked"]);
    assert!(
        ended
            .stdout
            .contains("leakcheck: 1 of 1 checked test left 1 task"),
        "{}",
        ended.all()
    );
    assert!(
        ended
            .stdout
            .contains("for the trial, tokio 1.38.0 was raised to 1."),
        "{}",
        ended.all()
    );
    assert!(project.content() == before, "the original has changed");
}

#[test]
#[ignore = "builds a workspace; `.ci/run tool`"]
fn a_tokio_that_must_be_old_is_told() {
    let _alone = alone();
    let manifest = "[package]\nname = \"pinned\"\nversion = \"0.0.0\"\nedition = \"2024\"\n[dependencies]\ntokio = \"=1.38.0\"\n";
    let project = Project::new(&[
        ("Cargo.toml", manifest),
        ("src/lib.rs", "#[test] fn a() {}\n"),
    ]);
    let ended = Ended::of(project.leakcheck("", &["try"]));
    ended.expect(11, &[]);
    let told = "leakcheck: failed to add leakcheck to the dependencies of the copy: ";
    assert!(ended.stderr.contains(told), "{}", ended.all());
    assert!(ended.stderr.contains("=1.38.0"), "{}", ended.all());
}

/// What is on which line is in what the trial says.
const CANCELLED: &str = r"//! Bodies to be cancelled.
use std::sync::atomic::{AtomicBool, Ordering};
use tokio::task::yield_now;

#[tokio::test]
async fn cleans_up() {
    let mut set = tokio::task::JoinSet::new();
    set.spawn(std::future::pending::<()>());
    yield_now().await;
    yield_now().await;
}

#[tokio::test]
async fn leaves_a_task() {
    let helper = tokio::spawn(std::future::pending::<()>());
    yield_now().await;
    helper.abort();
}

static RAN: AtomicBool = AtomicBool::new(false);

#[tokio::test]
async fn runs_once() {
    let helper = tokio::spawn(std::future::pending::<()>());
    assert!(!RAN.swap(true, Ordering::SeqCst));
    yield_now().await;
    helper.abort();
}

mod framework { pub use tokio::test; }

#[framework::test]
async fn runs_elsewhere() {
    yield_now().await;
}

#[test]
fn is_synchronous() {}
";

#[test]
#[ignore = "builds a workspace; `.ci/run tool`"]
fn bodies_are_cancelled() {
    let _alone = alone();
    let manifest = "[package]\nname = \"cancelled\"\nversion = \"0.0.0\"\nedition = \"2024\"\n[dev-dependencies]\ntokio = { version = \"1.47\", features = [\"macros\", \"rt\"] }\n";
    let project = Project::new(&[
        ("Cargo.toml", manifest),
        ("src/lib.rs", ""),
        ("tests/bodies.rs", CANCELLED),
    ]);
    let before = project.content();
    let first = Ended::of(project.leakcheck("", &["try", "--cancel"]));
    let found = |ended: &Ended| {
        ended.expect(
            0,
            &[
                "leakcheck: 1 of 5 checked tests left 1 task behind: 1 new",
                "1 task, made at tests/bodies.rs:15 bodies::leaves_a_task",
                "`runs_once` failed when it ran again to be cancelled at await 1, so no more awaits were tried: what it sets up has to be repeatable",
                "all 5 tests that ran were checked",
                "2 tests were not cancelled, because they are not async, failed by themselves, or have no runtimes of their own that could be made again",
                "1 test does not compile where its body may run again, and ran once:",
                "tests/bodies.rs:32 runs_elsewhere: `cancellable`: the test needs a runtime of its own: use `#[leakcheck::test]` or `#[tokio::test]`",
            ],
        );
        for part in [
            "when its body was cancelled at await 1 (tests/bodies.rs:16)",
            "2 bodies were cancelled at 3 awaits in all, which took ",
        ] {
            assert!(ended.stdout.contains(part), "{}", ended.all());
        }
    };
    found(&first);
    let built_again =
        "leakcheck: something does not compile; building again with 1 test that is not cancelled";
    first.expect(0, &[built_again]);
    let again = Ended::of(project.leakcheck("", &["try", "--cancel"]));
    found(&again);
    assert!(!again.all().contains("building again"), "{}", again.all());
    // Without the flag nothing is cancelled, and what was refused for it is checked as before.
    let plain = Ended::of(project.leakcheck("", &["try"]));
    plain.expect(
        0,
        &[
            "leakcheck: 5 checked tests left nothing behind",
            "all 5 tests that ran were checked",
        ],
    );
    assert!(!plain.all().contains("cancelled at"), "{}", plain.all());
    assert!(project.content() == before, "the original has changed");
}
