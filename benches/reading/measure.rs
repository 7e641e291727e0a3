//! Reads the tasks and statics of this process again and again, and prints what that took as one line of JSON.

use std::{fs, hint::black_box, sync::OnceLock, time::Instant};

use leakcheck_introspect::{Graph, Statics, TaskList};
use tokio::{runtime::Handle, sync::mpsc};

/// What statics are read for.
static KEPT: OnceLock<mpsc::Sender<u32>> = OnceLock::new();

/// Makes that many reports of the tasks that belong to `handle`; the first, the second and the last count.
pub fn measure(handle: &Handle, reports: usize) {
    let program = fs::metadata("/proc/self/exe").expect("this program has a file");
    let memory = memory("VmRSS:");
    let mut times = Vec::new();
    let (mut tasks, mut framed) = (0, 0);
    for _ in 0..reports {
        let start = Instant::now();
        let list = TaskList::of_runtime(handle).expect("tasks can be read");
        black_box(Graph::new([&list]));
        times.push(start.elapsed().as_micros());
        assert_eq!(list.gap(), None);
        let with_frames = list.tasks().iter().filter(|task| task.root().is_some());
        (tasks, framed) = (list.tasks().len(), with_frames.count());
    }
    let [first, second, .., last] = times[..] else {
        panic!("three reports are the least");
    };
    let [first_statics, later_statics] = statics();
    println!(
        "{{\"first_us\":{first},\"second_us\":{second},\"last_us\":{last},\"tasks\":{tasks},\"framed\":{framed},\
         \"first_statics_us\":{first_statics},\"later_statics_us\":{later_statics},\"memory_kib\":{},\"program_bytes\":{}}}",
        self::memory("VmHWM:").saturating_sub(memory),
        program.len(),
    );
}

/// What the first look at the statics takes, once tasks were read, and a later one.
fn statics() -> [u128; 2] {
    KEPT.get_or_init(|| mpsc::channel(1).0);
    [(); 2].map(|()| {
        let start = Instant::now();
        let statics = Statics::read().expect("statics can be read");
        let took = start.elapsed().as_micros();
        let mut names = statics.list().iter().map(leakcheck_introspect::Static::name);
        assert!(names.any(|name| name == "KEPT"));
        took
    })
}

/// A line of what the kernel says of this process, in KiB.
fn memory(name: &str) -> u64 {
    let status = fs::read_to_string("/proc/self/status").expect("this is Linux");
    let line = status.lines().find_map(|line| line.strip_prefix(name));
    let number = line.and_then(|line| line.trim().strip_suffix("kB")?.trim().parse().ok());
    number.expect("the kernel counts memory")
}
