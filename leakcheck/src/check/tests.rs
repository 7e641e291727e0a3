//! What counts as waiting.

use std::{panic::Location, time::Duration};

use super::Check;
use crate::{
    base::{
        model::{Detail, Resource, ResourceId},
        test_meta::Stop,
    },
    check::target::CheckTarget,
    observe::scope::Scope,
    settings::{env, options::Options},
};

fn check() -> Check {
    let scope = Scope::open().expect("far below the limit");
    let whom = CheckTarget::caller(Location::caller());
    let env = env::get().expect("the environment is understood");
    Check::begin(whom, Options::new(), env, scope).expect("nothing is required")
}

#[test]
fn stopping_is_no_wait_for_what_was_found_before() {
    const HOUR: Duration = Duration::from_secs(3600);
    let mut before = check();
    before.evidence.found.resources.push(Resource {
        id: ResourceId::Task(u64::MAX),
        origin: 0,
        age_ms: None,
        detail: Detail::task(None, None),
    });
    before.settle_stopped(Stop::Done, HOUR);
    assert!(before.waited() < HOUR);
    let mut nothing = check();
    nothing.settle_stopped(Stop::Done, HOUR);
    assert!(nothing.waited() >= HOUR);
}
