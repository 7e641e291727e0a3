//! What there is to do, as a choice; `render` has the words.

/// What to do about a finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Advice {
    /// Keep the handle of a task, whose panic nobody has seen.
    SeePanics,
    /// Close what a dependency made, or use another release.
    CloseDependency {
        /// The package, with its version.
        package: Option<String>,
        made: Made,
        when: When,
    },
    /// Move code that blocks out of a task.
    StopBlocking,
    /// Drive what nobody drives.
    DriveTask,
    /// Drop the sender that a task keeps itself.
    DropOwnSender,
    /// End a task.
    EndTask,
    /// End a blocking closure.
    EndClosure,
    /// Stop and join a thread.
    JoinThread,
    /// Delete a POSIX timer.
    DeleteTimer,
    /// Drop a timer of tokio.
    DropTimer,
    /// Wait for a process that has ended.
    ReapProcess,
    /// End a process and wait for it.
    EndProcess,
    /// Close a descriptor.
    Close(Closing),
    /// Drop a runtime.
    DropRuntime,
    /// Drop what a registration stands for.
    DropRegistration,
}

/// What a dependency did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Made {
    Opened,
    Started,
}

/// When a dependency did it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum When {
    /// Inside a call of the user's.
    InsideCall,
    /// On its own.
    InBackground,
}

/// When a descriptor closes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Closing {
    /// Once a call on it returns.
    AfterCall,
    /// Not all that keep it are known.
    OwnerUnknown,
    /// With the one task that holds it, or all of them.
    WithTask { is_shared: bool },
    /// When all tasks that hold the one descriptor end.
    WithTasks { is_shared: bool },
    /// Several descriptors of one task.
    AllWithTask,
    /// Several descriptors of several tasks.
    EachWithTasks { is_shared: bool },
}

/// What to do about a body that does not end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum HangAdvice {
    /// Move code that blocks out of a task.
    StopBlocking,
    /// It ended, too late.
    DoLess,
    /// End one of the waits that can never end.
    BreakDeadlock,
    /// The same of a body that ran into its limit.
    EndForeverWait,
    /// Make what it waits for happen.
    MakeItHappen,
    /// Bound the waits of synchronous code.
    BoundSynchronous,
}
