//! Who has the other end of what something waits for, and who keeps a descriptor open.

use leakcheck_report::{Awaited, Holder, Keeper, Kept, Missing, OwnHandle, plural};

use crate::{escape::plain, report::Frame, telling::Telling};

/// A line on what something waits for, or who has what, and the place that it ends with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Said<'l> {
    /// Whether it says more of a line before it.
    pub(crate) is_detail: bool,
    pub(crate) text: String,
    pub(crate) at: Option<&'l Frame>,
}

impl Said<'_> {
    fn line(text: String) -> Self {
        Self {
            is_detail: false,
            text,
            at: None,
        }
    }

    fn detail(text: String) -> Self {
        Self {
            is_detail: true,
            ..Self::line(text)
        }
    }
}

/// Tells these lines.
pub(crate) fn tell(telling: &mut Telling<'_>, lines: &[Said<'_>]) {
    for line in lines {
        let indent = if line.is_detail { 4 } else { 2 };
        match line.at {
            Some(at) => telling.place(indent, &format!("{} ", line.text), at),
            None => telling.line(indent, &line.text),
        }
    }
}

/// What something waits for, in each way, and who could make that happen.
pub(crate) fn awaited(awaited: &Awaited) -> Vec<Said<'_>> {
    let mut said = vec![Said::line(format!("waits for: {}", plain(&awaited.what)))];
    of_one(&mut said, awaited);
    let next = if awaited.all == Some(true) {
        "and for"
    } else {
        "or for"
    };
    for other in &awaited.or {
        said.push(Said::line(format!("{next}: {}", plain(&other.what))));
        of_one(&mut said, other);
    }
    if awaited.never == Some(true) {
        let text = "it is proven that none of this can happen".to_owned();
        said.push(Said::line(text));
    }
    said
}

fn of_one<'l>(said: &mut Vec<Said<'l>>, awaited: &'l Awaited) {
    for holder in &awaited.held_by {
        let text = format!("held by {}", self::holder(holder));
        let is_static = matches!(&*holder.kind, "static" | "thread-local");
        let word = if is_static { "declared" } else { "which waits" };
        said.push(match &holder.at {
            Some(at) => Said {
                at: Some(at),
                ..Said::detail(format!("{text}, {word} at"))
            },
            None => Said::detail(text),
        });
    }
    if awaited.unlisted > 0 {
        let more = plural::of(awaited.unlisted, "more", "more");
        said.push(Said::detail(format!("held by {more}")));
    }
    if let Some(missing) = &awaited.missing {
        said.push(Said::detail(self::missing(missing)));
    }
    if !awaited.tasks.is_empty() {
        let end = format!("which is the end of {}", numbers(&awaited.tasks));
        said.push(Said::detail(end));
    }
}

/// ``task 5 `app::serve`, in `tx` and `spare` ``
fn holder(holder: &Holder) -> String {
    let who = match &*holder.kind {
        _ if holder.itself => "itself".to_owned(),
        _ if holder.body => "the test's body".to_owned(),
        "static" => format!("static {}", quoted(&holder.name)),
        "thread-local" => format!("thread-local {}", quoted(&holder.name)),
        "thread" => format!("thread {}", quoted(&holder.name)),
        _ => format!("task {} {}", holder.task, quoted(&holder.name)),
    };
    let variables = holder.local.iter().chain(&holder.also);
    said(&who, variables, holder.certain)
}

fn missing(missing: &Missing) -> String {
    let ends = plural::of(
        usize::try_from(missing.ends).unwrap_or(usize::MAX),
        "end that is alive was not found",
        "ends that are alive were not found",
    );
    let why = match (missing.whole, missing.threads) {
        (true, 0) => "and all that can be searched was".to_owned(),
        (false, 0) => "and not all could be read".to_owned(),
        (_, threads) => format!(
            "and {} had no search",
            plural::of(threads, "thread", "threads")
        ),
    };
    format!("{ends}, {why}")
}

/// The handle of a task that it has itself.
pub(crate) fn own_handle(own: &OwnHandle) -> Said<'_> {
    let way = format!("{}{}", own.local, own.path);
    let nobody = if own.proven {
        ", and nobody else owns anything on the way"
    } else {
        ""
    };
    let text = format!(
        "has its own {} handle, in {}{nobody}{}",
        plain(&own.kind),
        quoted(&way),
        perhaps(own.certain)
    );
    match &own.at {
        Some(at) => Said {
            at: Some(at),
            ..Said::line(format!("{text}: at"))
        },
        None => Said::line(text),
    }
}

/// A descriptor, and who keeps it open.
pub(crate) fn kept(kept: &Kept) -> Vec<Said<'_>> {
    let details: Vec<String> = kept.details.iter().map(|detail| plain(detail)).collect();
    let what = match details.as_slice() {
        [] => "it".to_owned(),
        details => details.join(", "),
    };
    let who = Said::line(format!("who has {what}:"));
    let keepers = kept.by.iter().map(|by| Said::detail(keeper(by)));
    std::iter::once(who).chain(keepers).collect()
}

fn keeper(keeper: &Keeper) -> String {
    let number = keeper.task.map(|task| format!(" {task}"));
    let name = keeper
        .name
        .as_ref()
        .map(|name| format!(" {}", quoted(name)));
    let who = match &*keeper.kind {
        "body" => "the test's body".to_owned(),
        kind => plain(kind).replace('_', " "),
    };
    let who: String = [Some(who), number, name].into_iter().flatten().collect();
    let text = said(&who, &keeper.locals, keeper.certain);
    match &keeper.call {
        Some(call) => format!("{text}, blocked in {}", plain(call)),
        None => text,
    }
}

fn said<'t>(
    who: &str,
    variables: impl IntoIterator<Item = &'t String>,
    is_certain: bool,
) -> String {
    let variables: Vec<String> = variables.into_iter().map(|name| quoted(name)).collect();
    let variables = match variables.as_slice() {
        [] => String::new(),
        all => format!(", in {}", plural::all_of(all)),
    };
    format!("{who}{variables}{}", perhaps(is_certain))
}

fn perhaps(is_certain: bool) -> &'static str {
    if is_certain { "" } else { " (perhaps)" }
}

fn quoted(text: &str) -> String {
    format!("`{}`", plain(text))
}

fn numbers(tasks: &[u64]) -> String {
    let all: Vec<String> = tasks.iter().map(u64::to_string).collect();
    let word = if tasks.len() == 1 { "task" } else { "tasks" };
    format!("{word} {}", plural::all_of(&all))
}
