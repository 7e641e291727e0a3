//! Some linkers and code generators leave out `.debug_aranges`, or have it for some units only.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::Command,
};

/// The place of the size of `.debug_aranges` in an executable, and that size.
fn size_of_section(program: &[u8]) -> (usize, usize) {
    let number = |at: usize, size: usize| {
        let mut word = [0; 8];
        word[..size].copy_from_slice(&program[at..at + size]);
        usize::from_le_bytes(word)
    };
    let (headers, each, count, names) =
        (number(40, 8), number(58, 2), number(60, 2), number(62, 2));
    let texts = number(headers + names * each + 24, 8);
    let headers = (0..count).map(|section| headers + section * each);
    let mut found = headers.filter(|header| {
        let name = &program[texts + number(*header, 4)..];
        name.starts_with(b".debug_aranges\0")
    });
    let header = found.next().expect("the compiler writes that section");
    (header + 32, number(header + 32, 8))
}

/// Runs a test of this program in a copy whose section is cut off there.
fn run(test: &str, keep: impl Fn(usize) -> usize) {
    let own = env::current_exe().expect("it has a path");
    let mut program = fs::read(&own).expect("a program is readable");
    let (place, size) = size_of_section(&program);
    assert!(size > 0, "the compiler writes that section");
    program[place..place + 8].copy_from_slice(&keep(size).to_le_bytes());
    let copy = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!(
        "shapes-{}-{}",
        std::process::id(),
        keep(size)
    ));
    fs::copy(&own, &copy).expect("there is room, and it stays executable");
    fs::write(&copy, &program).expect("there is room");
    // Where debug info is split off, a package has to be beside the program.
    let beside = |program: &Path| {
        let mut path = program.as_os_str().to_owned();
        path.push(".dwp");
        PathBuf::from(path)
    };
    let package = fs::hard_link(beside(&own), beside(&copy)).is_ok();
    let output = Command::new(&copy)
        .args(["--exact", test])
        .output()
        .expect("it runs");
    fs::remove_file(&copy).expect("it was just made");
    if package {
        fs::remove_file(beside(&copy)).expect("it was just made");
    }
    let said = String::from_utf8_lossy(&output.stdout);
    let error = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}\n{error}");
    assert!(said.contains("1 passed"), "{said}");
}

#[test]
fn without_it_all_shapes_read_as_written() {
    run("on_one_thread", |_| 0);
}

#[test]
fn with_half_of_it_all_shapes_read_as_written() {
    run("on_one_thread", |size| size / 2);
}
