//! Whatever is wrong with debug info or memory, reading it ends, and is at most an error: no panic, no crash, and not more
//! steps than its size allows.
//!
//! Each runs in a process of its own, which may crash, and whose last line says with what.

use std::{
    env, fs,
    io::{Write, stdout},
    path::Path,
    process::Command,
};

use super::{memory::memory, sections::sections, tasks::tasks};

/// Mutations of each small executable, and of each replaced word of a task.
const MUTATIONS: u64 = 400;
const REPLACEMENTS: u64 = 2_000;

/// Numbers that look random, and are the same in every run.
pub(crate) struct Numbers(pub(crate) u64);

impl Numbers {
    pub(crate) fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    fn below(&mut self, limit: usize) -> usize {
        usize::try_from(self.next() % limit.max(1) as u64).expect("less than a usize")
    }

    fn byte(&mut self) -> u8 {
        const TELLING: [u8; 8] = [0, 1, 0x7f, 0x80, 0xff, 4, 8, 16];
        let byte = self.next().to_le_bytes()[0];
        if byte < 128 {
            TELLING[usize::from(byte) % TELLING.len()]
        } else {
            self.next().to_le_bytes()[0]
        }
    }

    /// A few changes: of bits, of bytes, of whole stretches, or an early end.
    fn mutate(&mut self, bytes: &mut Vec<u8>) {
        for _ in 0..=self.below(8) {
            let (at, length) = (self.below(bytes.len()), self.below(64));
            match self.below(16) {
                0..8 => bytes.iter_mut().skip(at).take(1).for_each(|byte| {
                    *byte = self.byte();
                }),
                8..12 => bytes.iter_mut().skip(at).take(1).for_each(|byte| {
                    *byte ^= 1 << self.below(8);
                }),
                12..15 => {
                    let from = self.below(bytes.len());
                    let part: Vec<_> = bytes.iter().skip(from).take(length).copied().collect();
                    let place = bytes.iter_mut().skip(at).zip(part);
                    place.for_each(|(byte, other)| *byte = other);
                }
                _ if self.below(8) == 0 => bytes.truncate(at),
                _ => bytes.iter_mut().skip(at).take(length).for_each(|byte| {
                    *byte = self.byte();
                }),
            }
        }
    }
}

/// The small inputs that are kept.
fn seeds(folder: &str) -> Vec<(String, Vec<u8>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../fuzz/seeds")
        .join(folder);
    let entries = fs::read_dir(folder).expect("the seeds are there");
    let mut seeds: Vec<_> = entries
        .map(|entry| {
            let path = entry.expect("seeds are readable").path();
            let name = path
                .file_name()
                .expect("files have names")
                .to_string_lossy()
                .into_owned();
            (name, fs::read(path).expect("seeds are readable"))
        })
        .collect();
    seeds.sort_unstable();
    seeds
}

/// Says what comes now, in case that it is the last.
fn say(what: &str) {
    writeln!(stdout().lock(), "{what}").expect("somebody reads it");
}

/// Runs an ignored test of this file again.
fn run(test: &str) {
    let (_, module) = module_path!().split_once("::").expect("it is not the root");
    let output = Command::new(env::current_exe().expect("it has a path"))
        .args([
            "--exact",
            "--ignored",
            "--nocapture",
            &format!("{module}::{test}"),
        ])
        .env("RUST_TEST_THREADS", "1")
        .output()
        .expect("this program runs");
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    let last: Vec<_> = said.lines().rev().take(6).collect();
    let error = String::from_utf8_lossy(&output.stderr);
    assert!(
        output.status.success(),
        "{:?} after {last:#?}\n{error}",
        output.status
    );
    assert!(said.contains("1 passed"), "{said}");
}

#[test]
fn hostile_debug_info_is_at_most_an_error() {
    run("sections_here");
}

#[test]
fn hostile_memory_is_at_most_not_readable() {
    run("memory_here");
}

#[test]
#[ignore = "runs in a process of its own"]
fn sections_here() {
    let mut is_read = 0;
    let mut most = (0, String::new());
    for (name, seed) in seeds("sections") {
        let whole = sections(&seed);
        say(&format!("{name}: {whole:?}"));
        let is_full = !["endless", "lines-only", "skeleton"].contains(&&*name);
        assert!(whole.units > 0, "{name} has no units");
        assert_eq!(whole.coroutines > 0, is_full, "{name}: {whole:?}");
        assert_eq!(whole.vtables > 0, is_full, "{name}: {whole:?}");
        assert_eq!(whole.symbols > 0, is_full, "{name}: {whole:?}");
        assert!(whole.calls >= whole.functions, "{name}: {whole:?}");
        let mut numbers = Numbers(0x9e37_79b9_7f4a_7c15);
        for number in 0..MUTATIONS {
            let mut mutated = seed.clone();
            numbers.mutate(&mut mutated);
            let label = format!("{name}, mutation {number}");
            say(&label);
            let found = sections(&mutated);
            is_read += u64::from(found.units > 0);
            most = most.max((found.steps / mutated.len().max(1) as u64, label));
        }
    }
    say(&format!(
        "{is_read} could be read, at most {most:?} steps per byte"
    ));
    assert!(is_read > MUTATIONS, "nearly all were refused at once");
}

#[test]
#[ignore = "runs in a process of its own"]
fn memory_here() {
    let list = tasks().expect("tests have debug info");
    let (mut differ, mut most) = (0, (0, String::new()));
    for task in 0..list.tasks().len() {
        let mut numbers = Numbers(0x2545_f491_4f6c_dd1d);
        let task = u8::try_from(task).expect("they are few");
        let whole = memory(&list, &[task, 0]).expect("it is a task");
        say(&format!(
            "{}: {whole:?}",
            list.tasks()[usize::from(task)].future()
        ));
        assert!(
            whole.frames > 0 && whole.waits > 0,
            "a copy reads as the task itself"
        );
        for number in 0..REPLACEMENTS {
            let mut bytes = vec![task, numbers.next().to_le_bytes()[0] % 12];
            bytes.extend((0..200).map(|_| numbers.byte()));
            let label = format!("task {task}, mutation {number}");
            say(&label);
            let read = memory(&list, &bytes).expect("it is a task");
            differ += u64::from((read.frames, read.waits) != (whole.frames, whole.waits));
            most = most.max((read.steps, label));
        }
    }
    for (name, seed) in seeds("memory") {
        say(&name);
        memory(&list, &seed).expect("it is a task");
    }
    say(&format!("{differ} read otherwise, at most {most:?} steps"));
    assert!(
        differ > REPLACEMENTS / 4,
        "nearly all were read as if nothing was replaced"
    );
}
