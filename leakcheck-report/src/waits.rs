//! What things wait for, and who holds it.

use crate::{place::Frame, record::record};

record! {
    /// Something that would wake a task or thread.
    Awaited {
        /// What it is, in words: `a message; 1 sender is alive`.
        always what: String,
        /// What it is, in one word.
        always(default) event: String,
        /// Who could make it happen.
        always(default) held_by: Vec<Holder>,
        /// How many more hold it.
        if_any(default) unlisted: usize,
        /// What is counted to be alive of that, and was not found.
        if_any(default) missing: Option<Missing>,
        /// Blocking tasks whose end it is.
        if_any(default) tasks: Vec<u64>,
        /// Whether it was proven that none of all this can happen; said once.
        if_any(default) never: Option<bool>,
        /// Whether all of it must happen, as in `join!`, and not one of it.
        if_any(default) all: Option<bool>,
        /// What else would wake it, or what else must happen.
        if_any(default) or: Vec<Awaited>,
    }
}

record! {
    /// Ends that are alive, as is counted, and that nothing which was searched leads to: tasks, the test's body, statics.
    Missing {
        /// How many.
        always(default) ends: u64,
        /// Whether all that was searched was read to its end.
        always(default) whole: bool,
        /// Threads of the test, whose stacks were not searched.
        always(default) threads: usize,
    }
}

record! {
    /// A handle of a task inside what the task itself owns.
    OwnHandle {
        /// `join` or `abort`.
        always(default) kind: String,
        /// The variable of the task that leads to it.
        always(default) local: String,
        /// The fields between.
        always(default) path: String,
        /// Whether the task has it for sure.
        always(default) certain: bool,
        /// Whether nobody else owns anything on the way.
        always(default) proven: bool,
        /// Where the function waits that has this variable.
        flat(flatten) at: Option<Frame>,
    }
}

record! {
    /// Who could wake a task, and where the function waits whose variable holds the other end, or where the static is declared.
    Holder {
        /// `task`, `body`, `static`, `thread-local`, `thread`, or `itself` for the waiting task.
        always(default) kind: String,
        /// Its id; 0 for what is no task.
        always(default) task: u64,
        /// The path of its future, or the name of the static or thread.
        always(default) name: String,
        /// Whether it is the waiting task.
        always(default) itself: bool,
        /// Whether it is no task but the test's body.
        if_any(default) body: bool,
        /// Whether it holds it for sure.
        always(default) certain: bool,
        /// The variable that holds the other end; of a static the path inside it.
        always(default) local: Option<String>,
        /// Further ones that hold it.
        if_any(default) also: Vec<String>,
        /// Where that function waits, or that static is declared.
        flat(flatten) at: Option<Frame>,
    }
}

record! {
    /// A descriptor and who keeps it open.
    Kept {
        /// What only this one is.
        always(default) details: Vec<String>,
        /// Who has it.
        always(default) by: Vec<Keeper>,
    }
}

record! {
    /// Somebody who keeps a descriptor open.
    Keeper {
        /// `task`, `body`, `thread` or `blocking_task`.
        always kind: String,
        /// Id of a task.
        if_any(default) task: Option<u64>,
        /// Of the thread, or the path of the task's future.
        always(default) name: Option<String>,
        /// The variables that hold it.
        if_any(default) locals: Vec<String>,
        /// Whether it has it for sure.
        always(default) certain: bool,
        /// The call on it in which it is blocked.
        if_any(default) call: Option<String>,
    }
}
