//! What a combinator holds and does not poll: parts that are only polled once others are done.
//!
//! Only what was read for certain is left out; whatever cannot be read counts as polled.

use crate::read::{
    dwarf::{Shape, Type},
    value::{Reader, Value},
};

/// Of a combinator, the field that is not polled while something is so.
#[derive(Debug)]
pub(super) struct IdleRule {
    ty: &'static str,
    pub(super) field: &'static str,
    while_: While,
}

/// When a field is not polled.
#[derive(Clone, Copy, Debug)]
enum While {
    /// Always: it is a value.
    Always,
    /// An `Option` at the end of this path has something in it.
    Some(&'static [&'static str]),
    /// A flag is set.
    Set(&'static str),
    /// A flag is not set.
    Unset(&'static str),
    /// A `Vec` is empty.
    Empty(&'static str),
    /// A set of futures has as many as this limit, if there is one.
    Full(&'static str, &'static str),
}

macro_rules! idle {
    ($($home:literal { $($ty:literal $field:literal $while_:expr;)* })*) => {
        &[$($(IdleRule { ty: concat!($home, "::", $ty), field: $field, while_: $while_ }),*),*]
    };
}

const FUTURE: While = While::Some(&["future"]);
const PENDING: While = While::Some(&["pending"]);
const PENDING_FUT: While = While::Some(&["pending_fut"]);
const NEXT: While = While::Some(&["next"]);
const QUEUE_IS_FULL: While = While::Full("in_progress_queue", "max");
const FUTURES_ARE_FULL: While = While::Full("futures", "limit");

static IDLE: &[IdleRule] = idle! {
    "futures_util::stream::stream" {
        "all::All" "stream" FUTURE;
        "any::Any" "stream" FUTURE;
        "fold::Fold" "stream" FUTURE;
        "fold::Fold" "accum" While::Always;
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
        "try_fold::TryFold" "accum" While::Always;
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
        "feed::Feed" "item" While::Always;
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

impl IdleRule {
    /// What of this type is not polled all the time.
    pub(super) fn of(ty: &Type) -> Vec<&'static Self> {
        let is_meant = |rule: &&Self| rule.ty == ty.base;
        IDLE.iter().filter(is_meant).collect()
    }

    /// Whether the field of this value is not polled now; `None` where that cannot be read.
    pub(super) fn holds(&self, reader: &Reader<'_>, value: Value) -> Option<bool> {
        let flag = |name| {
            let flag = reader.field(value, name)?;
            Some((flag.ty.size == 1).then(|| reader.deciding(flag))?? == 1)
        };
        match self.while_ {
            While::Always => Some(true),
            While::Some(path) => {
                let option = reader.resolve(value, path)?;
                (option.ty.base == "core::option::Option").then_some(())?;
                Some(reader.variant(option)?.0.member.name == "Some")
            }
            While::Set(name) => flag(name),
            While::Unset(name) => flag(name).map(|is_set| !is_set),
            While::Empty(name) => {
                let length = reader.resolve(value, &[name, "len"])?;
                Some(reader.deciding(length)? == 0)
            }
            While::Full(futures, limit) => {
                reader.give_up();
                let is_number = |ty: &Type| matches!(ty.shape, Shape::Leaf) && ty.size == 8;
                // Zero stands for no limit where there may be none.
                let limit =
                    reader.number(reader.inside(reader.field(value, limit)?, &is_number)?)?;
                let count = count(reader, reader.field(value, futures)?)?;
                Some(limit > 0 && count >= limit)
            }
        }
    }
}

/// How many futures there are, and results of those before whose turn has not come.
fn count(reader: &Reader<'_>, futures: Value) -> Option<u64> {
    let of = |base: &'static str| reader.find(futures, base);
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
