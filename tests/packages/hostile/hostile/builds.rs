//! What a test leaves behind is its own however it was built, wherever its package lies and wherever it is run.
//!
//! Each build takes a minute, so these run on demand. They share one target folder.

use std::{
    path::{Path, PathBuf},
    process::{Command, Output},
};

const PACKAGE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../rustlib/sample");

/// Where cargo would write paths without a detour.
fn workspace() -> PathBuf {
    let here = concat!(env!("CARGO_MANIFEST_DIR"), "/../../..");
    std::fs::canonicalize(here).expect("it is there")
}

/// Builds the tests of the package, and returns where they are.
fn build(flags: &str, config: &[&str]) -> PathBuf {
    let mut command = Command::new(env!("CARGO"));
    command
        .args([
            "test",
            "--no-run",
            "--locked",
            "--test",
            "core",
            "--manifest-path",
        ])
        .arg(Path::new(PACKAGE).join("Cargo.toml"))
        .args(config.iter().flat_map(|config| ["--config", config]))
        .env("CARGO_TARGET_DIR", workspace().join("target/nested"))
        .env("RUSTFLAGS", flags);
    let output = command.output().expect("cargo runs");
    let text = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{text}");
    let (_, after) = text
        .rsplit_once('(')
        .expect("cargo names what it has built");
    let (program, _) = after.split_once(')').expect("in brackets");
    Path::new(PACKAGE).join(program)
}

/// Runs one of its programs where nothing of it is.
fn run(program: &Path, subject: &str) -> (Option<i32>, String) {
    let Output {
        status,
        stdout,
        stderr,
    } = Command::new(program)
        .args([
            "--ignored",
            "--exact",
            &format!("leaves::subject::{subject}"),
        ])
        .env("LEAKCHECK_SETTLE", "100ms")
        .env_remove("LEAKCHECK_REPORT_DIR")
        .env_remove("CARGO_MANIFEST_DIR")
        .env_remove("CARGO_PKG_NAME")
        .current_dir("/")
        .output()
        .expect("it was built");
    let text = [stdout, stderr].concat();
    (status.code(), String::from_utf8_lossy(&text).into_owned())
}

/// One of each is found, and its twin passes.
fn assert_found(program: &Path) {
    let (code, text) = run(program, "leaves_one_of_each");
    assert_eq!(code, Some(101), "{text}");
    let all = "left 3 things behind (1 thread, 1 timer, 1 file descriptor)";
    assert!(text.contains(all), "{text}");
    let (code, text) = run(program, "ends_one_of_each");
    assert_eq!(code, Some(0), "{text}");
}

/// What serves the whole process passes: its names can be read.
fn assert_static_passes(program: &Path) {
    let (code, text) = run(program, "leaves_them_to_a_static");
    assert_eq!(code, Some(0), "{text}");
}

#[test]
#[ignore = "builds a package"]
fn in_a_folder_called_rustlib_with_other_paths() {
    let here = workspace();
    let home = std::env::var("HOME").expect("there is one");
    for flags in [
        String::new(),
        format!("--remap-path-prefix={}=", here.display()),
        format!(
            "--remap-path-prefix={}=/x --remap-path-prefix={home}=/y",
            here.display()
        ),
    ] {
        let program = build(&flags, &[]);
        assert_found(&program);
        assert_static_passes(&program);
    }
}

#[test]
#[ignore = "builds a package"]
fn with_less_debug_info() {
    for debug in ["profile.dev.debug=0", "profile.dev.debug=1"] {
        let program = build("", &[debug]);
        assert_found(&program);
        assert_static_passes(&program);
    }
    // There no name tells that it is a static's.
    let program = build("", &["profile.dev.strip='symbols'"]);
    assert_found(&program);
}
