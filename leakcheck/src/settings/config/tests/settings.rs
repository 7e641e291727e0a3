//! Which settings of the file a report tells.

use std::time::Duration;

use super::file;
use crate::{
    base::model::{Body, Kind, Leak},
    settings::{
        config::{Came, date::Date, document, settings::Settings},
        options::{Level, Options},
    },
};

fn settings(text: &str) -> Settings {
    let file = file("leakcheck.toml", text.as_bytes()).unwrap();
    let today = Date::parse("2026-06-15").expect("it is a day");
    let options = document::read(&file, today).unwrap();
    Settings::new(&file, options)
}

/// The note of a check that this is above the file, and that left these.
fn note(text: &str, above: Options, leaks: &[Leak], body: Body) -> Option<String> {
    let settings = settings(text);
    let options = settings.options.clone().merge(above);
    let note = settings.note(&Came {
        options: &options,
        leaks,
        breaches: &[],
        body,
        has_waited: !leaks.is_empty(),
    });
    note.map(|note| note.to_string())
}

#[test]
fn what_the_verdict_may_be_due_to_is_told() {
    let all = "settle = \"50ms\"\ntimeout = \"30s\"\nexit_timeout = \"1m\"\nlevel = \"warn\"\nunseen_panics = \"deny\"\n\
               [levels]\nthreads = \"warn\"\nfds = \"off\"\ntimers = \"warn\"\n";
    let thread = Leak::unknown(Kind::Thread, 1);
    let panicked = Leak {
        panic: Some("gone".to_owned()),
        ..Leak::unknown(Kind::Task, 1)
    };
    let passed = |leaks: &[Leak]| note(all, Options::new(), leaks, Body::Passed);
    assert_eq!(
        passed(&[]).as_deref(),
        Some("leakcheck.toml says `levels.fds = \"off\"`")
    );
    assert_eq!(
        passed(std::slice::from_ref(&thread)).as_deref(),
        Some(
            "leakcheck.toml says `settle = \"50ms\"`, `level = \"warn\"`, `levels.threads = \"warn\"`, \
             `levels.fds = \"off\"`"
        )
    );
    let of_panic = passed(&[panicked]).expect("it is told");
    assert!(
        of_panic.contains("`unseen_panics = \"deny\"`"),
        "{of_panic}"
    );
    let hang = note("timeout = \"30s\"", Options::new(), &[], Body::TimedOut);
    assert_eq!(
        hang.as_deref(),
        Some("leakcheck.toml says `timeout = \"30s\"`")
    );
    // What changes nothing, or is decided above, is not.
    for (text, above) in [
        ("", Options::new()),
        ("level = \"deny\"", Options::new()),
        ("timeout = \"30s\"", Options::new()),
        ("[levels]\ntimers = \"warn\"", Options::new()),
        (
            "settle = \"50ms\"",
            Options::new().settle(Duration::from_secs(9)),
        ),
        ("level = \"warn\"", Options::new().level(Level::Deny)),
    ] {
        assert_eq!(
            note(text, above, std::slice::from_ref(&thread), Body::Passed),
            None,
            "{text}"
        );
    }
}
