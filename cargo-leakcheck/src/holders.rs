//! Who has the other end of what something waits for, and who keeps a descriptor open.

use leakcheck_report::{Awaited, Holder, Keeper, Kept, Missing, OwnHandle, plural};

use crate::{escape::plain, telling::Telling};

/// What something waits for, in each way, and who could make that happen.
pub(crate) fn awaited(telling: &mut Telling<'_>, awaited: &Awaited) {
    telling.line(2, &format!("waits for: {}", plain(&awaited.what)));
    of_one(telling, awaited);
    for other in &awaited.or {
        telling.line(2, &format!("or for: {}", plain(&other.what)));
        of_one(telling, other);
    }
    if awaited.never == Some(true) {
        telling.line(2, "it is proven that none of this can happen");
    }
}

fn of_one(telling: &mut Telling<'_>, awaited: &Awaited) {
    for holder in &awaited.held_by {
        let text = format!("held by {}", self::holder(holder));
        match &holder.at {
            Some(at) => {
                let is_static = holder.kind == "static";
                let word = if is_static { "declared" } else { "which waits" };
                telling.place(4, &format!("{text}, {word} at "), at);
            }
            None => telling.line(4, &text),
        }
    }
    if awaited.unlisted > 0 {
        let more = plural::of(awaited.unlisted, "more", "more");
        telling.line(4, &format!("held by {more}"));
    }
    if let Some(missing) = &awaited.missing {
        telling.line(4, &self::missing(missing));
    }
    if !awaited.tasks.is_empty() {
        telling.line(
            4,
            &format!("which is the end of {}", numbers(&awaited.tasks)),
        );
    }
}

/// ``task 5 `app::serve`, in `tx` and `spare` ``
fn holder(holder: &Holder) -> String {
    let who = match &*holder.kind {
        _ if holder.itself => "itself".to_owned(),
        _ if holder.body => "the test's body".to_owned(),
        "static" => format!("static {}", quoted(&holder.name)),
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
pub(crate) fn own_handle(telling: &mut Telling<'_>, own: &OwnHandle) {
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
        Some(at) => telling.place(2, &format!("{text}: at "), at),
        None => telling.line(2, &text),
    }
}

/// A descriptor, and who keeps it open.
pub(crate) fn kept(telling: &mut Telling<'_>, kept: &Kept) {
    let details: Vec<String> = kept.details.iter().map(|detail| plain(detail)).collect();
    let what = match details.as_slice() {
        [] => "it".to_owned(),
        details => details.join(", "),
    };
    telling.line(2, &format!("who has {what}:"));
    for keeper in &kept.by {
        telling.line(4, &self::keeper(keeper));
    }
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
