//! Tasks whose memory is overwritten.

#![no_main]

use std::sync::OnceLock;

use leakcheck_introspect::{
    TaskList,
    fuzzing::{memory, tasks},
};

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    static TASKS: OnceLock<TaskList> = OnceLock::new();
    let list = TASKS.get_or_init(|| {
        let list = tasks().expect("this program has debug info");
        for task in list.tasks() {
            println!("{}: {} frames", task.future(), task.chain().len());
        }
        list
    });
    memory(list, bytes).expect("it is one of the tasks");
});
