//! Whether a command line runs all tests that there are, as far as it can tell.

use std::ffi::OsString;

/// Flags that leave no test out.
const FLAGS: [&str; 20] = [
    "--all",
    "--all-features",
    "--frozen",
    "--include-ignored",
    "--locked",
    "--no-capture",
    "--no-default-features",
    "--no-fail-fast",
    "--nocapture",
    "--offline",
    "--quiet",
    "--release",
    "--show-output",
    "--verbose",
    "--workspace",
    "-q",
    "-r",
    "-v",
    "-vv",
    "--",
];

/// The same with a value. What a profile of nextest leaves out is in what nextest counts.
const VALUED: [&str; 11] = [
    "--cargo-profile",
    "--color",
    "--features",
    "--jobs",
    "--manifest-path",
    "--profile",
    "--target-dir",
    "--test-threads",
    "-F",
    "-P",
    "-j",
];

/// The first argument that may leave tests out. One that is not known may.
pub(crate) fn selects(args: &[OsString]) -> Option<String> {
    let mut args = args.iter();
    while let Some(arg) = args.next() {
        let text = arg.to_string_lossy();
        let (name, has_value) = match text.split_once('=') {
            Some((name, _)) => (name, true),
            None => (&*text, false),
        };
        if VALUED.contains(&name) {
            if !has_value {
                args.next();
            }
        } else if !FLAGS.contains(&&*text) {
            return Some(text.into_owned());
        }
    }
    None
}

/// Whether all packages are tested, also those without a checked test.
pub(crate) fn is_of_workspace(args: &[OsString]) -> bool {
    let mut args = args.iter().take_while(|arg| *arg != "--");
    args.any(|arg| arg == "--workspace" || arg == "--all")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_known_may_leave_tests_out() {
        for (line, expected) in [
            ("", None),
            ("--workspace --features a,b --release -j 2", None),
            ("--features=a -- --nocapture --test-threads 1", None),
            ("-P ci --manifest-path x", None),
            ("reconnects", Some("reconnects")),
            ("--workspace --lib", Some("--lib")),
            ("-p a", Some("-p")),
            ("--workspace=1", Some("--workspace=1")),
            ("-- --test-threads=1 a b", Some("a")),
            ("-- --skip=a", Some("--skip=a")),
            ("-E test(a)", Some("-E")),
        ] {
            let args: Vec<OsString> = line.split_whitespace().map(OsString::from).collect();
            assert_eq!(selects(&args).as_deref(), expected, "{line}");
        }
    }

    #[test]
    fn the_whole_workspace_is_asked_for_by_a_flag() {
        let asks = |line: &str| {
            let args: Vec<OsString> = line.split_whitespace().map(OsString::from).collect();
            is_of_workspace(&args)
        };
        assert!(asks("--all") && asks("-q --workspace"));
        assert!(!asks("") && !asks("-- --all"));
    }
}
