//! `leakcheck.toml`.

use std::time::Duration;

use super::{example, file, golden};
use crate::{
    base::{
        error::Error,
        model::{Kind, Leak, Limited, Remark},
    },
    settings::{
        config::{date::Date, document},
        ignore,
        options::{Level, Options},
    },
};

fn read_on(text: &str, today: &str) -> Result<Options, Error> {
    let today = Date::parse(today).expect("it is a day");
    document::read(&file("leakcheck.toml", text.as_bytes())?, today)
}

fn read(text: &str) -> Result<Options, Error> {
    read_on(text, "2026-06-15")
}

/// Tasks of unknown name, which a rule on anything accepts that has a stack.
fn tasks(count: usize) -> Vec<Leak> {
    let frame = crate::base::model::Frame {
        function: "my_app::metrics::start".to_owned(),
        file: None,
        from_root: None,
        path: None,
        line: None,
        column: None,
        owner: crate::base::model::CodeOwner::User,
    };
    vec![Leak {
        stack: vec![frame],
        ..Leak::unknown(Kind::Thread, count)
    }]
}

#[test]
fn an_empty_file_says_nothing() {
    for text in ["", "\n# nothing yet\n", "[levels]\n", "ignore = []\n"] {
        let options = read(text).unwrap();
        assert_eq!(options.settle_limit(), Options::new().settle_limit());
        assert!(options.rules().is_empty());
    }
}

#[test]
fn what_is_written_is_read() {
    let options = read(example("toml")).unwrap();
    assert_eq!(options.settle_limit(), Duration::from_millis(500));
    assert_eq!(options.time_limit(), Some(Duration::from_secs(30)));
    assert_eq!(options.level_for(Kind::Thread), Level::Warn);
    assert_eq!(options.level_for(Kind::Task), Level::Deny);
    assert_eq!(options.level_for_unseen_panics(), Level::Warn);
    assert_eq!(options.budget(Limited::Task), Some(200));
    assert_eq!(options.rate_of(Limited::Task), Some(500));
    let sorted = ignore::sort(tasks(3), options.rules());
    assert_eq!(sorted.leaks[0].count, 1);
    assert_eq!(sorted.ignored[0].count(), 2);
    assert_eq!(sorted.ignored[0].reason(), "serves the whole process");
    assert_eq!(sorted.ignored[0].source(), Some("leakcheck.toml:16"));
    assert_eq!(
        sorted.notes,
        [Remark::OverLimit {
            rule: "ignore_created_by(\"my_app::metrics::*\") (leakcheck.toml:16)".to_owned(),
            limit: 2,
        }]
    );
}

#[test]
fn a_rule_expires_on_its_day() {
    let ignored = |expires: &str, today: &str| {
        let text = format!(
            "[[ignore]]\ncreated_by = \"my_app::*\"\nreason = \"later\"\nexpires = {expires}\n"
        );
        let options = read_on(&text, today).unwrap();
        let sorted = ignore::sort(tasks(2), options.rules());
        assert_eq!(sorted.leaks.len(), usize::from(sorted.ignored.is_empty()));
        (sorted.ignored.len(), sorted.notes)
    };
    let said = Remark::Expired {
        rule: "ignore_created_by(\"my_app::*\") (leakcheck.toml:1)".to_owned(),
        day: "2027-01-31".to_owned(),
    };
    for expires in ["\"2027-01-31\"", "2027-01-31"] {
        assert_eq!(ignored(expires, "2027-01-30"), (1, vec![]));
        assert_eq!(ignored(expires, "2027-01-31"), (0, vec![said.clone()]));
        assert_eq!(ignored(expires, "2028-01-01").0, 0);
    }
    // Where another rule accepts it, nobody needs this one.
    let both = "[[ignore]]\ncreated_by = \"my_app::*\"\nreason = \"a\"\nexpires = 2020-01-01\n[[ignore]]\n\
                any_function = \"*\"\nreason = \"b\"\n[[ignore]]\ncreated_by = \"*\"\nreason = \"c\"\n";
    let sorted = ignore::sort(tasks(2), read(both).unwrap().rules());
    assert_eq!((sorted.leaks.len(), sorted.notes.len()), (0, 0));
    // What it would not accept does not concern it.
    let other = "[[ignore]]\ncreated_by = \"other::*\"\nreason = \"a\"\nexpires = 2020-01-01\n";
    let sorted = ignore::sort(tasks(2), read(other).unwrap().rules());
    assert_eq!((sorted.leaks.len(), sorted.notes.len()), (1, 0));
}

#[test]
fn a_rule_with_a_slip_says_what_was_meant() {
    let notes = |rule: &str| {
        let text = format!("[[ignore]]\n{rule}\nreason = \"a\"\n");
        let sorted = ignore::sort(tasks(1), read(&text).unwrap().rules());
        assert_eq!(sorted.leaks.len(), 1, "{rule}");
        sorted.notes
    };
    let says = |rule: &str, meant: &str| {
        let said = Remark::NearMiss {
            rule: format!("ignore_created_by({rule:?}) (leakcheck.toml:1)"),
            meant: meant.to_owned(),
        };
        assert_eq!(notes(&format!("created_by = {rule:?}")), [said]);
    };
    says("my_ap::metrics::*", "my_app::metrics::*");
    says("metrics::start", "my_app::metrics::start");
    for other in ["other::*", "a", "*::nothing"] {
        assert_eq!(notes(&format!("created_by = {other:?}")), []);
    }
}

#[test]
fn rules_that_differ_in_kind_are_two() {
    let rule = |more: &str| format!("[[ignore]]\ncreated_by = \"a\"\nreason = \"b\"\n{more}\n");
    let kinds = [
        "",
        "kind = \"thread\"",
        "kind = \"blocking_task\"",
        "kind = [\"thread\", \"task\"]",
    ];
    let text: String = kinds.iter().map(|more| rule(more)).collect();
    assert_eq!(read(&text).unwrap().rules().len(), kinds.len());
}

#[test]
fn no_text_is_too_much_for_it() {
    super::garble(example("toml"), |text| drop(read(text)));
}

#[test]
fn what_is_not_understood_is_said_with_its_place() {
    let cases = [
        "setle = \"1s\"",
        "settle = \"1s\"\n\n  settle = \"2s\"",
        "settle = \"soon\"",
        "settle = 5",
        "timeout = \"0s\"",
        "timeout = true",
        "level = \"allow\"",
        "unseen_panics = \"fail\"",
        "levels = \"warn\"",
        "[levels]\nthraeds = \"warn\"",
        "[levels]\nthreads = \"warm\"",
        "[levels]\nthreads = \"warn\"\nthreads = \"off\"",
        "ignore = \"my_app::*\"",
        "ignore = [\"my_app::*\"]",
        "[ignore]\ncreated_by = \"a\"",
        "[[ignore]]",
        "[[ignore]]\nreason = \"a\"",
        "[[ignore]]\ncreated_by = \"a\"",
        "[[ignore]]\ncreated_by = \"a\"\nreason = \" \"",
        "[[ignore]]\ncreated_by = \"\"\nreason = \"a\"",
        "[[ignore]]\ncreated_by = \"a::**\"\nreason = \"a\"",
        "[[ignore]]\nany_function = \"a::[a-z]*\"\nreason = \"a\"",
        "[[ignore]]\ncreated_by = [\"a\", \"b\"]\nreason = \"a\"",
        "[[ignore]]\ncreated_by = \"a\"\nthread_name = \"b\"\nreason = \"c\"",
        "[[ignore]]\ncreatedby = \"a\"\nreason = \"b\"",
        "[[ignore]]\ncreated_by = \"a\"\nreason = \"b\"\nkind = \"thraed\"",
        "[[ignore]]\ncreated_by = \"a\"\nreason = \"b\"\nkind = []",
        "[[ignore]]\ncreated_by = \"a\"\nreason = \"b\"\nkind = [\"task\", \"thraed\"]",
        "[[ignore]]\nkind = \"task\"\nthread_name = \"a\"\nreason = \"b\"",
        "[[ignore]]\ncreated_by = \"a\"\nreason = \"b\"\nat_most = 0",
        "[[ignore]]\ncreated_by = \"a\"\nreason = \"b\"\nat_most = \"2\"",
        "[[ignore]]\ncreated_by = \"a\"\nreason = \"b\"\nexpires = \"2027-02-29\"",
        "[[ignore]]\ncreated_by = \"a\"\nreason = \"b\"\nexpires = 2027-01-31T00:00:00Z",
        "[[ignore]]\ncreated_by = \"a\"\nreason = \"b\"\nexpires = 2027",
        "[[ignore]]\ncreated_by = \"a\"\nreason = \"b\"\n\n[[ignore]]\ncreated_by = \"a\"\nreason = \"c\"\nat_most = 1",
        "settle = \"ä\" x",
        "settle = \"1s",
        "[levels",
        "level = ",
    ];
    golden("document.txt", &cases, |case| read(case).expect_err(case));
}

#[test]
fn numbers_may_be_written_in_any_way_of_toml() {
    let text = "[[ignore]]\ncreated_by = \"*\"\nreason = \"a\"\nat_most = 0x1_0\n";
    let sorted = ignore::sort(tasks(20), read(text).unwrap().rules());
    assert_eq!(sorted.ignored[0].count(), 16);
}
