//! The baseline of known leaks.

use super::{example, file, golden};
use crate::{
    base::{
        error::Error,
        model::{Kind, Leak, Location, Remark, Subject},
    },
    settings::config::baseline::{Baseline, Split},
};

fn read(text: &str) -> Result<Baseline, Error> {
    Baseline::read(&file("leakcheck.baseline", text.as_bytes())?)
}

fn subject(test: &str) -> Subject {
    Subject {
        package: Some("my_app".to_owned()),
        package_dir: None,
        binary: "pool".to_owned(),
        test: test.to_owned(),
        function: None,
        location: Location {
            file: "tests/pool.rs".to_owned(),
            from_root: "tests/pool.rs".to_owned(),
            line: 12,
        },
    }
}

fn task(count: usize) -> Leak {
    Leak {
        fingerprint: "9f31c0ffee000001".to_owned(),
        ..Leak::unknown(Kind::Task, count)
    }
}

fn split(baseline: &str, leaks: Vec<Leak>) -> Split {
    let baseline = read(baseline).unwrap();
    baseline.split(&subject("pool::reconnects"), leaks)
}

/// How many are new and how many known.
fn counts(split: &Split) -> (Vec<usize>, Vec<usize>) {
    let counts = |leaks: &[Leak]| leaks.iter().map(Leak::count).collect();
    (counts(&split.leaks), counts(&split.known))
}

#[test]
fn as_many_are_known_as_are_listed() {
    let known = example("text");
    assert_eq!(counts(&split(known, vec![task(1)])), (vec![], vec![1]));
    assert_eq!(counts(&split(known, vec![task(2)])), (vec![], vec![2]));
    let more = split(known, vec![task(3)]);
    assert_eq!(counts(&more), (vec![1], vec![2]));
    assert_eq!(
        more.notes,
        [Remark::BeyondBaseline {
            file: "leakcheck.baseline".to_owned(),
            listed: 2,
            fingerprint: "9f31c0ffee000001".to_owned(),
            found: 3,
        }]
    );
    // Things of one path that wait at different places are several entries.
    let apart = split(known, vec![task(1), task(1), task(1)]);
    assert_eq!(counts(&apart), (vec![1], vec![1, 1]));
}

#[test]
fn only_what_is_listed_is_known() {
    let known = example("text");
    let others = [
        Leak {
            kind: Kind::Thread,
            ..task(1)
        },
        Leak {
            fingerprint: "9f31c0ffee000002".to_owned(),
            ..task(1)
        },
        Leak {
            panic: Some("gone".to_owned()),
            ..task(1)
        },
    ];
    for leak in others {
        assert_eq!(counts(&split(known, vec![leak])), (vec![1], vec![]));
    }
    let baseline = read(known).unwrap();
    let elsewhere = |subject: &Subject| counts(&baseline.split(subject, vec![task(1)]));
    assert_eq!(elsewhere(&subject("pool::drains")), (vec![1], vec![]));
    let package = Subject {
        package: Some("other".to_owned()),
        ..subject("pool::reconnects")
    };
    assert_eq!(elsewhere(&package), (vec![1], vec![]));
    let binary = Subject {
        binary: "other".to_owned(),
        ..subject("pool::reconnects")
    };
    assert_eq!(elsewhere(&binary), (vec![1], vec![]));
}

#[test]
fn order_and_repetition_do_not_matter() {
    const HEADER: &str = "leakcheck baseline 1\n";
    const TWO: &str = "my_app pool pool::reconnects task 9f31c0ffee000001 2 src/pool.rs\n";
    const THREE: &str = "my_app pool pool::reconnects task 9f31c0ffee000001 3\n";
    const OTHER: &str = "my_app pool pool::drains thread 0b1ae46602af922c 1 a b  c\n";
    for text in [
        [HEADER, TWO, OTHER, THREE].concat(),
        [HEADER, THREE, TWO, TWO, OTHER, OTHER].concat(),
        [HEADER, OTHER, THREE, HEADER, OTHER, TWO].concat(),
        [HEADER, "\n# mended next\n", THREE].concat(),
        [HEADER, THREE].concat().replace('\n', "\r\n"),
        [HEADER, THREE].concat().trim_end().to_owned(),
    ] {
        let split = split(&text, vec![task(3)]);
        assert_eq!(counts(&split), (vec![], vec![3]), "{text}");
    }
}

#[test]
fn names_with_spaces_are_one_field() {
    let text =
        "leakcheck baseline 1\n- pool src/lib.rs%20-%20f%20(100%25) task 9f31c0ffee000001 1\n";
    let subject = Subject {
        package: None,
        ..subject("src/lib.rs - f (100%)")
    };
    let split = read(text).unwrap().split(&subject, vec![task(1)]);
    assert_eq!(counts(&split), (vec![], vec![1]));
}

#[test]
fn no_text_is_too_much_for_it() {
    super::garble(example("text"), |text| drop(read(text)));
}

#[test]
fn a_line_that_is_not_understood_is_said_with_its_place() {
    let cases = [
        "",
        "\n",
        "leakcheck baseline",
        "leakcheck baseline one",
        "leakcheck baseline 0",
        "leakcheck baseline 2\nwhatever that says",
        "my_app pool a task 9f31c0ffee000001 1",
        "leakcheck baseline 1\nleakcheck baseline 3",
        "leakcheck baseline 1\nmy_app pool a task",
        "leakcheck baseline 1\nmy_app  pool a task 9f31c0ffee000001 1",
        "leakcheck baseline 1\n my_app pool a task 9f31c0ffee000001 1",
        "leakcheck baseline 1\nmy_app pool a task 9f31c0ffee000001 ",
        "leakcheck baseline 1\nmy_app pool a tasks 9f31c0ffee000001 1",
        "leakcheck baseline 1\nmy_app pool a task 9f31C0FFEE000001 1",
        "leakcheck baseline 1\nmy_app pool a task 9f31c0ffee00000 1",
        "leakcheck baseline 1\nmy_app pool a task 9f31c0ffee000001 0",
        "leakcheck baseline 1\nmy_app pool a task 9f31c0ffee000001 many",
        "leakcheck baseline 1\n<<<<<<< HEAD\nmy_app pool a task 9f31c0ffee000001 1",
    ];
    golden("baseline.txt", &cases, |case| read(case).expect_err(case));
}
