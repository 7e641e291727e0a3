//! A task that is planted once per process, and must be found: what is required is not believed but tried.

use std::{future::pending, sync::OnceLock};

use tokio::runtime::Builder;

use super::{HAS_TASK_HOOKS, Token, instrument, list, new_on, outline, read};
use crate::{
    base::model::{Resource, Seen},
    observe::scope::Scope,
    sys::fds,
};

/// How much was found of it.
#[derive(Clone, Debug)]
struct Planted {
    /// Whether it was listed, with its scope.
    task: Result<(), String>,
    /// Whether the path that spawned it was.
    site: Result<(), String>,
    /// Whether the runtime's memory had it.
    state: Result<(), String>,
}

/// Whether it is found.
pub(crate) fn is_found() -> Seen {
    seen(|planted| planted.task)
}

/// Whether it is found with what spawned it.
pub(crate) fn has_site() -> Seen {
    seen(|planted| planted.task.and(planted.site))
}

/// Whether its state is found.
pub(crate) fn has_state() -> Seen {
    seen(|planted| planted.state)
}

fn seen(part: fn(Planted) -> Result<(), String>) -> Seen {
    static PLANTED: OnceLock<Planted> = OnceLock::new();
    let planted = PLANTED.get_or_init(|| {
        plant().unwrap_or_else(|why| Planted {
            task: Err(why.clone()),
            site: Err(why.clone()),
            state: Err(why),
        })
    });
    part(planted.clone()).map_or_else(Seen::Nothing, |()| Seen::Full)
}

fn plant() -> Result<Planted, String> {
    let kept = Scope::open().map_err(|error| error.to_string())?;
    let scope = kept.id();
    let _inside = scope.enter();
    let _untracked = fds::untracked();
    let mut builder = Builder::new_current_thread();
    instrument(&mut builder, Token::new());
    let runtime = builder
        .build()
        .map_err(|error| format!("the runtime of the planted task was not built: {error}"))?;
    // Of a type that nobody else has: what a user spawns is not to be compiled here, where there may be no debug info.
    runtime.spawn(async { pending::<()>().await });
    let handle = runtime.handle();
    let found: Result<Vec<Resource>, String> = if HAS_TASK_HOOKS {
        Ok(list(Some(scope)))
    } else {
        let listed = outline(handle).map_err(|error| error.to_string());
        listed.map(|listed| new_on(&listed, Some(scope), |_| true))
    };
    let one = |found: usize| match found {
        1 => Ok(()),
        found => Err(format!("a planted task was found {found} times")),
    };
    let has_path = |found: &Vec<Resource>| found.iter().all(|task| task.origin != 0);
    let planted = Planted {
        site: match &found {
            Ok(found) if has_path(found) => Ok(()),
            Ok(_) => Err("a planted task was found without what spawned it".to_owned()),
            Err(why) => Err(why.clone()),
        },
        task: found.and_then(|found| one(found.len())),
        state: read(handle)
            .map_err(|error| error.to_string())
            .and_then(|list| one(list.tasks().len())),
    };
    drop(runtime);
    Ok(planted)
}
