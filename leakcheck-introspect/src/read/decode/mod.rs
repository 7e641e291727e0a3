//! From the bytes of a future to frames, waits and holds.

mod access_path;
mod attempt;
mod call_site;
mod cells;
mod classify;
mod collections;
mod coroutine;
mod decoder;
mod descent;
mod fat_pointers;
mod holds;
mod idle_parts;
mod joined;
mod library;
mod own_drop;
mod parked;
mod pointers;
mod relevance;
mod scan;
mod scanned;
mod select_branches;
mod statics;
mod strangers;
mod type_facts;
mod unboxed;
mod waits;

pub(crate) use self::{
    decoder::decode,
    pointers::concrete,
    relevance::cannot_hold,
    statics::{InStatic, holds_of_static, holds_on_stack},
};
