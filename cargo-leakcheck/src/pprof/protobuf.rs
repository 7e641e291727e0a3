//! Messages of protocol buffers, as far as a profile needs them.

/// A message under way.
#[derive(Clone, Debug, Default)]
pub(super) struct Message(Vec<u8>);

impl Message {
    /// A field with a number, left out where that is zero, as it is by default.
    pub(super) fn number(&mut self, field: u64, value: u64) {
        if value != 0 {
            self.varint(field << 3);
            self.varint(value);
        }
    }

    /// A field with a list of numbers.
    pub(super) fn numbers(&mut self, field: u64, values: &[u64]) {
        let mut packed = Self::default();
        for value in values {
            packed.varint(*value);
        }
        self.bytes(field, &packed.0);
    }

    /// A field with a text.
    pub(super) fn text(&mut self, field: u64, text: &str) {
        self.bytes(field, text.as_bytes());
    }

    /// A field with a message.
    pub(super) fn message(&mut self, field: u64, message: &Self) {
        self.bytes(field, &message.0);
    }

    pub(super) fn end(self) -> Vec<u8> {
        self.0
    }

    fn bytes(&mut self, field: u64, bytes: &[u8]) {
        self.varint(field << 3 | 2);
        self.varint(bytes.len() as u64);
        self.0.extend(bytes);
    }

    /// Seven bits a byte, the lowest first; the eighth says that more follow.
    fn varint(&mut self, mut value: u64) {
        loop {
            let [lowest, ..] = value.to_le_bytes();
            value >>= 7;
            if value == 0 {
                self.0.push(lowest);
                return;
            }
            self.0.push(lowest | 128);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The examples of the encoding's own documentation.
    #[test]
    fn it_is_encoded_as_it_is_documented() {
        let mut message = Message::default();
        message.number(1, 150);
        message.text(2, "testing");
        message.numbers(6, &[3, 270, 86942]);
        message.number(3, 0);
        assert_eq!(
            message.end(),
            [
                &[0x08, 0x96, 0x01, 0x12, 0x07][..],
                b"testing",
                &[0x32, 0x06, 0x03, 0x8e, 0x02, 0x9e, 0xa7, 0x05],
            ]
            .concat()
        );
        let mut message = Message::default();
        message.number(1, u64::MAX);
        assert_eq!(message.end().len(), 11);
    }
}
