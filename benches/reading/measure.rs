//! Reads the tasks of this process again and again, and prints what that took as one line of JSON.

use std::{fs, hint::black_box, time::Instant};

use leakcheck_introspect::{Graph, TaskList};
use tokio::runtime::Handle;

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
    println!(
        "{{\"first_us\":{first},\"second_us\":{second},\"last_us\":{last},\"tasks\":{tasks},\"framed\":{framed},\
         \"memory_kib\":{},\"program_bytes\":{}}}",
        self::memory("VmHWM:").saturating_sub(memory),
        program.len(),
    );
}

/// A line of what the kernel says of this process, in KiB.
fn memory(name: &str) -> u64 {
    let status = fs::read_to_string("/proc/self/status").expect("this is Linux");
    let line = status.lines().find_map(|line| line.strip_prefix(name));
    let number = line.and_then(|line| line.trim().strip_suffix("kB")?.trim().parse().ok());
    number.expect("the kernel counts memory")
}
