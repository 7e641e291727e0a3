//! For which functions a rule accepted something.

use crate::{
    base::model::{
        Accepted,
        CodeOwner::{self, Internal, User},
        Frame, Kind, Leak, Waiting,
    },
    settings::ignore::{self, Ignore},
};

fn frame(function: &str, owner: CodeOwner) -> Frame {
    Frame {
        function: function.to_owned(),
        file: None,
        from_root: None,
        path: None,
        line: None,
        column: None,
        owner,
    }
}

/// Tasks that a function of the user, called by another, has spawned.
fn leak(made_by: &str, count: usize) -> Leak {
    Leak {
        stack: vec![
            frame("tokio::task::spawn::spawn", Internal),
            frame(made_by, User),
            frame("my_app::run", User),
        ],
        ..Leak::unknown(Kind::Task, count)
    }
}

/// The functions, with the key of a rule that names each, and how many things.
fn sites(rule: Ignore, leaks: Vec<Leak>) -> Vec<String> {
    let sorted = ignore::sort(leaks, &[rule]);
    assert_eq!(sorted.ignored.len(), 1);
    let sites = sorted.ignored[0].accepted.sites.iter();
    sites
        .map(|site| format!("{} {} {}", site.by, site.frame.function, site.count))
        .collect()
}

#[test]
fn a_pattern_means_the_innermost_function_that_it_fits() {
    let leaks = || vec![leak("my_app::a::f", 2), leak("my_app::b::g", 1)];
    let both = ["created_by my_app::a::f 2", "created_by my_app::b::g 1"];
    assert_eq!(sites(Ignore::created_by("my_app::*"), leaks()), both);
    // Calls of the runtime are on every path.
    assert_eq!(sites(Ignore::created_by("tokio::*"), leaks()), both);
    assert_eq!(sites(Ignore::matching(|_| true), leaks()), both);
    let one = ["created_by my_app::run 3"];
    assert_eq!(sites(Ignore::created_by("my_app::run"), leaks()), one);
}

#[test]
fn where_it_waits_is_what_such_a_pattern_means() {
    let waits = |function: &str, owner| Leak {
        waiting: Some(Waiting {
            stack: vec![frame(function, owner)],
            ..Waiting::unknown("")
        }),
        ..leak("my_app::a::f", 1)
    };
    let own = || vec![waits("my_app::pool::reap", User)];
    let top = Ignore::top_function("my_app::pool::*");
    assert_eq!(sites(top, own()), ["top_function my_app::pool::reap 1"]);
    let any = Ignore::any_function("*");
    assert_eq!(sites(any, own()), ["any_function my_app::pool::reap 1"]);
    let internal = vec![waits("std::sync::mpsc::Receiver::recv", Internal)];
    let top = Ignore::top_function("std::sync::mpsc::*");
    assert_eq!(sites(top, internal), ["created_by my_app::a::f 1"]);
}

#[test]
fn what_is_not_listed_is_counted() {
    let many = Accepted::MOST + 2;
    let leaks = (0..many).map(|number| leak(&format!("my_app::f{number}"), 2));
    let sorted = ignore::sort(leaks.collect(), &[Ignore::created_by("my_app::*")]);
    let accepted = &sorted.ignored[0].accepted;
    assert_eq!(
        (accepted.sites.len(), accepted.unlisted),
        (Accepted::MOST, 4)
    );
    assert_eq!(sorted.ignored[0].count, 2 * many);
    // Nobody has made it, as far as is known.
    let nowhere = vec![Leak::unknown(Kind::Task, 1)];
    assert_eq!(sites(Ignore::matching(|_| true), nowhere), [""; 0]);
}
