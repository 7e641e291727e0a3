//! Reads tasks of every usual shape with one release of tokio, and compares all of them with what `shapes.rs` says.
//!
//! Ends with a difference and a code other than 0 where one reads otherwise. With the argument `wrong` one expectation
//! is wrong, which must be seen.

mod shapes;
mod text;

use std::{collections::BTreeMap, process::ExitCode};

use leakcheck_introspect::{Error, FrameKind, State, Task, TaskList, TimerList, TimerWheel};
use tokio::{
    runtime::{Builder, Handle, Runtime},
    task::{LocalSet, yield_now},
};

/// Looks at the tasks until they rest.
const LOOKS: u32 = 200;
/// Turns that the tasks are given before each look.
const TURNS: u32 = 64;

fn main() -> ExitCode {
    let is_wrong = std::env::args().nth(1).as_deref() == Some("wrong");
    let one = || Builder::new_current_thread().enable_all().build();
    let two = || {
        let mut builder = Builder::new_multi_thread();
        builder.worker_threads(2).enable_all().build()
    };
    let (mut shared, local) = (text::blocks(shapes::SHARED), text::blocks(shapes::LOCAL));
    if is_wrong {
        for text in shared.values_mut() {
            *text = text.replace("message of mpsc (1 sender)", "message of mpsc (2 senders)");
        }
    }
    let on = |runtime: Result<Runtime, _>| runtime.expect("a runtime can be built");
    let lists = [
        ("one thread", on(one()).block_on(of_runtime()), &shared),
        ("two threads", on(two()).block_on(of_runtime()), &shared),
        ("a `LocalSet`", on(one()).block_on(of_local_set()), &local),
    ];
    let mut is_right = true;
    for (place, list, expected) in lists {
        match list {
            Ok((release, seen)) if seen == *expected => {
                println!("{release} on {place}: {} texts as written", seen.len());
            }
            Ok((release, seen)) => {
                is_right = false;
                println!("{release} on {place}: what was read (+) is not what is written (-)");
                print!("{}", text::difference(expected, &seen));
            }
            Err(why) => {
                is_right = false;
                println!("on {place} nothing can be read: {why}");
            }
        }
    }
    ExitCode::from(u8::from(!is_right))
}

/// The release that the tasks' own frames name, and the texts of the tasks of a runtime.
type Texts = Result<(String, BTreeMap<String, String>), String>;

async fn of_runtime() -> Texts {
    let handle = Handle::current();
    let read = || TaskList::of_runtime(&handle);
    let wheel = TimerWheel::of_new_runtime(&handle).ok_or("the timer wheel is not found")?;
    if wheel.is_empty() != Some(true) {
        return Err("a new runtime has armed timers".to_owned());
    }
    let shared = shapes::hold();
    parked(read).await?;
    let kept = shapes::spawn(shared);
    let list = parked(read).await?;
    let alive = handle.metrics().num_alive_tasks();
    if list.alive() != Some(alive) || list.tasks().len() != alive {
        return Err(format!(
            "{alive} are alive, {} were found",
            list.tasks().len()
        ));
    }
    let timers = TimerList::of_runtime(&handle).map_err(|error| error.to_string())?;
    let mut texts = text::texts(&list);
    texts.insert("timers".to_owned(), text::timers(&timers, &list));
    if wheel.is_empty() != Some(false) {
        return Err("armed timers are not seen".to_owned());
    }
    drop(kept);
    Ok((text::release(&list), texts))
}

async fn of_local_set() -> Texts {
    let set = LocalSet::new();
    let kept = shapes::spawn_local(&set);
    let list = set
        .run_until(parked(|| TaskList::of_local_set(&set)))
        .await?;
    let texts = (text::release(&list), text::texts(&list));
    drop(kept);
    Ok(texts)
}

/// The tasks once all of them were polled and are idle, and two looks in a row have seen the same.
async fn parked(read: impl Fn() -> Result<TaskList, Error>) -> Result<TaskList, String> {
    let mut before = BTreeMap::new();
    for _ in 0..LOOKS {
        for _ in 0..TURNS {
            yield_now().await;
        }
        let list = read().map_err(|error| error.to_string())?;
        let is_new = |task: &Task| {
            task.root()
                .is_some_and(|root| root.kind() == FrameKind::Unresumed)
        };
        let is_parked = |task: &Task| task.state() == State::Idle && !is_new(task);
        let seen = text::texts(&list);
        if list.gap().is_none() && list.tasks().iter().all(is_parked) && seen == before {
            return Ok(list);
        }
        before = seen;
    }
    let texts: Vec<_> = before.into_values().collect();
    Err(format!("they do not come to rest\n{}", texts.join("\n")))
}
