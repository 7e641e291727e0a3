//! What has been put into a channel of tokio's, and was not taken out.

use crate::read::{
    dwarf::{Shape, Type},
    value::{Reader, Value},
};

/// Messages of one queue that are read, and blocks of them that are passed.
const MOST_MESSAGES: u64 = 256;
const MOST_BLOCKS: u64 = 64;
/// More messages than this are no number of messages.
const MOST_SENT: u64 = 1 << 32;
/// A word of flags has one for each slot of a block in front.
const MOST_SLOTS: u64 = 32;

/// The messages that were read, in their order.
#[derive(Debug, Default)]
pub(crate) struct Messages {
    pub(crate) list: Vec<Value>,
    /// Whether those are all.
    pub(crate) is_whole: bool,
}

/// Those in the queue that the ends of an `mpsc` channel share; what is not read is missing.
pub(crate) fn messages(reader: &Reader<'_>, channel: Value) -> Messages {
    let mut messages = Messages::default();
    messages.is_whole = read(reader, channel, &mut messages.list).is_some();
    messages
}

fn read(reader: &Reader<'_>, channel: Value, list: &mut Vec<Value>) -> Option<()> {
    let number = |value: Value, name| {
        let is_number = |ty: &Type| matches!(ty.shape, Shape::Leaf) && ty.size == 8;
        reader.number(reader.inside(reader.field(value, name)?, &is_number)?)
    };
    let end = |name, base| reader.find(reader.field(channel, name)?, base);
    let tail = number(end("tx", "tokio::sync::mpsc::list::Tx")?, "tail_position")?;
    let receiver = end("rx_fields", "tokio::sync::mpsc::list::Rx")?;
    let head = number(receiver, "index")?;
    let message = reader.ty(receiver.ty.argument("T")?)?;
    let count = tail.wrapping_sub(head);
    (count <= MOST_SENT).then_some(())?;
    let mut block = reader.pointee(reader.pointer(reader.field(receiver, "head")?)?)?;
    let mut blocks = 0;
    for position in 0..count.min(MOST_MESSAGES) {
        let position = head.wrapping_add(position);
        let slot = loop {
            // Until some release the fields stand in the block itself.
            let header = reader.inside(block, &|ty| ty.member("start_index").is_some())?;
            let is_row = |ty: &Type| matches!(ty.shape, Shape::Array(..));
            let values = reader.inside(reader.field(block, "values")?, &is_row)?;
            let Shape::Array(_, slots) = values.ty.shape else {
                return None;
            };
            (1..=MOST_SLOTS).contains(&slots).then_some(())?;
            let slot = position.wrapping_sub(number(header, "start_index")?);
            if slot < slots {
                let is_ready = number(header, "ready_slots")? >> slot & 1 == 1;
                break is_ready.then(|| Value::nth(message, values.address, slot));
            }
            blocks += 1;
            (blocks < MOST_BLOCKS).then_some(())?;
            block = reader.pointee(reader.pointer(reader.field(header, "next")?)?)?;
        };
        // Its sender has the slot, and has not filled it.
        list.extend(slot);
    }
    (count <= MOST_MESSAGES).then_some(())
}
