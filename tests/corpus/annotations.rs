//! The words of the marks, and what they say: `source` finds them, `found` has the same of a report.
//!
//! - Leak: `kind "name" x3`.
//! - Wait: `at LINE for EVENT, held by HOLDER and HOLDER, for ever`. `LINE` is that of the innermost frame of the file;
//!   `in TYPE` stands for a task that has none, because its future is not the file's own. `EVENT` is one of [`EVENTS`].
//!   Who holds it is left out where nobody can. `for ever` means that the report must prove it.
//! - `// new`: a task that was never polled, and so is nowhere and waits for nothing.
//! - Wait of a thread or a blocking task: `at LINE blocked in CALL`, as the report has it, but for numbers: `read(fd *)`;
//!   `blocked in CALL` where no line of the file is on its stack. `idle` for a thread of a runtime's that has no work.
//! - Why: the name of a pattern; `follows task`, or another kind, where it follows from another leak of the test; `unknown`
//!   where the report names no pattern. Without it the pattern is the one of which nothing is known but that it was left.
//! - Holder: `itself in LOCAL`, `the task at LINE in LOCAL`, or `the task at LINE` where its end is waited for; `the static
//!   NAME at LINE in PATH`, where it is declared, without a path where the static is the other end itself; `the thread-local NAME
//!   at LINE in PATH` in the same way; `perhaps the thread NAME at LINE in LOCAL`, where the function of that thread waits that
//!   has it; `the running task`, where it is the only one; `the body in LOCAL` for that of the test; `nobody found` where the
//!   other end is in neither. `LINE` is where the holder waits.

use leakcheck_report::Pattern;

use crate::finding::{At, Event, Finding, Holder, IS_EXACT, READS_STACKS, Site, Waiting};

const KINDS: [&str; 10] = [
    "task",
    "blocking_task",
    "thread",
    "timer",
    "fd",
    "process",
    "temp_file",
    "heap",
    "runtime",
    "custom",
];

/// Events by their word in the marks: what the report says, `*` at its end for more of it, and whether anybody can hold
/// what makes it happen.
pub(crate) const EVENTS: &[(&str, &str, bool)] = &[
    ("a message", "a message*", true),
    (
        "bytes",
        "bytes from the other end of a pipe in memory",
        true,
    ),
    ("a value", "the value of a oneshot channel", true),
    ("a change", "a change of a watched value*", true),
    ("room", "room in a full channel", true),
    ("a mutex", "a mutex", true),
    ("a lock", "a read-write lock", true),
    ("a permit", "a permit of a semaphore", true),
    ("a notification", "a notification", true),
    ("a cancellation", "the cancellation of a token", true),
    ("an end", "the end of a task", true),
    ("a timer", "a timer*", false),
    ("a descriptor", "descriptor *", false),
    ("an exit", "the end of process *", false),
    ("ctrl-c", "ctrl-c (SIGINT)", false),
    ("a signal", "a signal", false),
    (NOTHING, "a future that is never ready", false),
];

/// What something may follow from, and that nothing is known.
const FOLLOWS: [&str; 6] = [
    "follows task",
    "follows blocking_task",
    "follows thread",
    "follows fd",
    "follows process",
    "unknown",
];

/// Stands for the place of a task that a thread runs.
pub(crate) fn running() -> Site {
    ("a running task".to_owned(), 0)
}

/// What never comes needs no proof.
pub(crate) const NOTHING: &str = "nothing";

impl Finding {
    /// Reads `kind "name" xcount` in the test `own`.
    pub(crate) fn read(mark: &str, own: &str) -> Self {
        let (kind, mut rest) = mark.split_once(' ').unwrap_or((mark, ""));
        assert!(KINDS.contains(&kind), "not a kind: {mark}");
        let mut name = match kind {
            "task" => Some(format!("{own}::{{async block}}")),
            "blocking_task" => Some(format!("{own}::{{closure}}")),
            _ => None,
        };
        if let Some((quoted, after)) = rest.strip_prefix('"').and_then(|rest| rest.split_once('"'))
        {
            name = Some(quoted.to_owned());
            rest = after.trim_start();
        }
        let count = if rest.is_empty() {
            1
        } else {
            let count = rest.strip_prefix('x').and_then(|count| count.parse().ok());
            count.unwrap_or_else(|| panic!("not understood: {mark}"))
        };
        Self {
            why: Self::at_least(kind, name.as_deref()).to_owned(),
            kind: kind.to_owned(),
            name,
            site: None,
            count,
            waiting: None,
            cancelled: None,
        }
    }

    /// Reads the mark of a wait below that of the leak; `at` knows the lines that have a name.
    pub(crate) fn read_wait(&mut self, what: &str, mark: &str, at: &mut dyn FnMut(&str) -> Site) {
        // One that a thread runs may block that.
        if what == "why" {
            assert!(
                Pattern::named(mark).is_some() || FOLLOWS.contains(&mark),
                "not understood: {mark}"
            );
            mark.clone_into(&mut self.why);
            return;
        }
        if what == "cancelled" {
            let mark = mark.strip_prefix("at ").expect("a place");
            let (name, awaits) = mark.split_once(" x").unwrap_or((mark, "1"));
            let awaits = awaits.parse().expect("a number of awaits");
            self.cancelled = Some((at(name), awaits));
            // Such a body is made by a closure, once for each run.
            let name = self.name.take();
            self.name = name.map(|name| match name.strip_suffix("::{async block}") {
                Some(own) => format!("{own}::{{closure}}::{{async block}}"),
                None => name,
            });
            return;
        }
        let is_task = matches!(&*self.kind, "task" | "body") && !mark.contains(" blocked in ");
        match (what, &mut self.waiting) {
            (_, none @ None) if !is_task => *none = Some(Waiting::of_thread(what, mark, at)),
            ("waits", none @ None) => *none = Some(Waiting::read(mark, at)),
            ("runs", none @ None) => *none = Some(Waiting::running(mark, at)),
            ("new", none @ None) => *none = Some(Waiting::new()),
            ("or", Some(waiting)) if !waiting.events.is_empty() => {
                let event = mark
                    .strip_prefix("for ")
                    .and_then(|event| Event::read(event, at));
                waiting
                    .events
                    .push(event.unwrap_or_else(|| panic!("not understood: {mark}")));
            }
            _ => panic!("one wait and its others are needed: {what} {mark}"),
        }
    }
}

impl Waiting {
    /// Reads `at LINE for EVENT, held by HOLDER, for ever`.
    fn read(mark: &str, at: &mut dyn FnMut(&str) -> Site) -> Self {
        let (rest, is_forever) = match mark.strip_suffix(", for ever") {
            Some(rest) => (rest, true),
            None => (mark, false),
        };
        let mut read = || {
            let (place, event) = rest.split_once(" for ")?;
            let place = match place.split_once(' ')? {
                ("at", line) => At::Line(at(line)),
                ("in", function) => At::Library(function.to_owned()),
                _ => return None,
            };
            Some((place, Event::read(event, at)?))
        };
        let (at, event) = read().unwrap_or_else(|| panic!("not understood: {mark}"));
        Self {
            // A timer may have fired at this moment.
            state: (event.what != "a timer").then(|| "idle".to_owned()),
            at,
            is_forever: is_forever || event.what == NOTHING,
            events: vec![event],
        }
    }

    /// Reads `at LINE blocked in CALL`, `blocked in CALL` or `idle`; of one that runs, nothing.
    pub(crate) fn of_thread(what: &str, mark: &str, at: &mut dyn FnMut(&str) -> Site) -> Self {
        let (state, at) = match (what, mark, mark.strip_prefix("at ")) {
            ("runs", "", _) => ("running".to_owned(), At::Anywhere),
            ("waits", "idle", _) => (mark.to_owned(), At::Anywhere),
            ("waits", _, None) if mark.starts_with("blocked in ") => {
                (mark.to_owned(), At::Anywhere)
            }
            ("waits", _, Some(rest)) => match rest.split_once(" blocked in ") {
                Some((line, call)) => (format!("blocked in {call}"), At::Line(at(line))),
                None => panic!("not understood: {mark}"),
            },
            _ => panic!("not understood: {what} {mark}"),
        };
        Self {
            state: Some(state),
            at,
            events: Vec::new(),
            is_forever: false,
        }
    }

    /// Of a task that was never polled.
    fn new() -> Self {
        Self {
            state: Some("scheduled, has not run yet".to_owned()),
            at: At::Nowhere,
            events: Vec::new(),
            is_forever: false,
        }
    }

    /// Reads `at LINE`, or nothing.
    fn running(mark: &str, at: &mut dyn FnMut(&str) -> Site) -> Self {
        let (state, at) = match mark.strip_prefix("at ") {
            Some(line) => (None, At::Line(at(line))),
            None if mark.is_empty() => (Some("running".to_owned()), At::Nowhere),
            None => panic!("not understood: {mark}"),
        };
        Self {
            state,
            at,
            events: Vec::new(),
            is_forever: false,
        }
    }
}

impl Event {
    /// Reads `EVENT, held by HOLDER and HOLDER`.
    fn read(mark: &str, at: &mut dyn FnMut(&str) -> Site) -> Option<Self> {
        let (what, holders) = match mark.split_once(", held by ") {
            Some((what, holders)) => (what, Some(holders)),
            None => (mark, None),
        };
        let (.., can_be_held) = EVENTS.iter().find(|(word, ..)| *word == what)?;
        assert_eq!(holders.is_some(), *can_be_held, "who holds it: {mark}");
        let held_by = match holders {
            None | Some("nobody found") => Vec::new(),
            Some(holders) => holders
                .split(" and ")
                .filter(|holder| IS_EXACT || !only_unoptimised(holder))
                .map(|holder| Holder::read(&holder.replace(PARKED, " in "), at))
                .collect::<Option<Vec<_>>>()?
                .into_iter()
                .filter(|holder| holder.is_certain || READS_STACKS)
                .collect(),
        };
        Some(Self {
            what: what.to_owned(),
            held_by,
        })
    }
}

/// In front of a variable whose future nobody polls.
const PARKED: &str = " in parked ";

/// Whether a holder is read off drop code, which optimised programs have not: a value without a name, and a future that nobody
/// polls.
fn only_unoptimised(holder: &str) -> bool {
    holder.ends_with(" in passing") || holder.contains(PARKED)
}

impl Holder {
    /// Reads `itself in LOCAL`, where `passing` stands for a value without a name, `the task at LINE in LOCAL`, `the task at LINE`
    /// or `the static NAME at LINE`.
    fn read(mark: &str, at: &mut dyn FnMut(&str) -> Site) -> Option<Self> {
        if mark == "itself in passing" {
            return Some(Self::new(true, String::new(), None, None));
        }
        if let Some(local) = mark.strip_prefix("itself in ") {
            return Some(Self::new(true, String::new(), Some(local.to_owned()), None));
        }
        if let Some(local) = mark.strip_prefix("the body in ") {
            return Some(Self {
                is_body: true,
                ..Self::new(false, String::new(), Some(local.to_owned()), None)
            });
        }
        if mark == "the running task" {
            return Some(Self {
                waits_at: Some(running()),
                ..Self::new(false, String::new(), None, None)
            });
        }
        if let Some(rest) = mark.strip_prefix("perhaps the thread ") {
            let (name, rest) = rest.split_once(" at ")?;
            let (line, local) = rest.split_once(" in ")?;
            let (name, local) = (format!("thread {name}"), Some(local.to_owned()));
            return Some(Self {
                is_certain: false,
                ..Self::new(false, name, local, Some(at(line)))
            });
        }
        let statics = ["static", "thread-local"].into_iter();
        let mut statics = statics.filter_map(|kind| {
            let rest = mark.strip_prefix("the ")?.strip_prefix(kind)?;
            Some((kind, rest.strip_prefix(' ')?))
        });
        if let Some((kind, rest)) = statics.next() {
            let (name, rest) = rest.split_once(" at ")?;
            let (line, local) = match rest.split_once(" in ") {
                Some((line, local)) => (line, Some(local.to_owned())),
                None => (rest, None),
            };
            let name = format!("{kind} {name}");
            return Some(Self::new(false, name, local, Some(at(line))));
        }
        let rest = mark.strip_prefix("the task at ")?;
        let (line, local, has_place) = match rest.split_once(" in ") {
            // What has no name in the source.
            Some((line, "passing")) => (line, None, true),
            Some((line, local)) => (line, Some(local.to_owned()), true),
            None => (rest, None, false),
        };
        let line = at(line);
        let place = has_place.then(|| line.clone());
        Some(Self {
            waits_at: Some(line),
            ..Self::new(false, String::new(), local, place)
        })
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::*;

    fn site(line: u32) -> Site {
        ("f".to_owned(), line)
    }

    /// A leak with the marks of its wait, in the test `t`; the lines are called by their numbers.
    fn read(marks: &[(&str, &str)]) -> Finding {
        let mut found = Finding::read("task", "t");
        for (what, mark) in marks {
            found.read_wait(what, mark, &mut |line| site(line.parse().unwrap()));
        }
        found.name_holders(&HashMap::from([(site(7), "other".to_owned())]), None);
        found
    }

    #[test]
    fn leaks_are_read() {
        let read = |mark| {
            let found = Finding::read(mark, "t");
            (found.kind, found.name, found.count)
        };
        let (task, thread) = ("task".to_owned(), "thread".to_owned());
        let (own, named) = (Some("t::{async block}".to_owned()), Some("a b".to_owned()));
        assert_eq!(read("task"), (task.clone(), own.clone(), 1));
        assert_eq!(read("task x12"), (task.clone(), own, 12));
        assert_eq!(read("task \"a b\""), (task, named.clone(), 1));
        assert_eq!(read("thread"), (thread.clone(), None, 1));
        let closure = Some("t::{closure}".to_owned());
        assert_eq!(
            read("blocking_task"),
            ("blocking_task".to_owned(), closure, 1)
        );
        assert_eq!(read("thread \"a b\" x2"), (thread, named, 2));
    }

    #[test]
    fn waits_are_read() {
        let mark = "at 3 for a message, held by the task at 7 in b and itself in a, for ever";
        let waiting = read(&[("waits", mark), ("or", "for a timer")])
            .waiting
            .unwrap();
        let own = Holder::new(
            true,
            "t::{async block}".to_owned(),
            Some("a".to_owned()),
            Some(site(3)),
        );
        let other = Holder::new(
            false,
            "other".to_owned(),
            Some("b".to_owned()),
            Some(site(7)),
        );
        assert_eq!(waiting.at, At::Line(site(3)));
        assert!(waiting.is_forever);
        let message = Event {
            what: "a message".to_owned(),
            held_by: vec![other, own],
        };
        assert_eq!(
            waiting.events,
            [
                message,
                Event {
                    what: "a timer".to_owned(),
                    held_by: vec![]
                }
            ]
        );
    }

    #[test]
    fn what_nobody_of_the_file_waits_for_is_read() {
        let waiting = read(&[("waits", "in a::B for nothing")]).waiting.unwrap();
        assert_eq!(
            (waiting.at, waiting.is_forever),
            (At::Library("a::B".to_owned()), true)
        );
        let waiting = read(&[("waits", "at 3 for an end, held by the task at 7")])
            .waiting
            .unwrap();
        let other = Holder::new(false, "other".to_owned(), None, None);
        assert_eq!(waiting.events[0].held_by, [other]);
        let waiting = read(&[("waits", "at 3 for room, held by nobody found")])
            .waiting
            .unwrap();
        assert_eq!(waiting.events[0].held_by, []);
    }

    #[test]
    fn what_runs_is_read() {
        let waiting = read(&[("runs", "")]).waiting.unwrap();
        assert_eq!(
            (waiting.at, waiting.state.as_deref()),
            (At::Nowhere, Some("running"))
        );
        let waiting = read(&[("runs", "at 3")]).waiting.unwrap();
        assert_eq!((waiting.at, waiting.state), (At::Line(site(3)), None));
    }

    #[test]
    fn what_threads_do_is_read() {
        let read = |what, mark: &str| {
            let mut found = Finding::read("thread", "t");
            found.read_wait(what, mark, &mut |line| site(line.parse().unwrap()));
            let waiting = found.waiting.unwrap();
            (waiting.state.unwrap(), waiting.at)
        };
        let blocked = "blocked in a b".to_owned();
        assert_eq!(
            read("waits", "at 3 blocked in a b"),
            (blocked, At::Line(site(3)))
        );
        let blocked = "blocked in a b".to_owned();
        assert_eq!(read("waits", &blocked), (blocked.clone(), At::Anywhere));
        assert_eq!(read("waits", "idle"), ("idle".to_owned(), At::Anywhere));
        assert_eq!(read("runs", ""), ("running".to_owned(), At::Anywhere));
        for (what, mark) in [
            ("waits", "at 3"),
            ("waits", ""),
            ("runs", "at 3"),
            ("or", "for a timer"),
        ] {
            assert!(
                std::panic::catch_unwind(|| read(what, mark)).is_err(),
                "{what} {mark}"
            );
        }
    }

    #[test]
    fn what_is_not_understood_is_refused() {
        let refused: [&[(&str, &str)]; 9] = [
            &[("waits", "at 3")],
            &[("waits", "near 3 for a timer")],
            &[("waits", "at 3 for something")],
            &[("waits", "at 3 for a message")],
            &[("waits", "at 3 for a timer, held by nobody found")],
            &[("waits", "at 3 for room, held by somebody")],
            &[("waits", "at 3 for an end, held by the task at 8")],
            &[("waits", "at 3 for a timer"), ("runs", "")],
            &[("or", "for a timer")],
        ];
        for marks in refused {
            assert!(
                std::panic::catch_unwind(|| read(marks)).is_err(),
                "{marks:?}"
            );
        }
        for mark in ["tasks", "task twice"] {
            let read = std::panic::catch_unwind(|| Finding::read(mark, "t"));
            assert!(read.is_err(), "{mark}");
        }
    }
}
