//! Some linkers and code generators leave out `.debug_aranges`, or have it for some units only.

use std::{
    env, fs,
    ops::Range,
    path::{Path, PathBuf},
    process::{self, Command},
    sync::Mutex,
};

/// A number that takes `size` bytes.
fn number(bytes: &[u8], at: usize, size: usize) -> usize {
    let mut word = [0; 8];
    word[..size].copy_from_slice(&bytes[at..at + size]);
    usize::from_le_bytes(word)
}

/// Where an executable has the header of `.debug_aranges`, and what it has in it.
fn section(program: &[u8]) -> (usize, Range<usize>) {
    let number = |at, size| number(program, at, size);
    let (headers, each, count, names) =
        (number(40, 8), number(58, 2), number(60, 2), number(62, 2));
    let texts = number(headers + names * each + 24, 8);
    let headers = (0..count).map(|section| headers + section * each);
    let mut found = headers.filter(|header| {
        let name = &program[texts + number(*header, 4)..];
        name.starts_with(b".debug_aranges\0")
    });
    let header = found.next().expect("the compiler writes that section");
    let start = number(header + 24, 8);
    (header, start..start + number(header + 32, 8))
}

/// Leaves out the section.
fn leave_out(program: &mut [u8]) {
    let (header, section) = section(program);
    assert!(!section.is_empty(), "the compiler writes that section");
    // Neither compressed nor of any size.
    program[header + 8..header + 16].fill(0);
    program[header + 32..header + 40].fill(0);
}

/// Leaves out the sets of every other unit, from that one on.
fn leave_out_some(program: &mut [u8], first: usize) {
    const COMPRESSED: usize = 1 << 11;
    let (header, section) = section(program);
    if number(program, header + 8, 8) & COMPRESSED != 0 {
        // Sets are not to be told apart.
        return;
    }
    let (mut at, mut sets) = (section.start, 0);
    while at < section.end {
        if sets % 2 == first {
            // A version that is not known.
            program[at + 4..at + 6].fill(0);
        }
        at += 4 + number(program, at, 4);
        sets += 1;
    }
    assert!(sets > 10, "there are many units");
}

/// Runs a test of this program in a copy that was changed.
fn run(test: &str, name: &str, change: impl Fn(&mut [u8])) {
    // A program that another thread's child still has open for writing cannot be run.
    static ONE: Mutex<()> = Mutex::new(());
    let _one = ONE.lock();
    let own = env::current_exe().expect("it has a path");
    let mut program = fs::read(&own).expect("a program is readable");
    change(&mut program);
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let copy = folder.join(format!("{name}-{}", process::id()));
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
    run("on_one_thread", "none", leave_out);
}

#[test]
fn with_some_of_it_all_shapes_read_as_written() {
    for (name, first) in [("some", 0), ("others", 1)] {
        run("on_one_thread", name, |program| {
            leave_out_some(program, first);
        });
    }
}
