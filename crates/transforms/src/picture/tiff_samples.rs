//! TIFF of more channels, depths and kinds of numbers than pictures have.

use std::io::Cursor;

use ::tiff::decoder::{Decoder, DecodingResult, Limits as Room};
use ::tiff::tags::{PhotometricInterpretation as Meaning, Tag};
use image::metadata::Orientation;

use super::samples::Samples;
use crate::decode::{Buffers, Refusal, check};
use crate::{Limits, Size, tiff};

/// Floats beside a number of the file: one pixel by pixel, one in its plane.
const FLOATS: u64 = 2 * size_of::<f32>() as u64;

/// All channels of a file's first picture, whatever their number: whole numbers without a sign become 0 to 1, others stay as they are.
/// `None` for what the usual decoder has to read: palettes, bits, and colours that are to be converted.
pub(crate) fn read(bytes: &[u8], limits: &Limits) -> Result<Option<(Size, Samples, Orientation)>, Refusal> {
    let mut decoder = self::decoder(bytes, limits)?;
    let number = |decoder: &mut Decoder<_>, tag| decoder.find_tag_unsigned::<u16>(tag).ok().flatten();
    let meaning = number(&mut decoder, Tag::PhotometricInterpretation).and_then(Meaning::from_u16);
    let depths = decoder.find_tag_unsigned_vec::<u16>(Tag::BitsPerSample).ok().flatten().unwrap_or_default();
    let plain = matches!(meaning, Some(Meaning::BlackIsZero | Meaning::WhiteIsZero | Meaning::RGB));
    if !plain || depths.is_empty() || depths.iter().any(|&bits| bits < 8) {
        return Ok(None);
    }
    let gray = if meaning == Some(Meaning::RGB) && depths.len() > 3 { tiff::as_gray(bytes) } else { None };
    let mut decoder = match &gray {
        Some(bytes) => self::decoder(bytes, limits)?,
        None => decoder,
    };
    let (width, height) = decoder.dimensions()?;
    let size = Size::new(width, height);
    let turn = number(&mut decoder, Tag::Orientation).and_then(|turn| u8::try_from(turn).ok());
    let turn = turn.and_then(Orientation::from_exif).unwrap_or(Orientation::NoTransforms);
    let layout = decoder.image_buffer_layout()?;
    let count = size.pixels().saturating_mul(depths.len() as u64);
    let held = (layout.complete_len as u64).saturating_add(count.saturating_mul(FLOATS));
    check(size, held, true, &Buffers::None, turn, limits)?;
    let extra = decoder.find_tag_unsigned_vec::<u16>(Tag::ExtraSamples).ok().flatten().unwrap_or_default();
    let mut numbers = DecodingResult::U8(Vec::new());
    decoder.read_image_to_buffer(&mut numbers)?;
    let mut numbers = floats(numbers);
    let pixels = size.pixels() as usize;
    if numbers.is_empty() || !numbers.len().is_multiple_of(pixels) {
        return Err(Refusal::Broken(format!("it has {} numbers for {pixels} pixels", numbers.len())));
    }
    let channels = numbers.len() / pixels;
    if layout.planes > 1 {
        numbers = (0..pixels).flat_map(|pixel| numbers.iter().skip(pixel).step_by(pixels).copied()).collect();
    }
    let colours = meaning == Some(Meaning::RGB) && channels >= 3;
    // Alpha that colours were multiplied by, or not.
    let alpha = channels > 1 && matches!(extra.last(), Some(1 | 2));
    Ok(Some((size, Samples { channels, colours, alpha, numbers }, turn)))
}

fn decoder<'a>(bytes: &'a [u8], limits: &Limits) -> Result<Decoder<Cursor<&'a [u8]>>, Refusal> {
    let mut room = Room::default();
    room.decoding_buffer_size = usize::try_from(limits.bytes()).unwrap_or(usize::MAX);
    room.intermediate_buffer_size = room.decoding_buffer_size;
    Ok(Decoder::new(Cursor::new(bytes))?.with_limits(room))
}

impl From<::tiff::TiffError> for Refusal {
    fn from(error: ::tiff::TiffError) -> Self {
        Self::Broken(error.to_string())
    }
}

fn floats(numbers: DecodingResult) -> Vec<f32> {
    match numbers {
        DecodingResult::U8(numbers) => numbers.into_iter().map(|number| f32::from(number) / 255.0).collect(),
        DecodingResult::U16(numbers) => numbers.into_iter().map(|number| f32::from(number) / 65535.0).collect(),
        DecodingResult::U32(numbers) => {
            numbers.into_iter().map(|number| (f64::from(number) / f64::from(u32::MAX)) as f32).collect()
        }
        DecodingResult::U64(numbers) => {
            numbers.into_iter().map(|number| (number as f64 / u64::MAX as f64) as f32).collect()
        }
        DecodingResult::F16(numbers) => numbers.into_iter().map(f32::from).collect(),
        DecodingResult::F32(numbers) => numbers,
        DecodingResult::F64(numbers) => numbers.into_iter().map(|number| number as f32).collect(),
        DecodingResult::I8(numbers) => numbers.into_iter().map(f32::from).collect(),
        DecodingResult::I16(numbers) => numbers.into_iter().map(f32::from).collect(),
        DecodingResult::I32(numbers) => numbers.into_iter().map(|number| number as f32).collect(),
        DecodingResult::I64(numbers) => numbers.into_iter().map(|number| number as f32).collect(),
    }
}
