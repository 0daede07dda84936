//! Records of an event file: a protocol buffer message each, with its length and checksums.
//!
//! The messages are `Event`, `Summary` and `SessionLog` of `tensorboard/compat/proto`; the framing is that of TensorFlow's `TFRecord`.

/// A protocol buffer message under way. Fields are written in the order of their numbers, and those that are 0 left out, as its own writers do.
#[derive(Debug, Default, Clone)]
pub struct Message(Vec<u8>);

/// How a field's bytes are to be read.
const VARINT: u64 = 0;
const EIGHT_BYTES: u64 = 1;
const WITH_LENGTH: u64 = 2;
const FOUR_BYTES: u64 = 5;

impl Message {
    /// A whole number.
    pub fn number(self, field: u64, value: u64) -> Self {
        if value == 0 { self } else { self.varint(field << 3 | VARINT).varint(value) }
    }

    /// A number of 64 bits.
    pub fn double(mut self, field: u64, value: f64) -> Self {
        self = self.varint(field << 3 | EIGHT_BYTES);
        self.0.extend(value.to_le_bytes());
        self
    }

    /// A number of 32 bits, which is written even where it is 0: it is one of several that a message may have.
    pub fn float(mut self, field: u64, value: f32) -> Self {
        self = self.varint(field << 3 | FOUR_BYTES);
        self.0.extend(value.to_le_bytes());
        self
    }

    /// Bytes.
    pub fn bytes(mut self, field: u64, bytes: &[u8]) -> Self {
        self = self.varint(field << 3 | WITH_LENGTH).varint(bytes.len() as u64);
        self.0.extend(bytes);
        self
    }

    /// A text.
    pub fn text(self, field: u64, text: &str) -> Self {
        self.bytes(field, text.as_bytes())
    }

    /// A message in it.
    pub fn message(self, field: u64, message: &Self) -> Self {
        self.bytes(field, &message.0)
    }

    /// Seven bits a byte, the lowest first; the eighth says that more follow.
    fn varint(mut self, mut value: u64) -> Self {
        while value > 0x7f {
            self.0.push(value as u8 | 0x80);
            value >>= 7;
        }
        self.0.push(value as u8);
        self
    }
}

/// A message as the file has it.
pub fn record(message: &Message) -> Vec<u8> {
    let length = (message.0.len() as u64).to_le_bytes();
    [&length[..], &masked(&length), &message.0, &masked(&message.0)].concat()
}

/// The checksum, turned so that one of bytes that hold checksums is another.
fn masked(bytes: &[u8]) -> [u8; 4] {
    crc32c::crc32c(bytes).rotate_right(15).wrapping_add(0xa282_ead8).to_le_bytes()
}
