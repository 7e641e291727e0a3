//! Pipes of which one end is open here, and the other in a process that was started here.

use std::{
    collections::{HashMap, HashSet},
    process, thread,
    time::Duration,
};

use super::table::Table;
use crate::{
    base::model::{Detail, Fact, Kind, OtherResource, Resource},
    sys::{
        child::{Open, Process, StreamKind},
        children,
    },
};

/// Looks at who has them, and the time between two: a process that is just being started has for a moment what this one has.
const LOOKS: u32 = 4;
const MOMENT: Duration = Duration::from_millis(2);

/// Says of those pipes that were found which process has the other end, if it is one alone.
pub(crate) fn describe_pipes(found: &mut [Resource]) {
    let mut open: Vec<&mut OtherResource> = found.iter_mut().filter_map(undescribed).collect();
    for look in 0..LOOKS {
        if open.is_empty() {
            return;
        }
        if look > 0 {
            thread::sleep(MOMENT);
        }
        let of = Table::read().pipes();
        open.retain_mut(|thing| {
            let number = thing.number.and_then(|number| i32::try_from(number).ok());
            match number.and_then(|number| of.get(&number)) {
                // Nobody else ever gets it but from that one.
                Some(Other::One(process)) => thing.facts.push(Fact::PipeOf(*process)),
                Some(Other::Several) => return true,
                None => {}
            }
            false
        });
    }
}

fn undescribed(found: &mut Resource) -> Option<&mut OtherResource> {
    let is_descriptor = found.kind() == Kind::Fd;
    match &mut found.detail {
        Detail::Other(thing) => {
            let is_told = thing
                .facts
                .iter()
                .any(|fact| matches!(fact, Fact::PipeOf(_)));
            (is_descriptor && !is_told).then_some(thing)
        }
        _ => None,
    }
}

/// Who has the other end of a pipe.
enum Other {
    /// This process, and what it has started.
    One(u32),
    Several,
}

impl Table {
    /// The other ends of those pipes that this process has one end of, by the number of that.
    fn pipes(&self) -> HashMap<i32, Other> {
        let Some(this) = self.of.get(&process::id()) else {
            return HashMap::new();
        };
        let own = only_ends(&children::open_streams(this));
        if own.is_empty() {
            return HashMap::new();
        }
        let mut having: HashMap<i32, HashSet<u32>> = HashMap::new();
        // Those that were there before have nothing of this one.
        let later = |other: &&Process| other.start >= this.start && other.pid != this.pid;
        for other in self.of.values().filter(later) {
            let open = children::open_streams(other);
            for number in open.iter().filter_map(|open| own.get(&open.identity)) {
                let outermost = self.outermost(other, this).pid;
                having.entry(*number).or_default().insert(outermost);
            }
        }
        let other = |of: HashSet<u32>| match Vec::from_iter(of)[..] {
            [one] => Other::One(one),
            _ => Other::Several,
        };
        having
            .into_iter()
            .map(|(number, of)| (number, other(of)))
            .collect()
    }

    /// It, or the first one above it that has come after this process and is not this one.
    pub(super) fn outermost<'t>(&'t self, process: &'t Process, this: &Process) -> &'t Process {
        let is_later = |above: &&Process| above.start >= this.start && above.pid != this.pid;
        let above = self.above(process).take_while(is_later);
        above.last().unwrap_or(process)
    }
}

/// The numbers of pipes that are open once, by what they are: of others both ends may be here.
pub(super) fn only_ends(open: &[Open]) -> HashMap<u64, i32> {
    let pipes = open.iter().filter(|open| open.kind == StreamKind::Pipe);
    let mut all: HashMap<u64, Option<i32>> = HashMap::new();
    for pipe in pipes {
        let number = all.entry(pipe.identity).or_insert(Some(pipe.fd));
        *number = number.filter(|number| *number == pipe.fd);
    }
    let once = all.into_iter();
    once.filter_map(|(identity, number)| Some((identity, number?)))
        .collect()
}
