//! Reads two tasks whose every detail is known, before anything else that is read is believed.

use leakcheck_specimen::{LINE, spawn};

use super::{introspector::Introspector, value::Reader};
use crate::{Error, Event, FrameKind, Local, Location, State, Task, task_list::Detail};

/// Reads both, and says what was not as it must be.
///
/// Where the two or tokio have no debug info there is nothing to compare with, which is no mistake of the method.
pub(super) fn verify(introspector: &Introspector) -> Result<(), Error> {
    if introspector.tokio.local_set(introspector.image).is_none() {
        return Ok(());
    }
    let set = spawn();
    let reader = Reader::new(introspector.image);
    let list = introspector.list(&reader, Detail::Frames, None, || {
        introspector.tokio.of_local_set(&reader, &set)
    })?;
    let [sleeper, waiter] = list.tasks() else {
        return Err(wrong(&format!("{} tasks instead of 2", list.tasks().len())));
    };
    if sleeper.unread().is_some() && waiter.unread().is_some() {
        return Ok(());
    }
    check(sleeper, waiter).map_err(|what| wrong(&what))
}

fn check(sleeper: &Task, waiter: &Task) -> Result<(), String> {
    let expect = |is: bool, what: &str| if is { Ok(()) } else { Err(what.to_owned()) };
    let frame = waiter.root().ok_or("no frames")?;
    expect(
        frame.function().ends_with("leakcheck_specimen::waiter")
            && waiter.future() == frame.function(),
        waiter.future(),
    )?;
    let other = sleeper.root().ok_or("no frames of the other")?;
    expect(
        other.function().ends_with("leakcheck_specimen::sleeper")
            && sleeper.future() == other.function(),
        sleeper.future(),
    )?;
    expect(waiter.state() == State::Idle, "its state")?;
    expect(frame.kind() == FrameKind::Suspended, "where it is")?;
    let line = frame.location().map(Location::line);
    expect(
        line == Some(LINE),
        &format!("line {line:?} instead of {LINE}"),
    )?;
    let names: Vec<_> = frame.locals().iter().map(Local::name).collect();
    expect(names.contains(&"sum"), &format!("variables {names:?}"))?;
    let [wait] = waiter.waits() else {
        return Err(format!("{} waits instead of 1", waiter.waits().len()));
    };
    expect(*wait.event() == Event::End, "what it waits for")?;
    let target = wait.object().map(|object| object.address());
    expect(target == Some(sleeper.address()), "whom it waits for")?;
    let [wait] = sleeper.waits() else {
        return Err("the wait of the other".to_owned());
    };
    expect(
        *wait.event() == Event::Never,
        "that the other waits for ever",
    )
}

fn wrong(what: &str) -> Error {
    Error::new(format!(
        "a task that is known in every detail was misread ({what}), so nothing that this method reads is believed; build \
         the test profile without optimisation, or report it"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_waiter_is_read_right() {
        let introspector = crate::read::startup::introspector().expect("tests have debug info");
        verify(introspector).expect("every detail is right");
    }

    #[test]
    fn every_detail_counts() {
        type Spoil = fn(&mut Task);
        let set = spawn();
        let list = crate::TaskList::of_local_set(&set).expect("tests have debug info");
        let [sleeper, waiter] = list.tasks() else {
            panic!("two tasks were spawned");
        };
        assert_eq!(check(sleeper, waiter), Ok(()));
        let spoils: [Spoil; 5] = [
            |task| task.future = "waiter".into(),
            |task| task.state = State::Running,
            |task| task.root = None,
            |task| task.waits.clear(),
            |task| task.waits[0].object = None,
        ];
        for spoil in spoils {
            let mut spoiled = waiter.clone();
            spoil(&mut spoiled);
            assert!(check(sleeper, &spoiled).is_err());
        }
    }
}
