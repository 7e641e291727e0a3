//! A process that is checked at its exit ends as it would otherwise where only warnings are to be told, and nobody can
//! read them.

use std::{fs::OpenOptions, process::Stdio};

use leakcheck_tests::run_into;

leakcheck::verify_at_exit!(options = warns);

fn warns() -> leakcheck::Options {
    leakcheck::Options::new().level(leakcheck::Level::Warn)
}

#[test]
fn a_full_standard_error_is_nobodys_failure() {
    let full = OpenOptions::new().write(true).open("/dev/full");
    for stderr in [full.expect("it is there").into(), Stdio::piped()] {
        let run = run_into(
            ["--ignored", "--exact", "subject::leaves_a_thread"],
            &[],
            stderr,
        );
        assert_eq!(run.output.status.code(), Some(0), "{}", run.text());
        assert_eq!(run.report().verdict, "leaked");
    }
}

mod subject {
    use std::thread;

    #[test]
    #[ignore = "leaks"]
    fn leaves_a_thread() {
        thread::spawn(|| {
            loop {
                thread::park();
            }
        });
    }
}
