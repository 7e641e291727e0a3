//! The command line for the copy: for its tests, and for building them only.

use std::ffi::OsString;

use crate::args::Runner;

/// Flags that say what is built and how.
const BUILDING: [&str; 18] = [
    "--all",
    "--all-features",
    "--all-targets",
    "--benches",
    "--bins",
    "--examples",
    "--ignore-rust-version",
    "--lib",
    "--no-default-features",
    "--offline",
    "--quiet",
    "--release",
    "--tests",
    "--workspace",
    "-q",
    "-r",
    "-v",
    "-vv",
];

/// The same with a value.
const VALUED: [&str; 14] = [
    "--bench",
    "--bin",
    "--color",
    "--config",
    "--example",
    "--exclude",
    "--features",
    "--package",
    "--target",
    "--test",
    "-F",
    "-Z",
    "-p",
    "--cargo-profile",
];

/// Those that the two runners have different meanings for.
const OF_TEST: [&str; 3] = ["--jobs", "--profile", "-j"];
const OF_NEXTEST: [&str; 1] = ["--build-jobs"];

/// What the copy has of its own.
const PLACES: [&str; 2] = ["--manifest-path", "--target-dir"];

/// The arguments for running the tests: the versions are not those that are locked, and the place is another.
pub(crate) fn for_tests(args: &[OsString]) -> Vec<OsString> {
    let mut kept = Vec::new();
    let mut args = args.iter();
    while let Some(arg) = args.next() {
        let text = arg.to_string_lossy();
        let (name, has_value) = parts(&text);
        if arg == "--" {
            kept.push(arg.clone());
            kept.extend(args.by_ref().cloned());
        } else if PLACES.contains(&name) {
            if !has_value {
                args.next();
            }
        } else if arg == "--frozen" {
            kept.push("--offline".into());
        } else if arg != "--locked" {
            kept.push(arg.clone());
        }
    }
    kept
}

/// The arguments of [`for_tests`] that `cargo test --no-run` takes as well.
pub(crate) fn for_building(runner: Runner, args: &[OsString]) -> Vec<OsString> {
    let own: &[&str] = match runner {
        Runner::Test => &OF_TEST,
        Runner::Nextest => &OF_NEXTEST,
    };
    let mut kept = Vec::new();
    let mut args = args.iter().take_while(|arg| *arg != "--");
    while let Some(arg) = args.next() {
        let text = arg.to_string_lossy();
        let (name, has_value) = parts(&text);
        if VALUED.contains(&name) || own.contains(&name) {
            let rest = text.strip_prefix(name).unwrap_or_default();
            kept.push(format!("{}{rest}", of_cargo(name)).into());
            if !has_value {
                kept.extend(args.next().cloned());
            }
        } else if BUILDING.contains(&name) {
            kept.push(arg.clone());
        }
    }
    kept
}

/// What cargo calls a flag of nextest's.
fn of_cargo(name: &str) -> &str {
    match name {
        "--cargo-profile" => "--profile",
        "--build-jobs" => "--jobs",
        name => name,
    }
}

/// The name of a flag, and whether its value is in the same argument: `--test=a`, `-pa`.
fn parts(text: &str) -> (&str, bool) {
    if let Some((name, _)) = text.split_once('=') {
        return (name, true);
    }
    let short = text.get(..2).filter(|short| {
        let has_value = text.len() > 2 && VALUED.iter().chain(&OF_TEST).any(|flag| flag == short);
        has_value && !text.starts_with("--")
    });
    short.map_or((text, false), |short| (short, true))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn args(line: &str) -> Vec<OsString> {
        line.split_whitespace().map(OsString::from).collect()
    }

    #[test]
    fn tests_are_run_as_asked_for_but_elsewhere() {
        for (line, expected) in [
            ("-p a --locked b -- --locked", "-p a b -- --locked"),
            ("--manifest-path x --target-dir=y --frozen", "--offline"),
        ] {
            assert_eq!(for_tests(&args(line)), args(expected), "{line}");
        }
    }

    #[test]
    fn only_what_is_built_matters_for_building() {
        use Runner::{Nextest, Test};
        for (runner, line, expected) in [
            (
                Test,
                "-p a -pb --features=x,y -j 2 name -- --exact",
                "-p a -pb --features=x,y -j 2",
            ),
            (
                Test,
                "--test a --doc --no-fail-fast --release",
                "--test a --release",
            ),
            (Nextest, "-P ci -j4 -E test(a) --workspace", "--workspace"),
            (
                Nextest,
                "--cargo-profile dev --build-jobs=1",
                "--profile dev --jobs=1",
            ),
        ] {
            assert_eq!(for_building(runner, &args(line)), args(expected), "{line}");
        }
    }
}
