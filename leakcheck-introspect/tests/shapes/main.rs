//! Every way to await that is known reads as written here, in full: frames, lines, locals, holds, waits and who could
//! end them.

mod aranges;
mod check;
mod normal;
mod shape;
mod text;

mod async_channels;
mod async_locks;
mod branches;
mod channels;
mod combinators;
mod ends;
mod erased;
mod flumes;
mod future_channels;
mod kanals;
mod local;
mod locks;
mod mpsc;
mod names;
mod net;
mod owners;
mod parked;
mod permits;
mod pipes;
mod plain;
mod queues;
mod quiet;
mod room;
mod senders;
mod shared;
mod signals;
mod states;
mod strangers;
mod streams;
mod switched;
mod tasks;
mod timers;
mod tokens;
mod unsized_tails;
mod whole;
mod wrappers;

use leakcheck_introspect::TaskList;
use tokio::runtime::{Builder, Handle, Runtime};

use crate::{
    check::{compare, spawned, written},
    shape::{Area, Stage},
};

/// What runs on a runtime of either flavour.
const SHARED: &[&Area] = &[
    &async_channels::AREA,
    &async_locks::AREA,
    &branches::AREA,
    &channels::AREA,
    &combinators::AREA,
    &ends::AREA,
    &erased::AREA,
    &flumes::AREA,
    &future_channels::AREA,
    &kanals::AREA,
    &locks::AREA,
    &mpsc::AREA,
    &names::AREA,
    &net::AREA,
    &owners::AREA,
    &parked::AREA,
    &permits::AREA,
    &pipes::AREA,
    &plain::AREA,
    &queues::AREA,
    &room::AREA,
    &senders::AREA,
    &shared::AREA,
    &signals::AREA,
    &strangers::AREA,
    &streams::AREA,
    &switched::AREA,
    &tasks::AREA,
    &timers::AREA,
    &tokens::AREA,
    &unsized_tails::AREA,
    &wrappers::AREA,
];

/// Everything, for the lines of markers.
const AREAS: &[&Area] = &[
    &async_channels::AREA,
    &async_locks::AREA,
    &branches::AREA,
    &channels::AREA,
    &combinators::AREA,
    &ends::AREA,
    &erased::AREA,
    &flumes::AREA,
    &future_channels::AREA,
    &kanals::AREA,
    &local::AREA,
    &locks::AREA,
    &mpsc::AREA,
    &names::AREA,
    &net::AREA,
    &owners::AREA,
    &parked::AREA,
    &permits::AREA,
    &pipes::AREA,
    &plain::AREA,
    &queues::AREA,
    &room::AREA,
    &senders::AREA,
    &shared::AREA,
    &signals::AREA,
    &states::AREA,
    &strangers::AREA,
    &streams::AREA,
    &switched::AREA,
    &tasks::AREA,
    &timers::AREA,
    &tokens::AREA,
    &unsized_tails::AREA,
    &wrappers::AREA,
];

fn current_thread() -> Runtime {
    Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime can be built")
}

fn multi_thread() -> Runtime {
    let mut builder = Builder::new_multi_thread();
    builder
        .worker_threads(2)
        .enable_all()
        .build()
        .expect("a runtime can be built")
}

fn all_shapes_read_as_written(runtime: &Runtime) {
    let mut stage = Stage::default();
    runtime.block_on(async {
        let list = spawned(SHARED, &mut stage, || {
            TaskList::of_runtime(&Handle::current())
        })
        .await;
        compare(written(SHARED), &stage, &list);
    });
}

#[test]
fn on_one_thread() {
    all_shapes_read_as_written(&current_thread());
}

#[test]
fn on_several_threads() {
    all_shapes_read_as_written(&multi_thread());
}
