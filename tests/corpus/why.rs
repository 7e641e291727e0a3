//! Most reports say which mistake it was, and all are right in that: each mark is compared, and this counts them.

use crate::{
    expected::leaks,
    finding::{Finding, HAS_WHY},
};

/// Of a hundred leaks, those whose report must say more than that they were left.
const TOLD: usize = 80;

#[test]
fn most_reports_say_which_mistake_it_was() {
    let all = leaks();
    let (mut proven, mut likely, mut following, mut unknown) = (0, 0, 0, 0);
    let mut plain: Vec<String> = Vec::new();
    for (test, leak) in &all {
        match (&leak.follows, &leak.why) {
            (Some(_), _) => following += 1,
            (None, Some(why)) if why.pattern == "detached" => plain.push((*test).to_owned()),
            (None, Some(why)) if why.certain => proven += 1,
            (None, Some(_)) => likely += 1,
            (None, None) => unknown += 1,
        }
    }
    let counts = format!(
        "of {} leaks: {proven} with a proven mistake, {likely} with a likely one, {following} that follow from others, {} that \
         nobody awaits, {unknown} of which nothing is known; the plain ones:\n{}",
        all.len(),
        plain.len(),
        plain.join("\n")
    );
    writes(&counts);
    assert!(
        !HAS_WHY || (plain.len() + unknown) * 100 <= all.len() * (100 - TOLD),
        "{counts}"
    );
}

/// To whoever asks for it: `cargo test -p leakcheck-tests --test corpus why:: -- --nocapture`.
#[allow(clippy::print_stdout, reason = "it is what this test is for")]
fn writes(counts: &str) {
    println!("{counts}");
}

#[test]
fn each_kind_has_a_least_mistake() {
    for kind in leakcheck_report::Kind::ALL {
        let least = Finding::at_least(kind.name(), None);
        assert!(leakcheck_report::Pattern::named(least).is_some(), "{kind}");
    }
}
