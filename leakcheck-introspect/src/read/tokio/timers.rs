//! The wheel of a runtime's time driver: levels of slots, each a linked list of timers.

use std::time::Duration;

use tokio::runtime::Handle;

use super::{
    clock, layout,
    task_lists::{TokioTypes, resolve},
};
use crate::{
    Error, Timer, TimerList,
    read::{
        dwarf::Shape,
        value::{Reader, Value},
    },
};

/// More than this in one slot is taken for a list that runs in circles.
const MOST: usize = 1_000_000;

impl TokioTypes {
    /// The timers that the runtime's driver has armed.
    pub(crate) fn timers(&self, reader: &Reader<'_>, handle: &Handle) -> Result<TimerList, Error> {
        let mut list = TimerList {
            timers: Vec::new(),
            gap: None,
        };
        let time = resolve(reader, self.handle(handle), layout::TIME_BY_HANDLE)?;
        let Some(driver) = reader.find(time, layout::TIME_HANDLE) else {
            return Ok(list);
        };
        let wheel = reader.find(driver, layout::WHEEL).ok_or_else(|| {
            Error::new("the runtime's time driver has no wheel; this kind of driver is not known")
        })?;
        let start = reader
            .field(driver, "time_source")
            .and_then(|source| clock::instant(reader, source));
        let levels = resolve(reader, wheel, &["levels"])?;
        let levels = elements(reader, reader.target(levels).unwrap_or(levels))?;
        for level in levels {
            for slot in elements(reader, resolve(reader, level, &["slot"])?)? {
                let head = resolve(reader, slot, &["head"])?;
                let mut next = reader.target(head);
                let mut seen = 0;
                while let Some(entry) = next {
                    seen += 1;
                    if seen > MOST {
                        list.gap = Some("a list of timers did not end".to_owned());
                        break;
                    }
                    list.timers.push(timer(reader, entry, start));
                    next = reader
                        .find(entry, layout::LINKS)
                        .and_then(|links| reader.target(reader.field(links, "next")?));
                }
            }
        }
        list.timers.sort_by_key(|timer| timer.deadline);
        Ok(list)
    }
}

fn timer(reader: &Reader<'_>, entry: Value, start: Option<std::time::Instant>) -> Timer {
    let tick = layout::TICKS
        .iter()
        .find_map(|name| reader.memory.word(reader.field(entry, name)?.address));
    let waker = reader
        .find(entry, "core::task::wake::RawWaker")
        .and_then(|waker| reader.memory.word(reader.field(waker, "data")?.address));
    Timer {
        address: entry.address,
        deadline: tick
            .zip(start)
            .and_then(|(tick, start)| start.checked_add(Duration::from_millis(tick))),
        waker,
    }
}

/// The elements of an array.
fn elements(reader: &Reader<'_>, array: Value) -> Result<Vec<Value>, Error> {
    let Shape::Array(element, count) = array.ty.shape else {
        return Err(Error::new(
            "the wheel of the runtime's time driver is not an array",
        ));
    };
    let ty = reader
        .image
        .ty(element)
        .ok_or_else(|| Error::new("the wheel of the runtime's time driver has no type"))?;
    let at = |index| Value::nth(ty, array.address, index);
    Ok((0..count.min(1 << 10)).map(at).collect())
}
