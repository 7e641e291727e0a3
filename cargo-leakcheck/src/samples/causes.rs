//! Findings of a cause, with all that a report has on them.

use leakcheck_report::{
    Awaited, Follows, Frame, Holder, Keeper, Kept, Leak, Missing, OwnHandle, Pattern, Report, Why,
};

use super::{printed, sources::line};

pub(super) const MODULES: [&str; 6] = ["pool", "session", "lookup", "upload", "billing", "events"];
pub(super) const VERBS: [&str; 7] = [
    "reconnects",
    "drains",
    "retries",
    "shares",
    "times_out",
    "resumes",
    "cancels",
];

/// What the test with this number leaves by the cause with this number, causes first.
pub(super) fn leaks(cause: usize, test: u64, report: &Report) -> Vec<Leak> {
    let package = report.package.clone().unwrap_or_default();
    let at = At {
        package: package.clone(),
        cause,
        test: Frame {
            file: Some(report.location.file.clone()),
            line: Some(report.location.line),
            column: Some(5),
            function: report.test.clone(),
        },
        number: test,
    };
    let leaks = match cause % 9 {
        0 => own_sender(&at),
        1 => lock_across_await(&at),
        2 => deadlock(&at),
        3 => vec![periodic(&at)],
        4 => vec![kept_by_static(&at)],
        5 => thread(&at),
        6 => vec![owner_cycle(&at)],
        7 => vec![child(&at)],
        _ => vec![forgotten(&at)],
    };
    leaks
        .into_iter()
        .map(|leak| printed(leak, &package))
        .collect()
}

struct At {
    package: String,
    cause: usize,
    test: Frame,
    number: u64,
}

impl At {
    fn module(&self) -> String {
        let module = MODULES[self.cause % MODULES.len()];
        format!("{}::client::{module}", self.package)
    }

    /// A line of the module's file. Causes beyond the first few are in functions of their own.
    fn line(&self, mark: &str, function: &str) -> Frame {
        let of = match self.cause / 36 {
            0 => String::new(),
            number => format!("::shard_{number:03}"),
        };
        Frame {
            file: Some(format!(
                "src/client/{}.rs",
                MODULES[self.cause % MODULES.len()]
            )),
            line: Some(line(mark)),
            column: Some(9),
            function: format!("{}{of}::{function}", self.module()),
        }
    }

    fn task(&self, number: u64) -> u64 {
        self.number * 10 + number
    }

    /// The way back to the test.
    fn callers(&self) -> Vec<Frame> {
        vec![
            Frame {
                column: Some(17),
                ..self.line("DIAL", "Pool::connect")
            },
            self.line("REAP", "Client::start"),
            self.test.clone(),
            Frame {
                file: Some("tokio-1.54.1/src/runtime/park.rs".to_owned()),
                line: Some(284),
                column: None,
                function: "tokio::runtime::park::CachedParkThread::block_on".to_owned(),
            },
            Frame {
                function: "core::ops::function::FnOnce::call_once".to_owned(),
                ..Frame::default()
            },
        ]
    }

    fn left(&self, kind: &str, made: Frame) -> Leak {
        Leak {
            kind: kind.to_owned(),
            count: 1,
            accept: Some(format!("ignore_created_by(\"{}\")", made.function)),
            created_at: Some(made),
            created_by: self.callers(),
            age_ms: Some(612 + self.number % 900),
            ..Leak::default()
        }
    }

    fn task_at(&self, number: u64, made: &str, waits: &str, function: &str) -> Leak {
        let at = self.line(waits, function);
        Leak {
            name: Some(at.function.clone()),
            tasks: vec![self.task(number)],
            waits_at: vec![inside(waits), at.clone()],
            waits_in: Some(at),
            state: Some("idle".to_owned()),
            polls: Some(3),
            ..self.left("task", self.line(made, function))
        }
    }

    fn holder(&self, number: u64, local: &str) -> Holder {
        Holder {
            kind: "task".to_owned(),
            task: self.task(number),
            name: format!("{}::Pool::take", self.module()),
            certain: true,
            local: Some(local.to_owned()),
            at: Some(self.line("NOTIFIED", "Pool::take")),
            ..Holder::default()
        }
    }

    fn socket(&self, number: u64, keeper: u64) -> Leak {
        let detail = format!(
            "fd {}, 127.0.0.1:{}",
            6 + number,
            40_000 + self.number % 20_000
        );
        Leak {
            name: Some(
                if number == 1 {
                    "TCP socket"
                } else {
                    "UDP socket"
                }
                .to_owned(),
            ),
            details: vec![detail.clone()],
            held: vec![Kept {
                details: vec![detail],
                by: vec![Keeper {
                    kind: "task".to_owned(),
                    task: Some(self.task(keeper)),
                    name: Some(format!("{}::keep_alive", self.module())),
                    locals: vec!["stream".to_owned()],
                    certain: true,
                    call: None,
                }],
            }],
            created_through: vec![Frame {
                file: Some("tokio-1.54.1/src/net/tcp/stream.rs".to_owned()),
                line: Some(115),
                column: Some(32),
                function: "tokio::net::TcpStream::connect".to_owned(),
            }],
            ..follows(
                self.left("fd", self.line("DIAL", "Pool::connect")),
                0,
                &format!("closes when task {} ends", self.task(keeper)),
            )
        }
    }
}

/// The function of tokio's that is awaited there.
fn inside(mark: &str) -> Frame {
    let (file, line, function) = match mark {
        "RECV" => ("mpsc/bounded.rs", 245, "mpsc::Receiver::recv"),
        "SEND" => ("mpsc/bounded.rs", 514, "mpsc::Sender::send"),
        "LOCK" => ("mutex.rs", 445, "Mutex::lock"),
        "NOTIFIED" => ("notify.rs", 1017, "Notified::poll_notified"),
        _ => ("oneshot.rs", 1218, "oneshot::Receiver::poll"),
    };
    Frame {
        file: Some(format!("tokio-1.54.1/src/sync/{file}")),
        line: Some(line),
        column: None,
        function: format!("tokio::sync::{function}"),
    }
}

fn why(pattern: Pattern, certain: bool, help: &str) -> Why {
    let about = pattern.about().trim_end_matches('.');
    Why {
        pattern: pattern.name().to_owned(),
        certain,
        text: about
            .replacen("A task", "it", 1)
            .replacen("Tasks", "they", 1),
        help: help.to_owned(),
    }
}

fn follows(leak: Leak, cause: usize, because: &str) -> Leak {
    Leak {
        follows: Some(Follows {
            leak: cause,
            because: because.to_owned(),
        }),
        ..leak
    }
}

fn awaited(what: &str, event: &str, held_by: Vec<Holder>) -> Awaited {
    Awaited {
        what: what.to_owned(),
        event: event.to_owned(),
        held_by,
        ..Awaited::default()
    }
}

fn own_sender(at: &At) -> Vec<Leak> {
    let task = at.task_at(1, "SPAWN", "RECV", "Pool::connect");
    let itself = Holder {
        kind: "itself".to_owned(),
        itself: true,
        local: Some("again".to_owned()),
        also: vec!["jobs".to_owned()],
        at: task.waits_in.clone(),
        ..at.holder(1, "again")
    };
    let waits = Awaited {
        never: Some(true),
        ..awaited("a message; 1 sender is alive", "message", vec![itself])
    };
    vec![
        Leak {
            waits_for: Some(waits),
            why: Some(why(
                Pattern::OwnSender,
                true,
                "drop the sender that it keeps before it receives, or let it select on a shutdown signal as well",
            )),
            ..task
        },
        at.socket(1, 1),
        at.socket(2, 1),
    ]
}

fn lock_across_await(at: &At) -> Vec<Leak> {
    let cause = Leak {
        waits_for: Some(awaited(
            "a notification; nobody else has the `Notify`",
            "notification",
            Vec::new(),
        )),
        why: Some(why(
            Pattern::LockAcrossAwait,
            true,
            "drop the guard before this `.await`: end its scope, or copy what is needed out of it",
        )),
        ..at.task_at(1, "SPAWN", "NOTIFIED", "Pool::take")
    };
    let waiting = |number: u64, function: &str| {
        let because = format!("waits for a lock that task {} has", at.task(1));
        let waits_for = Some(awaited("a lock", "mutex", vec![at.holder(1, "idle")]));
        let task = at.task_at(number, "SPAWN", "LOCK", function);
        follows(Leak { waits_for, ..task }, 0, &because)
    };
    vec![
        cause,
        waiting(2, "serve"),
        waiting(3, "prefetch"),
        waiting(4, "evict"),
    ]
}

fn deadlock(at: &At) -> Vec<Leak> {
    let wait = |number: u64, other: u64, function: &str, local: &str| Leak {
        waits_for: Some(awaited(
            "a lock",
            "mutex",
            vec![Holder {
                name: format!("{}::{function}", at.module()),
                ..at.holder(other, local)
            }],
        )),
        ..at.task_at(number, "SPAWN", "LOCK", function)
    };
    let first = Leak {
        why: Some(why(
            Pattern::Deadlock,
            true,
            "break the circle: before this `.await`, drop or cancel what the others wait for, and take locks in one order everywhere",
        )),
        ..wait(1, 2, "transfer", "to")
    };
    let because = format!("waits for a lock that task {} has", at.task(1));
    vec![first, follows(wait(2, 1, "refund", "from"), 0, &because)]
}

fn periodic(at: &At) -> Leak {
    Leak {
        count: 3,
        tasks: vec![at.task(1), at.task(2), at.task(3)],
        waits_for: Some(awaited("a timer, which fires in 28 s", "timer", Vec::new())),
        why: Some(why(
            Pattern::Periodic,
            true,
            "let it select on a shutdown signal beside its timer, end when a `Weak` of what it works for is gone, or `abort()` it when that is dropped",
        )),
        ..at.task_at(1, "REAP", "TICK", "Pool::reap")
    }
}

fn kept_by_static(at: &At) -> Leak {
    let holder = Holder {
        kind: "static".to_owned(),
        task: 0,
        name: format!("{}::REGISTRY", at.module()),
        local: Some("[0].jobs".to_owned()),
        ..at.holder(0, "")
    };
    Leak {
        waits_for: Some(awaited(
            "a message; 1 sender is alive",
            "message",
            vec![holder],
        )),
        why: Some(why(
            Pattern::KeptByStatic,
            true,
            "take it out of the static, or let it send, notify or cancel, before the test ends; if it serves the whole process, \
             `allow_static` accepts it",
        )),
        ..at.task_at(1, "SPAWN", "RECV", "Pool::connect")
    }
}

fn thread(at: &At) -> Vec<Leak> {
    let waits = at.line("SLEEP", "Pool::watch");
    let thread = Leak {
        name: Some("hosts-watcher".to_owned()),
        tid: Some(4711),
        state: Some("blocked in thread::sleep".to_owned()),
        waits_at: vec![
            Frame {
                file: Some(
                    "/rustc/59807616e1fa2540724bfbac14d7976d7e4a3860/library/std/src/thread/mod.rs"
                        .to_owned(),
                ),
                line: Some(873),
                column: None,
                function: "std::thread::sleep".to_owned(),
            },
            waits.clone(),
        ],
        waits_in: Some(waits),
        why: Some(why(
            Pattern::UnjoinedThread,
            false,
            "dropping a `JoinHandle` does not end its thread: tell it to stop, then `join()` it, or use `thread::scope`",
        )),
        accept: Some("ignore_thread_name(\"hosts-watcher\")".to_owned()),
        ..at.left("thread", at.line("THREAD", "Pool::watch"))
    };
    let holder = Holder {
        kind: "thread".to_owned(),
        task: 0,
        name: "hosts-watcher".to_owned(),
        certain: false,
        ..at.holder(0, "jobs")
    };
    let waits_for = Some(Awaited {
        missing: Some(Missing {
            ends: 1,
            whole: false,
            threads: 1,
        }),
        ..awaited("a message; 2 senders are alive", "message", vec![holder])
    });
    let task = at.task_at(1, "SPAWN", "RECV", "Pool::connect");
    vec![
        thread,
        follows(
            Leak { waits_for, ..task },
            0,
            "waits for a message that only thread \"hosts-watcher\" can send",
        ),
    ]
}

fn owner_cycle(at: &At) -> Leak {
    let task = at.task_at(1, "REAP", "TICK", "Pool::reap");
    Leak {
        keeps_own_handle: Some(OwnHandle {
            kind: "join".to_owned(),
            local: "pool".to_owned(),
            path: ".reaper".to_owned(),
            certain: true,
            proven: true,
            at: task.waits_in.clone(),
        }),
        waits_for: Some(awaited("a timer, which fires in 4 s", "timer", Vec::new())),
        why: Some(why(
            Pattern::OwnerCycle,
            true,
            "give the task a `Weak` of what has its handle, or end it explicitly before that is dropped",
        )),
        ..task
    }
}

fn child(at: &At) -> Leak {
    Leak {
        name: Some("getent ahosts".to_owned()),
        state: Some("exited with 2, not waited for".to_owned()),
        details: vec![format!("pid {}", 20_000 + at.number % 10_000)],
        why: Some(why(
            Pattern::Zombie,
            true,
            "a process that has exited stays a zombie until somebody waits for it: keep its `Child` and `wait()` for it",
        )),
        ..at.left("process", at.line("CHILD", "Pool::resolver"))
    }
}

fn forgotten(at: &At) -> Leak {
    Leak {
        waits_for: Some(awaited("a reply", "oneshot_value", Vec::new())),
        why: Some(why(
            Pattern::Forgotten,
            false,
            "drop the other end: look for `mem::forget`, `Box::leak`, `into_raw` and `Arc`s that lead back to themselves",
        )),
        level: leakcheck_report::Level::Warn,
        ..at.task_at(1, "SPAWN", "SEND", "Pool::submit")
    }
}
