//! Every minor release of tokio of the last twelve months, and the oldest that is supported, reads the same: frames,
//! lines, waits, wakers and timers of all usual shapes, on both kinds of runtime and in a `LocalSet`.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::{Command, Output},
};

use test_case::test_case;

#[test_case("tokio-1.47.5")]
#[test_case("tokio-1.48.0")]
#[test_case("tokio-1.49.0")]
#[test_case("tokio-1.50.0")]
#[test_case("tokio-1.51.6")]
#[test_case("tokio-1.52.4")]
#[test_case("tokio-1.53.3")]
#[test_case("tokio-1.54.1")]
#[ignore = "builds a package for each release; `.ci/run versions`"]
fn tasks_read_as_written(release: &str) {
    let output = probe(release, &[]);
    let text = text(&output);
    assert!(output.status.success(), "{text}");
    // The release is what the frames of the tasks say.
    let lines = [
        "on one thread: 18 texts as written",
        "on two threads: 18 texts as written",
        "on a `LocalSet`: 2 texts as written",
    ]
    .map(|line| format!("{release} {line}\n"));
    assert_eq!(
        String::from_utf8_lossy(&output.stdout),
        lines.concat(),
        "{text}"
    );
}

#[test]
#[ignore = "builds a package; `.ci/run versions`"]
fn what_is_not_as_written_is_seen() {
    let output = probe("tokio-1.54.1", &["--", "wrong"]);
    let text = text(&output);
    assert_eq!(output.status.code(), Some(1), "{text}");
    let expected = "- collects\n-   collects @collects\n-     tokio::sync::mpsc::bounded::Receiver::recv\n\
                    -   waits for message of mpsc (2 senders) <- produces `jobs`\n";
    let seen = expected.replace("2 senders", "1 sender").replace('-', "+");
    let seen = seen.replace("<+", "<-");
    assert!(text.contains(&(expected.to_owned() + &seen)), "{text}");
}

#[test]
fn every_package_is_run() {
    for entry in fs::read_dir(versions()).expect("the folder is there") {
        let name = entry.expect("it is readable").file_name();
        let name = name.to_string_lossy();
        if name.starts_with("tokio-") {
            let case = format!("#[test_case(\"{name}\")]");
            assert!(include_str!("versions.rs").contains(&case), "{name}");
        }
    }
}

fn versions() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("packages/tokio-releases")
}

/// Builds and runs the package of a release.
fn probe(release: &str, arguments: &[&str]) -> Output {
    Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
        .args(["run", "--quiet", "--locked", "--manifest-path"])
        .arg(versions().join(release).join("Cargo.toml"))
        .args(arguments)
        // What is meant for this run and not for the one below it.
        .env_remove("CARGO_ENCODED_RUSTFLAGS")
        .env_remove("RUSTFLAGS")
        .env("CARGO_TARGET_DIR", versions().join("target"))
        .output()
        .expect("cargo runs")
}

fn text(output: &Output) -> String {
    let of = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    of(&output.stdout) + &of(&output.stderr)
}
