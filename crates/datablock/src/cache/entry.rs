//! A decoded picture as a file has it.
//!
//! | bytes | |
//! |---|---|
//! | 16 | `firelight-pic-1` and a line's end |
//! | 32 | what the picture is [known by](super::key::Key::print) |
//! | 4 × 4 | width, height, channels, bytes of a number (1 or 4) |
//! | 4 × 4 | of a reduced picture: the width and height that it stands for, by how much, where cut blocks lie (1 left, 2 above); else 0 |
//! | 4 | CRC-32C of all others |
//! | | the numbers: of bytes pixel by pixel, of floats plane by plane |
//!
//! All numbers with their least byte first.

use std::fs::File;
use std::io::{self, Read, Write};

use crc32c::{crc32c, crc32c_append};
use firelight_transforms::{Bands, Picture, Reduced, ReducedEnds, Size};
use image::RgbImage;

const MAGIC: [u8; 16] = *b"firelight-pic-1\n";
const HEAD: usize = MAGIC.len() + 32 + 32;
const CHECK: usize = 4;

/// The bytes of the numbers of a picture; `None` for several, which are kept one by one.
pub(super) fn pixels(picture: &Picture) -> Option<u64> {
    match picture {
        Picture::Rgb(picture) => Some(picture.as_raw().len() as u64),
        Picture::Bands(bands) => Some(size_of_val(bands.planes()) as u64),
        Picture::Reduced(reduced) => Some(reduced.pixels().as_raw().len() as u64),
        _ => None,
    }
}

/// The length of the file.
pub(super) fn length(picture: &Picture) -> Option<u64> {
    pixels(picture).map(|pixels| pixels + (HEAD + CHECK) as u64)
}

pub(super) fn write(to: &mut impl Write, print: [u8; 32], picture: &Picture) -> io::Result<()> {
    let floats: Vec<u8>;
    let mut stands_for = [0; 4];
    let colours = |picture: &RgbImage| (Size::new(picture.width(), picture.height()), 3, 1);
    let ((size, channels, width), numbers) = match picture {
        Picture::Rgb(picture) => (colours(picture), picture.as_raw().as_slice()),
        Picture::Reduced(reduced) => {
            let (size, ends) = (reduced.size(), reduced.ends());
            stands_for = [size.width, size.height, reduced.by(), u32::from(ends.x) + 2 * u32::from(ends.y)];
            (colours(reduced.pixels()), reduced.pixels().as_raw().as_slice())
        }
        Picture::Bands(bands) => {
            floats = bands.planes().iter().flat_map(|number| number.to_le_bytes()).collect();
            ((bands.size(), bands.channels() as u32, 4), floats.as_slice())
        }
        _ => return Err(io::ErrorKind::Unsupported.into()),
    };
    let mut head = Vec::with_capacity(HEAD + CHECK);
    head.extend(MAGIC);
    head.extend(print);
    for number in [size.width, size.height, channels, width].into_iter().chain(stands_for) {
        head.extend(number.to_le_bytes());
    }
    head.extend(crc32c_append(crc32c(&head), numbers).to_le_bytes());
    to.write_all(&head)?;
    to.write_all(numbers)
}

/// `None` for a file of another picture, a damaged one, and one that cannot be read.
pub(super) fn read(mut file: &File, print: [u8; 32]) -> Option<Picture> {
    let mut head = [0; HEAD + CHECK];
    file.read_exact(&mut head).ok()?;
    let (head, check) = head.split_at(HEAD);
    let rest = head.strip_prefix(&MAGIC)?.strip_prefix(&print)?;
    let number = |at: usize| Some(u32::from_le_bytes(rest.get(4 * at..4 * at + 4)?.try_into().ok()?));
    let (size, channels, width) = (Size::new(number(0)?, number(1)?), number(2)?, number(3)?);
    let length = size.pixels().checked_mul(u64::from(channels))?.checked_mul(u64::from(width))?;
    // Before so much is asked for: what the file says may be nonsense.
    if file.metadata().ok()?.len() != length.checked_add((HEAD + CHECK) as u64)? {
        return None;
    }
    let mut numbers = Vec::with_capacity(usize::try_from(length).ok()?);
    file.take(length).read_to_end(&mut numbers).ok()?;
    if numbers.len() as u64 != length || crc32c_append(crc32c(head), &numbers).to_le_bytes() != check {
        return None;
    }
    let (by, cut) = (number(6)?, number(7)?);
    match (channels, width) {
        (3, 1) => {
            let picture = RgbImage::from_raw(size.width, size.height, numbers)?;
            if by == 0 {
                return Some(picture.into());
            }
            let ends = ReducedEnds { x: cut & 1 > 0, y: cut & 2 > 0 };
            Reduced::new(picture, Size::new(number(4)?, number(5)?), by, ends).ok().map(Picture::from)
        }
        (_, 4) => {
            let floats = numbers.as_chunks().0.iter().map(|bytes| f32::from_le_bytes(*bytes)).collect();
            Bands::new(size, floats).ok().map(Picture::from)
        }
        _ => None,
    }
}
