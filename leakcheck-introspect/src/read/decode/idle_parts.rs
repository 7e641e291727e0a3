//! What a future holds and does not poll: branches of a macro that are switched off, and parts of combinators that are only
//! polled once others are done.
//!
//! Only what was read for certain is left out; whatever cannot be read counts as polled.

use super::{
    Trust,
    access_path::AccessPath,
    relevance::relevant_members,
    scan::{Mode, Scan},
};
use crate::read::{
    dwarf::{Idle, Member, Shape, Type, While},
    shape_memo::Rule,
    value::{Reader, Value},
};

macro_rules! idle {
    ($($home:literal { $($ty:literal $field:literal $while_:expr;)* })*) => {
        &[$($(Idle { ty: concat!($home, "::", $ty), field: $field, while_: $while_ }),*),*]
    };
}

const FUTURE: While = While::Some(&["future"]);
const PENDING: While = While::Some(&["pending"]);
const PENDING_FUT: While = While::Some(&["pending_fut"]);
const NEXT: While = While::Some(&["next"]);
const QUEUE_IS_FULL: While = While::Full("in_progress_queue", "max");
const FUTURES_ARE_FULL: While = While::Full("futures", "limit");

static IDLE: &[Idle] = idle! {
    "futures_util::stream::stream" {
        "all::All" "stream" FUTURE;
        "any::Any" "stream" FUTURE;
        "fold::Fold" "stream" FUTURE;
        "for_each::ForEach" "stream" FUTURE;
        "scan::Scan" "stream" FUTURE;
        "then::Then" "stream" FUTURE;
        "filter::Filter" "stream" PENDING_FUT;
        "filter_map::FilterMap" "stream" PENDING;
        "skip_while::SkipWhile" "stream" PENDING_FUT;
        "take_while::TakeWhile" "stream" PENDING_FUT;
        "flatten::Flatten" "stream" NEXT;
        "chain::Chain" "second" While::Some(&["first"]);
        "fuse::Fuse" "stream" While::Set("done");
        "zip::Zip" "stream1" While::Some(&["queued1"]);
        "zip::Zip" "stream2" While::Some(&["queued2"]);
        "forward::Forward" "stream" While::Some(&["buffered_item"]);
        "buffered::Buffered" "stream" QUEUE_IS_FULL;
        "buffer_unordered::BufferUnordered" "stream" QUEUE_IS_FULL;
        "for_each_concurrent::ForEachConcurrent" "stream" FUTURES_ARE_FULL;
        "flatten_unordered::FlattenUnorderedWithFlowController" "stream" While::Full("inner_streams", "limit");
        "flatten_unordered::FlattenUnorderedWithFlowController" "stream" While::Set("is_stream_done");
    }
    "futures_util::stream::try_stream" {
        "and_then::AndThen" "stream" FUTURE;
        "or_else::OrElse" "stream" FUTURE;
        "try_all::TryAll" "stream" FUTURE;
        "try_any::TryAny" "stream" FUTURE;
        "try_fold::TryFold" "stream" FUTURE;
        "try_for_each::TryForEach" "stream" FUTURE;
        "try_filter::TryFilter" "stream" PENDING_FUT;
        "try_filter_map::TryFilterMap" "stream" PENDING;
        "try_skip_while::TrySkipWhile" "stream" PENDING_FUT;
        "try_take_while::TryTakeWhile" "stream" PENDING_FUT;
        "try_flatten::TryFlatten" "stream" NEXT;
        "try_buffered::TryBuffered" "stream" QUEUE_IS_FULL;
        "try_buffer_unordered::TryBufferUnordered" "stream" QUEUE_IS_FULL;
        "try_for_each_concurrent::TryForEachConcurrent" "stream" FUTURES_ARE_FULL;
    }
    "futures_util::sink" {
        "send_all::SendAll" "stream" While::Some(&["buffered"]);
    }
    "tokio_stream::stream_ext" {
        "then::Then" "stream" FUTURE;
        "chain::Chain" "b" While::Some(&["a", "stream"]);
        "throttle::Throttle" "delay" While::Set("has_delayed");
        "timeout::Timeout" "deadline" While::Unset("poll_deadline");
        "chunks_timeout::ChunksTimeout" "deadline" While::Empty("items");
    }
};

/// What of this type is not polled all the time.
pub(super) fn of(ty: &Type) -> Vec<&'static Idle> {
    let is_meant = |idle: &&Idle| idle.ty == ty.base;
    IDLE.iter().filter(is_meant).collect()
}

impl Scan<'_, '_> {
    /// Visits the members of a value, but for those that it does not poll now.
    pub(super) fn members(&mut self, value: Value, idle: &[&Idle], path: &AccessPath<'_>) {
        if self.mode == Mode::Futures
            && self.closures == Trust::Known
            && let Some((branches, off)) = self.branches(value)
        {
            return self.visit_branches(branches, off, path);
        }
        for (member, ty) in relevant_members(self.reader, value.ty) {
            let inside = Reader::at_known(value, member, ty);
            let mut of_member = idle.iter().filter(|idle| idle.field == member.name);
            if self.mode == Mode::Futures
                && of_member.any(|idle| is_so(self.reader, value, idle.while_) == Some(true))
            {
                self.idle.push(inside);
            } else {
                self.visit(inside, &path.member(value.ty, member));
            }
        }
    }

    /// The futures of tokio's `select!`, whose closure has this value, and its mask of those that are switched off.
    fn branches(&self, value: Value) -> Option<(Value, u64)> {
        let reader = self.reader;
        let [_, _] = value.ty.members() else {
            return None;
        };
        let mask = reader.pointee(reader.field(value, "_ref__disabled")?)?;
        let mut futures = reader.field(value, "_ref__futures")?;
        while matches!(futures.ty.shape, Shape::Pointer(_)) {
            futures = reader.pointee(futures)?;
        }
        let count = futures.ty.members().len() as u64;
        let fits = futures.ty.path.is_empty()
            && futures.ty.name.starts_with('(')
            && matches!(mask.ty.shape, Shape::Leaf)
            && matches!(mask.ty.size, 1 | 2 | 4 | 8)
            && count <= mask.ty.size * 8;
        let off = fits.then(|| reader.number(mask))??;
        reader.decide(mask.hop, mask.address, mask.ty.size, || Rule::Is(off));
        Some((futures, off))
    }

    fn visit_branches(&mut self, branches: Value, off: u64, path: &AccessPath<'_>) {
        for member in branches.ty.members() {
            let Some(branch) = self.reader.at(branches, member) else {
                self.is_cut = true;
                continue;
            };
            if number(member).is_some_and(|number| off >> number & 1 == 1) {
                self.idle.push(branch);
            } else {
                self.visit(branch, &path.member(branches.ty, member));
            }
        }
    }
}

/// Which field of a tuple it is.
fn number(member: &Member) -> Option<u32> {
    let number = member.name.strip_prefix("__")?.parse().ok()?;
    (number < u64::BITS).then_some(number)
}

/// Whether it is so; `None` where that cannot be read.
fn is_so(reader: &Reader<'_>, value: Value, while_: While) -> Option<bool> {
    let flag = |name| {
        let flag = reader.field(value, name)?;
        let seen = reader.number(flag).filter(|_| flag.ty.size == 1)?;
        reader.decide(flag.hop, flag.address, 1, || Rule::Is(seen));
        Some(seen == 1)
    };
    match while_ {
        While::Some(path) => {
            let option = reader.resolve(value, path)?;
            (option.ty.base == "core::option::Option").then_some(())?;
            Some(reader.variant(option)?.0.member.name == "Some")
        }
        While::Set(name) => flag(name),
        While::Unset(name) => flag(name).map(|is_set| !is_set),
        While::Empty(name) => {
            let length = reader.resolve(value, &[name, "len"])?;
            let seen = reader.number(length)?;
            reader.decide(length.hop, length.address, length.ty.size, || {
                Rule::Is(seen)
            });
            Some(seen == 0)
        }
        While::Full(futures, limit) => {
            reader.give_up();
            let is_number = |ty: &Type| matches!(ty.shape, Shape::Leaf) && ty.size == 8;
            // Zero stands for no limit where there may be none.
            let limit = reader.number(reader.inside(reader.field(value, limit)?, &is_number)?)?;
            let count = count(reader, reader.field(value, futures)?)?;
            Some(limit > 0 && count >= limit)
        }
    }
}

/// How many futures there are, and results of those before whose turn has not come.
fn count(reader: &Reader<'_>, futures: Value) -> Option<u64> {
    let of = |base: &'static str| reader.inside(futures, &|ty| ty.base == base);
    let unordered = of("futures_util::stream::futures_unordered::FuturesUnordered")?;
    let head = reader.field(unordered, "head_all")?;
    let head = reader.inside(head, &|ty| matches!(ty.shape, Shape::Pointer(_)))?;
    let mut count = 0;
    if reader.memory.word(head.address)? != 0 {
        let task = reader.pointee(head)?;
        let length = reader.field(task, "len_all")?;
        let is_number = |ty: &Type| matches!(ty.shape, Shape::Leaf) && ty.size == 8;
        count += reader.number(reader.inside(length, &is_number)?)?;
    }
    if let Some(ordered) = of("futures_util::stream::futures_ordered::FuturesOrdered") {
        let done = reader.resolve(ordered, &["queued_outputs", "data", "len"])?;
        count += reader.number(done)?;
    }
    Some(count)
}
