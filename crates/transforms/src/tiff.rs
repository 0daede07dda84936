//! What a TIFF's tags tell that its decoder does not look at.

use std::borrow::Cow;

use image::{DynamicImage, RgbImage};

const PHOTOMETRIC: u16 = 262;
const FILL_ORDER: u16 = 266;
const COLOR_MAP: u16 = 320;
/// The value of [`PHOTOMETRIC`] for numbers of a palette, and for gray.
const PALETTE: u32 = 3;
const GRAY: u8 = 1;

/// Whether this is a `BigTIFF`, with offsets of 64 bits: a format by itself to many programs, which the decoder reads too.
pub(crate) fn is_big(bytes: &[u8]) -> bool {
    bytes.starts_with(b"II\x2B\0") || bytes.starts_with(b"MM\0\x2B")
}

/// The palette of a TIFF that has one.
///
/// # Errors
///
/// Why the decoder would give a wrong picture.
pub(crate) fn palette(bytes: &[u8]) -> Result<Option<Palette<'_>>, String> {
    let Some(tags) = Tags::of(bytes) else { return Ok(None) };
    if tags.are_bits_reversed() {
        return Err(
            "its bits stand in reversed order (FillOrder 2), which is not read: save it in the usual one".into()
        );
    }
    let palette = tags.palette();
    if let Some(palette) = &palette
        && ![2, 256].contains(&palette.colours.len())
    {
        let colours = palette.colours.len();
        return Err(format!(
            "its palette has {colours} colours, and those of 2 and 256 are read: save it with 8 bits a pixel"
        ));
    }
    Ok(palette)
}

/// The file with its channels as gray and others, of which the decoder reads all; of colours it reads three.
pub(crate) fn as_gray(bytes: &[u8]) -> Option<Vec<u8>> {
    let (photometric, _) = Tags::of(bytes)?.value(PHOTOMETRIC)?;
    Some(with_gray(bytes, photometric))
}

fn with_gray(bytes: &[u8], photometric: usize) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    bytes[photometric] = GRAY;
    bytes
}

/// The tags of the first picture.
struct Tags<'a> {
    bytes: &'a [u8],
    little: bool,
    big: bool,
    first: usize,
    count: usize,
}

impl<'a> Tags<'a> {
    fn of(bytes: &'a [u8]) -> Option<Self> {
        let mut tags = Self { bytes, little: bytes.starts_with(b"II"), big: is_big(bytes), first: 0, count: 0 };
        let start = if tags.big { tags.number(8, 8)? } else { tags.number(4, 4)? };
        let width = if tags.big { 8 } else { 2 };
        tags.count = tags.number(start, width)?;
        tags.first = start.checked_add(width)?;
        Some(tags)
    }

    /// Whether the bits of each byte stand in reversed order, which the decoder does not notice.
    fn are_bits_reversed(&self) -> bool {
        self.value(FILL_ORDER).is_some_and(|(_, order)| order == 2)
    }

    /// The colours of a picture whose pixels are numbers of a palette.
    fn palette(&self) -> Option<Palette<'a>> {
        let (photometric, PALETTE) = self.value(PHOTOMETRIC)? else { return None };
        let (at, _, count) = self.entry(COLOR_MAP)?;
        let inline = if self.big { 8 } else { 4 };
        let start = if count.checked_mul(2)? <= inline { at } else { self.number(at, inline)? };
        let shorts = (0..count).map_while(|number| self.number(start.checked_add(2 * number)?, 2));
        let shorts: Vec<u16> = shorts.take(3 * 256).map(|short| short as u16).collect();
        // 16 bits a colour; some programs write 8.
        let shift = if shorts.iter().any(|short| *short > 255) { 8 } else { 0 };
        let colours = shorts.len() / 3;
        let channel = |from: usize| (0..colours).map(move |number| from * colours + number);
        let colour = |((red, green), blue)| [red, green, blue].map(|at: usize| (shorts[at] >> shift) as u8);
        let colours = channel(0).zip(channel(1)).zip(channel(2)).map(colour).collect();
        Some(Palette { colours, bytes: self.bytes, photometric })
    }

    /// Where the low byte of a tag's value stands, and the value, of a tag of one number.
    fn value(&self, tag: u16) -> Option<(usize, u32)> {
        const SHORT: usize = 3;
        let (at, kind, _) = self.entry(tag)?;
        let width = if kind == SHORT { 2 } else { 4 };
        let value = self.number(at, width)?;
        Some((if self.little { at } else { at + width - 1 }, value as u32))
    }

    /// Where a tag's value or its offset stands, its type, and how many values it has.
    fn entry(&self, tag: u16) -> Option<(usize, usize, usize)> {
        let (width, wide) = if self.big { (20, 8) } else { (12, 4) };
        let starts = (0..self.count).map_while(|number| self.first.checked_add(number.checked_mul(width)?));
        for at in starts {
            if self.number(at, 2)? == usize::from(tag) {
                return Some((at + 4 + wide, self.number(at + 2, 2)?, self.number(at + 4, wide)?));
            }
        }
        None
    }

    /// A number of so many bytes.
    fn number(&self, at: usize, bytes: usize) -> Option<usize> {
        let bytes = self.bytes.get(at..at.checked_add(bytes)?)?;
        let add = |number: u64, byte: &u8| number << 8 | u64::from(*byte);
        let number = if self.little { bytes.iter().rev().fold(0, add) } else { bytes.iter().fold(0, add) };
        usize::try_from(number).ok()
    }
}

/// The colours that a picture's numbers stand for.
pub(crate) struct Palette<'a> {
    colours: Vec<[u8; 3]>,
    bytes: &'a [u8],
    /// Where the low byte of the tag stands that says so.
    photometric: usize,
}

impl<'a> Palette<'a> {
    /// The file with its numbers as gray, which the decoder reads.
    pub fn numbers(&self) -> Cow<'a, [u8]> {
        with_gray(self.bytes, self.photometric).into()
    }

    /// The picture, of numbers that were decoded to gray.
    pub fn paint(&self, numbers: &DynamicImage) -> Result<RgbImage, String> {
        let DynamicImage::ImageLuma8(numbers) = numbers else {
            return Err("its palette is not one of 8 bits a pixel: save it with these".into());
        };
        Ok(RgbImage::from_fn(numbers.width(), numbers.height(), |x, y| {
            let number = self.number(numbers.get_pixel(x, y).0[0]);
            image::Rgb(self.colours.get(usize::from(number)).copied().unwrap_or_default())
        }))
    }

    /// The number that was decoded to a gray: a palette of two has numbers of a bit, which become black and white.
    pub fn number(&self, gray: u8) -> u8 {
        if self.colours.len() == 2 { gray.min(1) } else { gray }
    }
}
