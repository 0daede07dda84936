//! The numbers in the pixels of a file, as they are stored.

use std::io::Cursor;

use image::metadata::Orientation;
use image::{DynamicImage, ImageFormat};
use png::{ColorType, Decoder, Transformations};

use crate::decode::{Buffers, Refusal, check, decode_as, format};
use crate::{Limits, Size, tiff};

/// The numbers, in rows from the top.
pub(super) fn of(bytes: &[u8], limits: &Limits) -> Result<(Size, Vec<u8>), Refusal> {
    let format = format(bytes)?;
    if format == ImageFormat::Png
        && let Some(numbers) = png(bytes, limits)?
    {
        return Ok(numbers);
    }
    let palette = if format == ImageFormat::Tiff { tiff::palette(bytes).map_err(Refusal::Broken)? } else { None };
    let stored = palette.as_ref().map(tiff::Palette::numbers);
    let (picture, _) = decode_as(format, stored.as_deref().unwrap_or(bytes), limits)?;
    let size = Size::new(picture.width(), picture.height());
    let mut numbers = plain(picture, size)?;
    if let Some(palette) = palette {
        for number in &mut numbers {
            *number = palette.number(*number);
        }
    }
    Ok((size, numbers))
}

/// Refuses files whose format changes numbers.
pub(super) fn lossless(bytes: &[u8]) -> Result<(), Refusal> {
    let lossy = match format(bytes)? {
        ImageFormat::Jpeg => "JPEG",
        ImageFormat::WebP if is_lossy(bytes) => "lossy WebP",
        _ => return Ok(()),
    };
    Err(Refusal::Mask(format!(
        "it is a {lossy}, which changes numbers a little, and so classes; save masks as PNG, from where they were made"
    )))
}

/// Column and row of a pixel in words.
pub(super) fn place(at: usize, size: Size) -> String {
    let width = size.width as usize;
    format!("column {}, row {}", at % width, at / width)
}

/// The numbers of a PNG of a palette or of gray; `None` for colours.
fn png(bytes: &[u8], limits: &Limits) -> Result<Option<(Size, Vec<u8>)>, Refusal> {
    let broken = |error: png::DecodingError| Refusal::Broken(error.to_string());
    let allowed = png::Limits { bytes: usize::try_from(limits.bytes()).unwrap_or(usize::MAX) };
    let mut decoder = Decoder::new_with_limits(Cursor::new(bytes), allowed);
    decoder.set_transformations(Transformations::IDENTITY);
    decoder.set_ignore_iccp_chunk(true);
    decoder.set_ignore_text_chunk(true);
    let mut reader = decoder.read_info().map_err(broken)?;
    let info = reader.info();
    let channels = match info.color_type {
        ColorType::Indexed | ColorType::Grayscale => 1,
        ColorType::GrayscaleAlpha => 2,
        ColorType::Rgb | ColorType::Rgba => return Ok(None),
    };
    let (size, depth) = (Size::new(info.width, info.height), info.bit_depth as usize);
    let packed = reader.output_buffer_size().unwrap_or(usize::MAX);
    let result = (packed as u64).saturating_add(size.pixels());
    check(size, result, true, &Buffers::Rows, Orientation::NoTransforms, limits)?;
    let mut rows = vec![0; packed];
    let line = reader.next_frame(&mut rows).map_err(broken)?.line_size;
    let mut numbers = Vec::with_capacity(size.pixels() as usize);
    for row in rows.chunks_exact(line) {
        for column in 0..size.width as usize {
            let number = sample(row, column * channels, depth);
            numbers.push(small(number, numbers.len(), size)?);
        }
    }
    Ok(Some((size, numbers)))
}

/// The sample at `index` of a row of samples of `depth` bits, the first in the highest bits.
fn sample(row: &[u8], index: usize, depth: usize) -> u16 {
    match depth {
        16 => u16::from_be_bytes([row[2 * index], row[2 * index + 1]]),
        8 => row[index].into(),
        _ => {
            let (byte, bit) = (index * depth / 8, index * depth % 8);
            u16::from(row[byte] >> (8 - depth - bit)) & ((1 << depth) - 1)
        }
    }
}

/// The numbers of a decoded picture of another format.
fn plain(picture: DynamicImage, size: Size) -> Result<Vec<u8>, Refusal> {
    let gray = |at: usize, [red, green, blue]: [u8; 3]| {
        if red == green && green == blue {
            return Ok(red);
        }
        Err(Refusal::Mask(format!(
            "it has the colour ({red}, {green}, {blue}) at {}, and no colours are told; say what they stand for \
             (MaskReader::with_colours)",
            place(at, size)
        )))
    };
    let wide = |(at, number): (usize, u16)| small(number, at, size);
    match picture {
        DynamicImage::ImageLuma8(picture) => Ok(picture.into_raw()),
        DynamicImage::ImageLumaA8(picture) => Ok(picture.pixels().map(|pixel| pixel.0[0]).collect()),
        DynamicImage::ImageLuma16(picture) => picture.pixels().map(|pixel| pixel.0[0]).enumerate().map(wide).collect(),
        DynamicImage::ImageLumaA16(picture) => picture.pixels().map(|pixel| pixel.0[0]).enumerate().map(wide).collect(),
        DynamicImage::ImageRgb8(picture) => picture.pixels().enumerate().map(|(at, pixel)| gray(at, pixel.0)).collect(),
        DynamicImage::ImageRgba8(picture) => {
            let colour = |[red, green, blue, _]: [u8; 4]| [red, green, blue];
            picture.pixels().enumerate().map(|(at, pixel)| gray(at, colour(pixel.0))).collect()
        }
        other => Err(Refusal::Mask(format!(
            "its pixels are of the kind {:?}, and numbers are read from palettes and gray; save it as a PNG of these",
            other.color()
        ))),
    }
}

/// A number that a code can have.
fn small(number: u16, at: usize, size: Size) -> Result<u8, Refusal> {
    u8::try_from(number).map_err(|_| {
        Refusal::Mask(format!(
            "it has the number {number} at {}, and codes go up to 255; save it with 8 bits a pixel",
            place(at, size)
        ))
    })
}

/// Whether a WebP holds a picture of the lossy kind, among the parts that it is made of.
fn is_lossy(bytes: &[u8]) -> bool {
    let mut at = 12_usize;
    while let Some(part) = bytes.get(at..at.saturating_add(8)) {
        // A frame of an animation holds parts of its own, after 16 bytes.
        if &part[..4] == b"VP8 " {
            return true;
        }
        let length = u32::from_le_bytes([part[4], part[5], part[6], part[7]]) as usize;
        let inside = if &part[..4] == b"ANMF" { 16 } else { length.saturating_add(length % 2) };
        at = at.saturating_add(8).saturating_add(inside);
    }
    false
}
