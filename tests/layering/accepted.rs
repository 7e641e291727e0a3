//! Inputs that must not be refused.

use crate::{
    circles, complaints,
    graph::Graph,
    lists::{LIBRARY, READER},
    sources::{Part, Sources},
};

#[track_caller]
fn assert_accepted(path: &str, text: &str) {
    let sources = Sources::with(&LIBRARY, path, text);
    assert_eq!(complaints(&LIBRARY, &sources), [""; 0], "{text}");
}

#[test]
fn modules_that_use_what_is_below_them() {
    let groups =
        "use crate::{settings::{Env, Format}, base};\nuse crate::check::look; fn look() {}";
    assert_accepted("check/mod.rs", groups);
    assert_accepted("sys/linux/a.rs", "use super::super::{b, super::base};");
    assert_accepted("lib.rs", "pub use crate::run;");
}

#[test]
fn steps_that_use_earlier_ones() {
    let steps = [
        ("lib.rs", "mod read; pub struct Task;"),
        (
            "read/mod.rs",
            "mod dwarf; mod memory; mod sets; pub use sets::S;",
        ),
        ("read/dwarf.rs", "use super::{S, memory::M}; pub struct D;"),
        ("read/memory.rs", "use crate::Task; pub struct M;"),
        ("read/sets.rs", "use crate::read::dwarf::D; pub struct S;"),
    ];
    let complaints = READER.complaints(&Sources::made_up(&steps));
    assert_eq!(Vec::from_iter(complaints), [""; 0]);
}

#[test]
fn words_that_name_nothing() {
    let comments = "// use crate::check;\n/// [x](crate::check)\nconst A: &str = \"crate::check\";";
    assert_accepted("base/mod.rs", comments);
    let raw = "const A: &str = r#\"\"crate::check\"#; const B: char = '\"'; // unsafe";
    assert_accepted("base/mod.rs", raw);
    let lifetimes = "fn f<'a>(_: &'a str) -> &'a str { \"\\\" eprintln!\" }";
    assert_accepted("base/mod.rs", lifetimes);
    let expanded = "macro_rules! m { () => { $crate::check::f() } }";
    assert_accepted("base/mod.rs", expanded);
    let other_crates = "use ::check::C; fn f() { quote!(#check::D, ::check::E, x.check::<F>()) }";
    assert_accepted("base/mod.rs", other_crates);
    assert_accepted("sys/mod.rs", "pub(in crate::sys) fn f() {}");
}

#[test]
fn habits_that_are_good() {
    assert_accepted("sys/linux/event.rs", "fn f() { unsafe { f() } }");
    let prints = "#![deny(unsafe_code)] fn f() { eprintln!(\"{}\", 1) }";
    assert_accepted("report/output.rs", prints);
    assert_accepted("run.rs", "fn print() { let unsafe_code = print(); }");
}

#[track_caller]
fn assert_no_circle(files: &[(&str, &str)]) {
    let graph = Graph::of(&Sources::made_up(files), Part::Program);
    assert_eq!(circles::complaints(&graph, &[]), [""; 0]);
    assert_eq!(graph.complaints, [""; 0]);
}

#[test]
fn files_that_only_declare_and_hand_on() {
    let room = [
        ("lib.rs", "mod a; pub use a::{Room, Wall};"),
        (
            "a/mod.rs",
            "mod room; mod wall; pub use {room::Room, wall::Wall};",
        ),
        ("a/room.rs", "use super::Wall; pub struct Room(Wall);"),
        ("a/wall.rs", "pub struct Wall;"),
    ];
    assert_no_circle(&room);
    let of_the_same_name = [
        ("lib.rs", "mod run; pub use find::find; mod memory;"),
        ("run.rs", "pub fn find() { crate::memory::memory() }"),
        ("memory/mod.rs", "mod memory; pub use self::memory::memory;"),
        ("memory/memory.rs", "pub fn memory() {}"),
    ];
    assert_no_circle(&of_the_same_name);
    let of_another_crate = [
        ("lib.rs", "mod sync; mod a;"),
        (
            "sync.rs",
            "pub use std::sync::{Mutex, atomic::*}; pub use Mutex as Lock; use crate::a::A;",
        ),
        (
            "a.rs",
            "use crate::sync::{AtomicU8, Lock, Mutex}; pub struct A;",
        ),
    ];
    assert_no_circle(&of_another_crate);
}

#[test]
fn files_that_know_of_each_other_in_tests() {
    let tests = [
        ("lib.rs", "mod a; mod b; #[cfg(all(test, not(miri)))] mod tests;"),
        ("a.rs", "use crate::b::B; pub struct A;"),
        (
            "b.rs",
            "pub struct B; #[cfg(test)] mod tests { use crate::a::A; } #[test] fn t() { crate::a::A; }
             impl B { #[cfg(test)] fn t() { crate::a::A; } }",
        ),
        ("tests.rs", "use super::*; fn f() { a::A; nowhere::f() }"),
    ];
    assert_no_circle(&tests);
    let not_in_tests = "pub struct B; #[cfg(any(test, unix))] fn f() { crate::a::A; }";
    let both = [
        ("lib.rs", "mod a; mod b;"),
        ("a.rs", "use crate::b::B; pub struct A;"),
        ("b.rs", not_in_tests),
    ];
    let graph = Graph::of(&Sources::made_up(&both), Part::Program);
    assert_eq!(graph.circles().len(), 1);
}

#[test]
fn names_that_are_no_paths() {
    let locals = [
        ("lib.rs", "mod a; mod b;"),
        ("a.rs", "use crate::b; pub fn f(x: b::B) {}"),
        (
            "b.rs",
            "pub struct B; fn g(a: B) { a.f(); struct f; let f = f; std::mem::drop(f) } fn h<T: Tr>() { T::f() }",
        ),
    ];
    assert_no_circle(&locals);
}
