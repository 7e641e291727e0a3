//! Inputs that must be refused.

use crate::{
    circles, complaints,
    graph::Graph,
    habits::LONGEST,
    lists::{LIBRARY, READER},
    sources::{Part, Sources},
};

#[track_caller]
fn assert_refused(path: &str, text: &str, complaint: &str) {
    let complaints = complaints(&LIBRARY, &Sources::with(&LIBRARY, path, text));
    assert_eq!(complaints, [format!("{path}: {complaint}")], "{text}");
}

#[track_caller]
fn assert_not_above(path: &str, text: &str, module: &str, used: &str) {
    assert_refused(path, text, &format!("`{module}` is not above `{used}`"));
}

#[test]
fn modules_that_use_what_is_above_them() {
    assert_not_above("base/leak.rs", "use crate::check::Check;", "base", "check");
    let group = "use crate::{base, settings::{Step, run}};";
    assert_not_above("observe.rs", group, "observe", "settings");
    let expression = "fn f() { crate::api::g() }";
    assert_not_above("run.rs", expression, "run", "api");
    assert_not_above("run.rs", "fn f(_: &crate::api::G) {}", "run", "api");
    let pattern = "fn f(x: X) { if let crate::api::G { .. } = x {} }";
    assert_not_above("run.rs", pattern, "run", "api");
    let in_macro = "fn f() { assert!(crate::api::g::<u8>()) }";
    assert_not_above("run.rs", in_macro, "run", "api");
    let used_in_macro = "macro_rules! m { () => { use crate::{api::G, base} } }";
    assert_not_above("run.rs", used_in_macro, "run", "api");
    let in_block = "fn f() { use crate::api; api::g() }";
    assert_not_above("run.rs", in_block, "run", "api");
    assert_not_above("run.rs", "use crate::api::*;", "run", "api");
    assert_not_above("new.rs", "use crate::base;", "new", "base");
}

#[test]
fn modules_that_climb_to_what_is_above_them() {
    let by_super = "use super::super::super::check;";
    assert_not_above("sys/linux/a.rs", by_super, "sys", "check");
    let from_inside = "mod inner { use super::super::check; }";
    assert_not_above("sys.rs", from_inside, "sys", "check");
    let by_name = "use super::super::super as root; fn f() { root::check::look() }";
    assert_not_above("sys/linux/a.rs", by_name, "sys", "check");
    let in_tests = "#[cfg(test)] mod tests { use crate::check::Check; }";
    assert_not_above("sys/linux/a.rs", in_tests, "sys", "check");
}

#[test]
fn steps_that_use_later_ones() {
    for step in [
        "use super::dwarf::D;",
        "use crate::read::dwarf;",
        "use super::D;",
        "fn f() { super::super::read::D }",
    ] {
        let steps = [
            ("lib.rs", "mod read;"),
            ("read/mod.rs", "mod dwarf; mod memory; use dwarf::D;"),
            ("read/dwarf.rs", "pub struct D;"),
            ("read/memory.rs", step),
        ];
        let complaints = READER.complaints(&Sources::made_up(&steps));
        let told = "read/memory.rs: `memory` is not above `dwarf`";
        assert_eq!(Vec::from_iter(complaints), [told], "{step}");
    }
}

#[test]
fn names_that_lead_nowhere() {
    let nowhere = "no `nowhere` is found for `crate::nowhere`";
    assert_refused("run.rs", "use crate::{nowhere, base};", nowhere);
    let lost = "`mod lost` has no file";
    assert_refused("run.rs", "mod lost;", lost);
    let through_root = "`Leak` is named through the root, which is for users";
    let files = [
        ("lib.rs", "mod run; mod base; pub use base::Leak;"),
        ("run.rs", "use crate::Leak;"),
        ("base.rs", "pub struct Leak;"),
    ];
    let complaints = LIBRARY.complaints(&Sources::made_up(&files));
    assert_eq!(
        Vec::from_iter(complaints),
        [format!("run.rs: {through_root}")]
    );
}

#[test]
fn bad_habits() {
    let outside = "`unsafe` outside of `sys`";
    assert_refused("run.rs", "fn f() { unsafe { f() } }", outside);
    assert_refused("run.rs", "m! { unsafe }", outside);
    let prints = "prints, which is for `output.rs` to do";
    assert_refused("run.rs", "fn f() { eprintln!(\"text\") }", prints);
    assert_refused(
        "run.rs",
        "macro_rules! m { () => { std::print!() } }",
        prints,
    );
    let long = "\n".repeat(LONGEST + 1);
    assert_refused("run.rs", &long, "more than 500 lines");
    assert_refused("check/utils.rs", "", "`utils` names nothing");
}

#[track_caller]
fn assert_circle(files: &[(&str, &str)], told: &str) {
    let graph = Graph::of(&Sources::made_up(files), Part::Program);
    assert_eq!(circles::complaints(&graph, &[]), [told]);
}

#[test]
fn files_that_name_each_other() {
    let told = "circle of a.rs, b.rs\n  a.rs -> b.rs: B\n  b.rs -> a.rs: A, f";
    let (root, b) = ("mod a; mod b;", "use crate::a::{A, f}; pub struct B;");
    for a in [
        "use crate::b::B; pub struct A; fn f() {}",
        "pub struct A; fn f() { super::b::B; }",
        "use crate::b as other; pub struct A(other::B); fn f() {}",
        "use super::b::*; pub struct A; fn f() -> B {}",
        "pub struct A; fn f() { use super::b; vec![b::B]; }",
        "pub struct A; fn f() { assert!(crate::b::B.is()) }",
        "pub struct A; fn f() { m!(self::super::b::B = 1) }",
    ] {
        assert_circle(&[("lib.rs", root), ("a.rs", a), ("b.rs", b)], told);
    }
}

#[test]
fn files_that_name_each_other_through_others() {
    let through_three = [
        ("main.rs", "mod a; mod b; mod c;"),
        ("a.rs", "use crate::b::B; pub struct A;"),
        ("b.rs", "use crate::c::C; pub struct B;"),
        ("c.rs", "use crate::a::A; pub struct C;"),
    ];
    let told =
        "circle of a.rs, b.rs, c.rs\n  a.rs -> b.rs: B\n  b.rs -> c.rs: C\n  c.rs -> a.rs: A";
    assert_circle(&through_three, told);
    let re_exported = [
        ("lib.rs", "mod room; mod a;"),
        ("a.rs", "use crate::room::Renamed; pub struct A;"),
        ("room/mod.rs", "mod b; pub(crate) use b::{B as Renamed};"),
        ("room/b.rs", "use crate::a::A; pub struct B;"),
    ];
    let told = "circle of a.rs, room/b.rs\n  a.rs -> room/b.rs: B\n  room/b.rs -> a.rs: A";
    assert_circle(&re_exported, told);
    let by_globs = [
        ("lib.rs", "mod room; mod a;"),
        ("a.rs", "use crate::room::*; pub struct A(B);"),
        ("room.rs", "mod b; pub use b::*;"),
        ("room/b.rs", "use crate::a::A; pub struct B;"),
    ];
    assert_circle(&by_globs, told);
}

#[test]
fn a_file_and_what_is_below_it() {
    let parent = [
        ("lib.rs", "mod a;"),
        ("a.rs", "mod b; pub struct A; fn f() { b::g() }"),
        ("a/b.rs", "pub(super) fn g() { super::A; }"),
    ];
    let told = "circle of a/b.rs, a.rs\n  a/b.rs -> a.rs: A\n  a.rs -> a/b.rs: g";
    assert_circle(&parent, told);
    let made_by_macro = [
        ("lib.rs", "mod a; mod b;"),
        ("a.rs", "make! { A } use crate::b::B;"),
        ("b.rs", "use crate::a::A; pub struct B;"),
    ];
    let told = "circle of a.rs, b.rs\n  a.rs -> b.rs: B\n  b.rs -> a.rs: A";
    assert_circle(&made_by_macro, told);
    let macro_itself = [
        ("lib.rs", "#[macro_use] mod a; mod b;"),
        ("a.rs", "macro_rules! make { () => {} } use crate::b::B;"),
        ("b.rs", "pub struct B; fn f() { make!() }"),
    ];
    let told = "circle of a.rs, b.rs\n  a.rs -> b.rs: B\n  b.rs -> a.rs: make";
    assert_circle(&macro_itself, told);
}

#[test]
fn either_twin() {
    let twins =
        "#[cfg(unix)] #[path = \"linux/mod.rs\"] mod imp; #[cfg(not(unix))] mod imp; mod a;";
    let one = [
        ("lib.rs", twins),
        ("a.rs", "pub struct A; fn f() { crate::imp::f() }"),
        ("linux/mod.rs", "mod deep; pub use deep::f;"),
        ("linux/deep.rs", "pub fn f() {}"),
        ("imp.rs", "use crate::a::A; pub fn f() {}"),
    ];
    let told = "circle of a.rs, imp.rs\n  a.rs -> imp.rs: f\n  imp.rs -> a.rs: A";
    assert_circle(&one, told);
    let other = [
        ("lib.rs", twins),
        ("a.rs", "pub struct A; fn f() { crate::imp::f() }"),
        ("linux/mod.rs", "mod deep; pub use deep::f;"),
        ("linux/deep.rs", "use crate::a::A; pub fn f() {}"),
        ("imp.rs", "pub fn f() {}"),
    ];
    let told =
        "circle of a.rs, linux/deep.rs\n  a.rs -> linux/deep.rs: f\n  linux/deep.rs -> a.rs: A";
    assert_circle(&other, told);
}

#[test]
fn a_known_circle_that_is_none() {
    let files = [
        ("lib.rs", "mod a; mod b;"),
        ("a.rs", "use crate::b::B; pub struct A;"),
        ("b.rs", "use crate::a::A; pub struct B;"),
    ];
    let graph = Graph::of(&Sources::made_up(&files), Part::Program);
    assert_eq!(circles::complaints(&graph, &[&["a.rs", "b.rs"]]), [""; 0]);
    let known: [&[&str]; 2] = [&["a.rs", "b.rs"], &["a.rs", "c.rs"]];
    assert_eq!(
        circles::complaints(&graph, &known),
        ["no circle any more: a.rs, c.rs"]
    );
    let too_large: [&[&str]; 1] = [&["a.rs", "b.rs", "c.rs"]];
    assert_eq!(circles::complaints(&graph, &too_large).len(), 2);
}
