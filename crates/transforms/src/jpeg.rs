//! What a JPEG's markers tell without decoding it.

use memchr::memchr;

/// A picture's end.
const END: u8 = 0xD9;
/// A scan's head; entropy-coded data follows it.
const SCAN: u8 = 0xDA;

/// The markers of a JPEG file in order, those inside of segments (an EXIF thumbnail's) left out.
///
/// Entropy-coded data is passed over: a `0xFF` in it is followed by 0 or a restart marker.
fn markers(bytes: &[u8]) -> impl Iterator<Item = u8> {
    let mut rest = bytes.get(2..).unwrap_or_default();
    std::iter::from_fn(move || {
        loop {
            let start = memchr(0xFF, rest)?;
            rest = &rest[start + 1..];
            match rest {
                [0 | 0x01 | 0xD0..=0xD7, tail @ ..] => rest = tail,
                [0xFF, ..] => {}
                [END, ..] => {
                    rest = &[];
                    return Some(END);
                }
                [marker, high, low, ..] => {
                    let length = usize::from(u16::from_be_bytes([*high, *low]));
                    let marker = *marker;
                    rest = rest.get(1 + length..).unwrap_or_default();
                    return Some(marker);
                }
                _ => return None,
            }
        }
    })
}

/// Whether the first frame is progressive (marker SOF2).
pub fn is_progressive(bytes: &[u8]) -> bool {
    markers(bytes).find(|marker| matches!(marker, 0xC0..=0xC2 | &SCAN)) == Some(0xC2)
}

/// Whether the file goes on to the end of its picture. A file that was cut short does not, and its decoder fills what is
/// missing with gray.
pub fn is_whole(bytes: &[u8]) -> bool {
    markers(bytes).any(|marker| marker == END)
}
