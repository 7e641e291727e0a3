//! Which mistake it was and what to do about it, in words.

use leakcheck_report::Pattern;

use super::{
    cancelled,
    escape::plain,
    frame::place,
    patterns::{END_TASK, UNKNOWN, Words},
};
use crate::{
    base::model::{Fact, Kind, Leak, TempOwner, Tie},
    report::explain::{self, Certainty, Closing, Dependency, Made, When, Why},
};

/// What happened, of one thing or of each of several, and where if that is known.
pub(super) fn happened(why: Why, leak: &Leak) -> String {
    let text = match Words::of(why.pattern) {
        _ if is_of_pipe(why.pattern, leak) && leak.count == 1 => PIPE.0,
        _ if is_of_pipe(why.pattern, leak) => PIPE.1,
        Some(words) if leak.count == 1 => words.one,
        Some(words) => words.many,
        None => unknown(leak.count),
    };
    let probably = match why.certainty {
        Certainty::Proven => "",
        Certainty::Likely => "probably, ",
    };
    let detail = detail(why.pattern, leak).unwrap_or_default();
    format!("{probably}{text}{detail}")
}

/// What is said of a pipe in memory instead of a channel, and what to do.
const PIPE: (&str, &str, &str) = (
    "its pipe never ends, because it keeps the other end itself",
    "their pipes never end, because each of them keeps the other end itself",
    "drop the other end before this `.await`, or give it to a task that writes",
);

/// Whether what it keeps the sender of is a pipe in memory.
fn is_of_pipe(pattern: Pattern, leak: &Leak) -> bool {
    pattern == Pattern::OwnSender && leak.depends.iter().any(|found| found.tie == Tie::Pipe)
}

/// What to do about a task that somebody waits for already.
pub(super) const AWAITED: &str = "a task awaits its end already: make what it waits for happen, `abort()` it before the test ends, or give it a shutdown \
     signal";

/// What is said where no pattern fits.
pub(super) const fn unknown(count: usize) -> &'static str {
    match count {
        1 => UNKNOWN.0,
        _ => UNKNOWN.1,
    }
}

/// The same with the name of the pattern.
pub(super) fn sentence(why: Why, leak: &Leak) -> String {
    format!("{} ({})", happened(why, leak), why.pattern)
}

/// Which variable or static it is, behind what happened.
fn detail(pattern: Pattern, leak: &Leak) -> Option<String> {
    match pattern {
        Pattern::OwnSender | Pattern::SelfDeadlock => {
            let mut depends = leak.depends.iter();
            let first = depends.find(|found| found.is_kept_by_itself())?;
            let at = first.at.as_ref().and_then(place);
            let at = at.map_or_else(String::new, |at| format!(", at {at}"));
            let local = first.local.as_deref().filter(|local| !local.is_empty())?;
            Some(format!(": `{}`{at}", plain(local)))
        }
        Pattern::NotCancelSafe => cancelled::detail(leak, explain::outlives(leak)),
        Pattern::Futurelock => {
            let events = leak.waiting.iter().flat_map(|waiting| &waiting.events);
            let held_in = events.flat_map(|event| &event.held_by);
            let held_in = held_in.filter(|holder| holder.is_parked);
            let depends = leak.depends.iter().map(|found| &found.local);
            let mut locals = depends.chain(held_in.map(|holder| &holder.local)).flatten();
            let local = locals.find(|local| !local.is_empty())?;
            Some(format!(": `{}`", plain(local)))
        }
        Pattern::KeptByStatic => {
            let events = leak.waiting.iter().flat_map(|waiting| &waiting.events);
            let mut holders = events.flat_map(|event| &event.held_by);
            let holder = holders.find(|holder| holder.kind.is_static())?;
            let path = holder.local.as_deref().filter(|path| !path.is_empty());
            let path = path.map_or_else(String::new, |path| format!(", in `{}`", plain(path)));
            let at = holder.at.as_ref().and_then(place);
            let at = at.map_or_else(String::new, |at| format!(", at {at}"));
            Some(format!(": `{}`{path}{at}", plain(&holder.name)))
        }
        Pattern::OwnerCycle => {
            let own = leak.waiting.as_ref()?.keeps_own_handle()?;
            Some(format!(": `{}{}`", plain(own.local()), plain(own.path())))
        }
        _ => None,
    }
}

/// What to do about it; nothing where only the coverage can help.
pub(super) fn cure(why: Option<Why>, leak: &Leak, follows: bool) -> Option<String> {
    let text = match why.map(|why| why.pattern) {
        Some(Pattern::InDependency) => return explain::dependency(leak).map(|made| close(&made)),
        Some(Pattern::NotCancelSafe) => cancelled::cure(explain::outlives(leak)),
        Some(Pattern::TempLeft) => remove_temp_file(Fact::temp_owner(&leak.facts)),
        Some(Pattern::OpenDescriptor) => close_descriptor(leak),
        Some(Pattern::UnseenPanic) if leak.kind == Kind::Thread => {
            "keep the `JoinHandle` and `join()` it, or use `thread::scope`: a panic is an error there"
        }
        Some(Pattern::UnseenPanic) => {
            "keep the `JoinHandle` and await it, or use a `JoinSet`: a panic is an error there"
        }
        Some(pattern) if is_of_pipe(pattern, leak) => PIPE.2,
        Some(pattern) => Words::of(pattern)?.cure?,
        None if leak.kind == Kind::Fd => close_descriptor(leak),
        None if leak.kind != Kind::Task || follows => return None,
        None if leak.waiting.is_none() && leak.stack.is_empty() => return None,
        None if leak.is_detached => END_TASK,
        None if leak.count > 1 => {
            "their `JoinHandle`s still exist: `abort()` or await them before the test ends, or give the tasks a shutdown signal"
        }
        None => {
            "its `JoinHandle` still exists: `abort()` or await it before the test ends, or give the task a shutdown signal"
        }
    };
    Some(text.to_owned())
}

fn close(dependency: &Dependency) -> String {
    let package = dependency.package.as_deref().unwrap_or("a dependency");
    let (past, present) = match dependency.made {
        Made::Opened => ("opened", "opens"),
        Made::Started => ("started", "starts"),
    };
    let when = match dependency.when {
        When::InsideCall => "inside this call",
        When::InBackground => "in the background, not inside a call of the test",
    };
    format!(
        "`{package}` {past} it {when}: use its shutdown or close method and wait for it, or look for a release that ends \
         what it {present}"
    )
}

const fn remove_temp_file(owner: Option<TempOwner>) -> &'static str {
    match owner {
        Some(TempOwner::TempDir) => {
            "keep the `TempDir` in a variable until the test ends and let it drop: `mem::forget`, `keep()`, a `static` and \
             `process::exit` skip its `Drop`"
        }
        Some(TempOwner::NamedTempFile) => {
            "keep the `NamedTempFile` in a variable until the test ends and let it drop: `mem::forget`, `keep()`, a `static` \
             and `process::exit` skip its `Drop`"
        }
        Some(TempOwner::Other) | None => {
            "let a `Drop` remove what the test makes: it runs as well where the test panics or returns early. A `TempDir` \
             of the crate `tempfile` has one"
        }
    }
}

fn close_descriptor(leak: &Leak) -> &'static str {
    match explain::closing(leak) {
        Closing::AfterCall => {
            "make that call return, by a time limit or by `shutdown` of a socket, and drop what owns the descriptor"
        }
        Closing::WithStatic => {
            "empty the static before the test ends; if it serves the whole process, let `allow_static` fill it"
        }
        Closing::OwnerUnknown if leak.count > 1 => {
            "drop what owns them before the test ends: something keeps them in a static, in tasks or threads that still \
             run, or by `mem::forget` or `into_raw_fd`"
        }
        Closing::OwnerUnknown => {
            "drop what owns it before the test ends: something keeps it in a static, in a task or thread that still \
             runs, or by `mem::forget` or `into_raw_fd`"
        }
        Closing::WithTask { is_shared: false } => "it closes when that task ends",
        Closing::WithTask { is_shared: true } => {
            "it closes when that task ends and nobody else shares it"
        }
        Closing::WithTasks { is_shared: false } => "it closes when all of them end",
        Closing::WithTasks { is_shared: true } => {
            "it closes when all of them end and nobody else shares it"
        }
        Closing::AllWithTask => "they close when that task ends",
        Closing::EachWithTasks { is_shared: false } => {
            "each closes when all that hold it have ended"
        }
        Closing::EachWithTasks { is_shared: true } => {
            "each closes when all that hold it have ended and nobody else shares it"
        }
    }
}
