//! Rules that accept what has nothing to do with each other are told at the end of a run.

use crate::{
    copy::Copy,
    ended::{Ended, alone},
};

const BROAD: &str = "\
# A comment.
[[ignore]]
created_by = \"*\"
reason = \"whatever it is\"
";

const TOLD: [&str; 4] = [
    "leakcheck.toml:2: created_by = \"*\" accepts everything, here things of 3 functions in 1 module",
    "sample::start, src/lib.rs:10, in 3 tests",
    "narrower: created_by = \"sample::serve\"",
    "narrower: created_by = \"sample::start\"",
];

#[test]
#[ignore = "builds a workspace; `.ci/run tool`"]
fn over_broad_rules_are_told() {
    let _alone = alone();
    let copy = Copy::new();
    copy.write("leakcheck.toml", BROAD);
    let told = "1 over-broad rule: it accepts things that have nothing to do with each other, and so new leaks as well; name \
                what is meant, or say with `at_most` how many a test may leave";
    let ended = Ended::of(copy.leakcheck(&["--lib", "--tests"]));
    ended.expect(0, &TOLD);
    ended.expect(0, &[told]);
    let denied = told.replace(" rule:", " rule, failing the run:");
    let ended = Ended::of(copy.leakcheck(&["--tests", "--deny-unused-rules"]));
    ended.expect(10, &TOLD);
    ended.expect(10, &[&denied]);

    let bounded = BROAD.to_owned() + "at_most = 3\n";
    copy.write("leakcheck.toml", &bounded);
    let ended = Ended::of(copy.leakcheck(&["--tests"]));
    assert_eq!(ended.code, Some(0), "{}", ended.all());
    assert!(!ended.stdout.contains("over-broad"), "{}", ended.all());
    // What is stored cannot tell: the rules may be others by now.
    let ended = Ended::of(copy.leakcheck(&["report"]));
    assert!(!ended.stdout.contains("over-broad"), "{}", ended.all());
}
