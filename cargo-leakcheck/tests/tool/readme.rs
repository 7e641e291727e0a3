//! The job and the nextest profile of the README work as they stand there.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::Command,
};

use yaml_rust2::{Yaml, YamlLoader};

use crate::{
    copy::Copy,
    ended::{Ended, alone, cargo, command, sample, target},
    project::Project,
    sarif::validate,
};

const README: &str = include_str!("../../README.md");

/// What the job does for a machine that has nothing yet, and what stands for it here. Any other command is run.
const GIVEN: [(&str, &str); 2] = [
    (
        "rustup toolchain install stable --profile minimal",
        "the toolchain of this test",
    ),
    (
        "cargo install --locked cargo-leakcheck",
        "this build, by `PATH`",
    ),
];

/// What the sample leaves behind.
const LEAKS: i32 = 10;

#[test]
#[cfg(unix)]
#[ignore = "builds a workspace; `.ci/run tool`"]
fn the_job_runs() {
    let _alone = alone();
    assert_eq!(
        env!("CARGO_PKG_NAME"),
        "cargo-leakcheck",
        "it can be installed"
    );
    let checkout = Checkout::new();
    let [text] = &blocks(section("On GitHub"), "yaml")[..] else {
        panic!("one job");
    };
    let workflow = &YamlLoader::load_from_str(text).expect("YAML")[0];
    let steps = workflow["jobs"]["leaks"]["steps"].as_vec().expect("steps");
    let mut ran = 0;
    for step in steps {
        if let Some(command) = step["run"].as_str() {
            let is_given = GIVEN.iter().any(|(given, _)| *given == command);
            if !is_given {
                checkout.run(command, LEAKS);
                ran += 1;
            }
            continue;
        }
        // Of actions the files are there that they take, though the step before has failed.
        let action = step["uses"].as_str().expect("a command or an action");
        let with = &step["with"];
        match action.split('@').next() {
            Some("actions/checkout") => {}
            Some("github/codeql-action/upload-sarif") => {
                assert_eq!(step["if"].as_str(), Some("always()"));
                let sarif = checkout.file(with["sarif_file"].as_str().expect("a file"));
                validate(&[sarif]).expect(0, &[]);
            }
            Some("actions/upload-artifact") => {
                assert_eq!(step["if"].as_str(), Some("always()"));
                for path in with["path"].as_str().expect("files").lines() {
                    checkout.file(path);
                }
            }
            _ => panic!("{action} is neither run nor stood for"),
        }
    }
    assert_eq!(ran, 1);
    // What is meant to be given is still in the job.
    for (given, _) in GIVEN {
        let is_in = |step: &Yaml| step["run"].as_str() == Some(given);
        assert!(
            steps.iter().any(is_in),
            "{given} is not in the job any more"
        );
    }
    let summary = fs::read_to_string(checkout.summary()).expect("a summary of the step");
    assert!(
        summary.contains("| **new** | 4 tasks (never) | `src/lib.rs:10` |"),
        "{summary}"
    );
}

#[test]
#[cfg(unix)]
#[ignore = "builds a workspace; `.ci/run tool`"]
fn the_profile_of_nextest_runs() {
    let _alone = alone();
    let mut version = cargo();
    version.args(["nextest", "--version"]);
    if Ended::of(version).code != Some(0) {
        return;
    }
    let checkout = Checkout::new();
    let section = section("With nextest");
    let [profile] = &blocks(section, "toml")[..] else {
        panic!("one profile");
    };
    assert!(section.contains("In `.config/nextest.toml`:"));
    checkout.copy.write(".config/nextest.toml", profile);
    let commands: Vec<&str> = blocks(section, "sh")
        .into_iter()
        .flat_map(str::lines)
        .collect();
    assert_eq!(commands.len(), 1, "{commands:?}");
    for command in commands {
        let ended = checkout.run(command, LEAKS);
        let all = ended.all();
        assert!(all.contains("with nextest profile: leaks"), "{all}");
        assert!(!all.contains("unknown configuration"), "{all}");
        let headline = "leakcheck: 6 of 10 checked tests left 4 tasks and 3 threads behind";
        assert!(ended.stdout.contains(headline), "{all}");
    }
    // And what the text beside them says.
    let spoken: Vec<&str> = section
        .split('`')
        .filter(|part| part.starts_with("cargo "))
        .collect();
    assert_eq!(spoken.len(), 1, "{spoken:?}");
    for command in spoken {
        checkout.run(command, LEAKS);
    }
}

#[test]
#[cfg(unix)]
#[ignore = "builds a workspace; `.ci/run tool`"]
fn a_workspace_without_leakcheck_is_tried_and_changed() {
    let _alone = alone();
    let manifest = "[package]\nname = \"my_app\"\nversion = \"0.0.0\"\nedition = \"2024\"\n[features]\nfull = []\n";
    let project = Project::new(&[
        ("Cargo.toml", manifest),
        ("src/lib.rs", "#[test]\nfn is_clean() {}\n"),
    ]);
    let commands = |heading: &str| -> Vec<&str> {
        let blocks = blocks(section(heading), "sh").into_iter();
        blocks.flat_map(str::lines).collect()
    };
    let [line, cancel] = commands("Try it on your workspace: `cargo leakcheck try`")[..] else {
        panic!("two commands");
    };
    // The same with nextest, where that is there.
    let (first, other) = line.split_once("# or: ").expect("two commands");
    let mut version = cargo();
    version.args(["nextest", "--version"]);
    let has_nextest = Ended::of(version).code == Some(0);
    for command in [first, other].iter().take(1 + usize::from(has_nextest)) {
        project
            .shell(command)
            .expect(0, &["the test that ran was checked"]);
    }
    project
        .shell(cancel)
        .expect(0, &["the test that ran was checked"]);
    let [init, undo] = commands("Keep it: `cargo leakcheck init`")[..] else {
        panic!("two commands");
    };
    let shown = ["+#[cfg_attr(test, leakcheck::leak_checked)]"];
    project.shell(init).expect(0, &shown);
    let yes = init.replace("init ", "init --yes ");
    project
        .shell(&yes)
        .expect(0, &["leakcheck: 1 checked test left nothing behind"]);
    project
        .shell(undo)
        .expect(0, &["leakcheck: 3 files are as they were"]);
}

/// What a runner has checked out: the sample, which builds in its own folder.
struct Checkout {
    copy: Copy,
}

impl Checkout {
    #[cfg(unix)]
    fn new() -> Self {
        let checkout = Self { copy: Copy::new() };
        let rules = fs::read_to_string(sample().join("leakcheck.toml")).expect("rules");
        checkout.copy.write("leakcheck.toml", &rules);
        for old in ["target/leakcheck.sarif", "target/leakcheck.xml"] {
            let _ = fs::remove_file(checkout.copy.path(old));
        }
        let _ = fs::remove_file(checkout.summary());
        let link = checkout.copy.path("target");
        if fs::read_link(&link).is_err() {
            std::os::unix::fs::symlink(target(), link).expect("a link");
        }
        checkout
    }

    fn summary(&self) -> PathBuf {
        self.copy.path("summary.md")
    }

    /// A file that a command has written.
    fn file(&self, name: &str) -> PathBuf {
        let path = self.copy.path(name);
        assert!(path.exists(), "{name} was not written");
        path
    }

    /// Runs a command as the runner of a job does.
    #[track_caller]
    fn run(&self, line: &str, code: i32) -> Ended {
        let mut shell: Command = command("bash");
        let built = Path::new(env!("CARGO_BIN_EXE_cargo-leakcheck"));
        let path = env::var_os("PATH").unwrap_or_default();
        let folders = built.parent().map(Path::to_owned).into_iter();
        let path = env::join_paths(folders.chain(env::split_paths(&path))).expect("a path");
        shell
            .args(["--noprofile", "--norc", "-eo", "pipefail", "-c", line])
            .current_dir(self.copy.path(""))
            .env_remove("CARGO_TARGET_DIR")
            .env("PATH", path)
            .env("GITHUB_ACTIONS", "true")
            .env("GITHUB_STEP_SUMMARY", self.summary())
            .env("GITHUB_WORKSPACE", self.copy.path(""));
        let ended = Ended::of(shell);
        assert_eq!(ended.code, Some(code), "{line}\n{}", ended.all());
        assert!(
            ended.stdout.contains("::error file=src/lib.rs,line="),
            "{line}\n{}",
            ended.all()
        );
        ended
    }
}

/// What stands below a heading.
fn section(heading: &str) -> &'static str {
    let (_, rest) = README
        .split_once(&format!("\n## {heading}\n"))
        .expect(heading);
    rest.split("\n## ").next().expect("text")
}

/// The texts of the blocks of a language.
fn blocks<'t>(text: &'t str, language: &str) -> Vec<&'t str> {
    let begin = format!("\n```{language}\n");
    let blocks = text.split(&*begin).skip(1);
    blocks
        .map(|block| block.split("```").next().expect("text"))
        .collect()
}
