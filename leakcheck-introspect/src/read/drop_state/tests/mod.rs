//! Real coroutines are suspended, read, and then dropped: what was said to be left must be what their drop drops.

mod all;
mod cases;
mod hostile;
mod parts;
mod tokios;

use std::{cell::RefCell, future::Future, ops::Range};

use ::tokio::{
    runtime::{Builder, Handle},
    task::yield_now,
};

use super::{DropState, Undropped, of};
use crate::read::{
    dwarf::Type,
    startup::introspector,
    value::{Reader, Value},
};

thread_local! {
    /// Addresses at which a [`Probe`] was dropped.
    static DROPPED: RefCell<Vec<u64>> = const { RefCell::new(Vec::new()) };
}

/// Notes where it is dropped.
#[derive(Debug)]
pub(super) struct Probe {
    number: u64,
}

impl Probe {
    pub(super) fn new() -> Self {
        Self { number: 7 }
    }

    /// Borrows it, so that it gets a place of its own.
    pub(super) fn look(&self) -> u64 {
        std::hint::black_box(self.number)
    }
}

impl Drop for Probe {
    fn drop(&mut self) {
        let address = std::ptr::from_ref(self) as u64;
        DROPPED.with_borrow_mut(|dropped| dropped.push(address));
    }
}

/// A variable of a suspended coroutine.
#[derive(Clone, Debug)]
pub(super) struct Variable {
    name: &'static str,
    ty: &'static Type,
    address: u64,
    size: u64,
    is_left: bool,
    is_touched: bool,
}

/// One coroutine, the innermost last.
#[derive(Clone, Debug)]
pub(super) struct Suspended {
    variables: Vec<Variable>,
    place: Range<u64>,
    state: DropState,
}

impl Suspended {
    /// Whether each variable of this name is left, in the order of their places.
    pub(super) fn left(&self, name: &str) -> Vec<bool> {
        self.named(name).map(|variable| variable.is_left).collect()
    }

    /// The same for whether something of them is.
    pub(super) fn touched(&self, name: &str) -> Vec<bool> {
        self.named(name)
            .map(|variable| variable.is_touched)
            .collect()
    }

    fn named(&self, name: &str) -> impl Iterator<Item = &Variable> {
        self.variables
            .iter()
            .filter(move |variable| variable.name == name)
    }

    /// Addresses of probes of which something else is said than what was seen when they were dropped.
    fn mistakes(&self, dropped: &[u64]) -> Vec<u64> {
        let named = self.variables.iter().filter(|variable| variable.is_probe());
        let left = self.state.left.iter();
        let left = left.filter(|left| left.ty.name == "Probe");
        // With those that have no name, and those inside of other variables.
        let seen = dropped
            .iter()
            .filter(|address| self.place.contains(address));
        let all = named.map(|probe| probe.address);
        let all = all
            .chain(left.map(|left| left.address))
            .chain(seen.copied());
        all.filter(|address| self.state.covers(*address, 8) != dropped.contains(address))
            .collect()
    }
}

impl Variable {
    fn is_probe(&self) -> bool {
        self.ty.name == "Probe"
    }
}

/// Whether this build has code that can be followed.
pub(super) fn is_followed() -> bool {
    // Optimised builds have no assertions here.
    cfg!(target_arch = "x86_64") && cfg!(debug_assertions)
}

/// Spawns a future, lets it run until it waits, and reads it and what it awaits; `None` where nothing is read.
///
/// What is said of probes is compared with what dropping the task drops.
pub(super) fn suspend(future: impl Future<Output = ()> + Send + 'static) -> Option<Vec<Suspended>> {
    let runtime = Builder::new_current_thread().build();
    let (seen, dropped) = runtime.expect("a runtime can be built").block_on(async {
        let task = ::tokio::spawn(future);
        for _ in 0..16 {
            yield_now().await;
        }
        let seen = read();
        DROPPED.with_borrow_mut(Vec::clear);
        task.abort();
        let ended = task.await;
        assert!(ended.is_err(), "it waits until it is aborted");
        (seen, DROPPED.with_borrow(Vec::clone))
    });
    assert!(
        seen.is_some() || !is_followed(),
        "it is read where it can be"
    );
    for suspended in seen.iter().flatten() {
        let mistakes = suspended.mistakes(&dropped);
        assert!(mistakes.is_empty(), "{mistakes:x?} in {suspended:x?}");
    }
    control(seen.as_deref().unwrap_or_default(), &dropped);
    seen
}

/// An answer that was tampered with must not pass.
fn control(seen: &[Suspended], dropped: &[u64]) {
    for suspended in seen {
        for probe in suspended.variables.iter().filter(|probe| probe.is_probe()) {
            let mut tampered = suspended.clone();
            let place = probe.address..probe.address + probe.size;
            if probe.is_left {
                let is_other =
                    |left: &Undropped| left.end() <= probe.address || place.end <= left.address;
                tampered.state.left.retain(is_other);
            } else {
                tampered.state.left.push(Undropped {
                    ty: probe.ty,
                    address: probe.address,
                });
            }
            assert!(!tampered.mistakes(dropped).is_empty(), "{probe:?}");
        }
    }
}

/// The only task of this runtime, and the coroutines that it awaits.
fn read() -> Option<Vec<Suspended>> {
    let introspector = introspector().expect("tests have debug info");
    let reader = Reader::new(introspector.image);
    let owner = introspector.tokio.of_runtime(&reader, &Handle::current());
    let owner = owner.expect("the runtime is read");
    let traversal = introspector.tokio.traverse(&reader, &owner);
    let tasks = traversal.expect("its tasks are read").tasks;
    assert_eq!(tasks.len(), 1);
    let future = tasks[0].kind.future(&reader, tasks[0].address);
    coroutines(&reader, future.expect("the future is read"))
}

/// A coroutine and those that it awaits.
pub(super) fn coroutines(reader: &Reader<'_>, future: Value) -> Option<Vec<Suspended>> {
    let mut all = Vec::new();
    let mut next = Some(future);
    while let Some(future) = next.filter(|future| future.ty.is_coroutine()) {
        let state = of(reader, future)?;
        let (_, inside) = reader.variant(future)?;
        let mut variables: Vec<_> = inside
            .ty
            .members()
            .iter()
            .filter_map(|member| {
                let value = reader.at(inside, member)?;
                let size = value.ty.size;
                Some(Variable {
                    name: member.name,
                    ty: value.ty,
                    address: value.address,
                    size,
                    is_left: state.covers(value.address, size),
                    is_touched: state.touches(value.address, size),
                })
            })
            .collect();
        // Some are described twice.
        variables.sort_by_key(|variable| (variable.address, variable.name));
        variables.dedup_by_key(|variable| (variable.address, variable.name));
        all.push(Suspended {
            variables,
            place: future.address..future.address + future.ty.size,
            state,
        });
        next = reader.field(inside, "__awaitee");
    }
    Some(all)
}

/// Suspends a future, and leaves the test where this build is not read.
macro_rules! suspended {
    ($future:expr) => {
        match crate::read::drop_state::tests::suspend($future) {
            Some(suspended) => suspended,
            None => return,
        }
    };
}

use suspended;
