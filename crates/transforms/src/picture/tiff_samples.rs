//! TIFF of more channels, depths and kinds of numbers than pictures have.

use std::io::Cursor;

use ::tiff::decoder::{Decoder, DecodingResult, Limits as Room};
use ::tiff::tags::{PhotometricInterpretation as Meaning, Tag};
use image::metadata::Orientation;

use super::Channels;
use super::samples::{Alpha, Layout};
use crate::decode::{Buffers, Refusal, check};
use crate::{Limits, Size, tiff};

/// The wanted planes of a file's first picture, how large it is and how it is to be turned: whole numbers without a sign become 0 to 1,
/// others stay as they are. `None` for what the usual decoder has to read: palettes, bits, and colours that are to be converted.
pub(super) fn read(
    bytes: &[u8],
    wanted: Channels,
    limits: &Limits,
) -> Result<Option<(Size, Vec<f32>, Orientation)>, Refusal> {
    if tiff::palette(bytes).map_err(Refusal::Broken)?.is_some() {
        return Ok(None);
    }
    let mut decoder = self::decoder(bytes, limits)?;
    let number = |decoder: &mut Decoder<_>, tag| decoder.find_tag_unsigned::<u16>(tag).ok().flatten();
    let meaning = number(&mut decoder, Tag::PhotometricInterpretation).and_then(Meaning::from_u16);
    let depths = decoder.find_tag_unsigned_vec::<u16>(Tag::BitsPerSample).ok().flatten().unwrap_or_default();
    let plain = matches!(meaning, Some(Meaning::BlackIsZero | Meaning::WhiteIsZero | Meaning::RGB));
    if !plain || depths.is_empty() || depths.iter().any(|&bits| bits < 8) {
        return Ok(None);
    }
    let samples = usize::from(number(&mut decoder, Tag::SamplesPerPixel).unwrap_or(1));
    if let Channels::Own(wanted) = wanted
        && wanted != samples
    {
        return Err(Refusal::Channels { wanted, given: samples });
    }
    // Of colours the decoder reads three, and of several channels it inverts none.
    let is_patched =
        samples > if meaning == Some(Meaning::RGB) { 3 } else { 1 } && meaning != Some(Meaning::BlackIsZero);
    let patched = if is_patched { tiff::as_gray(bytes) } else { None };
    let mut decoder = match &patched {
        Some(bytes) => self::decoder(bytes, limits)?,
        None => decoder,
    };
    let (width, height) = decoder.dimensions()?;
    let size = Size::new(width, height);
    let turn = number(&mut decoder, Tag::Orientation).and_then(|turn| u8::try_from(turn).ok());
    let turn = turn.and_then(Orientation::from_exif).unwrap_or(Orientation::NoTransforms);
    let layout = decoder.image_buffer_layout()?;
    let copied = patched.as_ref().map_or(0, Vec::len) as u64;
    check(size, layout.complete_len as u64 + wanted.bytes(size) + copied, true, &Buffers::None, turn, limits)?;
    let extra = decoder.find_tag_unsigned_vec::<u16>(Tag::ExtraSamples).ok().flatten().unwrap_or_default();
    let mut numbers = DecodingResult::U8(Vec::new());
    decoder.read_image_to_buffer(&mut numbers)?;

    let (pixels, colours) = (size.pixels() as usize, meaning == Some(Meaning::RGB) && samples >= 3);
    let alpha = match extra.last() {
        Some(1) if samples > 1 => Alpha::Multiplied,
        Some(2) if samples > 1 => Alpha::Straight,
        // As the usual decoder takes it.
        None if colours && samples == 4 => Alpha::Straight,
        _ => Alpha::None,
    };
    let of = Of {
        layout: Layout { pixels, channels: samples, colours, alpha },
        planar: layout.planes > 1,
        inverted: is_patched && meaning == Some(Meaning::WhiteIsZero),
        wanted,
        ground: limits.ground(),
    };
    let planes = match numbers {
        DecodingResult::U8(numbers) => of.whole(&numbers, |number| f32::from(number) / 255.0),
        DecodingResult::U16(numbers) => of.whole(&numbers, |number| f32::from(number) / 65535.0),
        DecodingResult::U32(numbers) => of.whole(&numbers, |number| (f64::from(number) / f64::from(u32::MAX)) as f32),
        DecodingResult::U64(numbers) => of.whole(&numbers, |number| (number as f64 / u64::MAX as f64) as f32),
        DecodingResult::F16(numbers) => of.planes(&numbers, f32::from),
        DecodingResult::F32(numbers) => of.planes(&numbers, |number| number),
        DecodingResult::F64(numbers) => of.planes(&numbers, |number| number as f32),
        DecodingResult::I8(numbers) => of.planes(&numbers, f32::from),
        DecodingResult::I16(numbers) => of.planes(&numbers, f32::from),
        DecodingResult::I32(numbers) => of.planes(&numbers, |number| number as f32),
        DecodingResult::I64(numbers) => of.planes(&numbers, |number| number as f32),
    }?;
    Ok(Some((size, planes, turn)))
}

/// How the numbers of a file become planes.
struct Of {
    layout: Layout,
    /// Whether a channel stands behind the other, and not a pixel.
    planar: bool,
    /// Whether black is the largest number.
    inverted: bool,
    wanted: Channels,
    ground: Option<[u8; 3]>,
}

impl Of {
    /// Of whole numbers without a sign, which become 0 to 1.
    fn whole<T: Copy>(&self, numbers: &[T], float: impl Fn(T) -> f32) -> Result<Vec<f32>, Refusal> {
        self.planes(numbers, |number| if self.inverted { 1.0 - float(number) } else { float(number) })
    }

    fn planes<T: Copy>(&self, numbers: &[T], float: impl Fn(T) -> f32) -> Result<Vec<f32>, Refusal> {
        let Layout { pixels, channels, .. } = self.layout;
        if numbers.len() != pixels * channels {
            let (given, needed) = (numbers.len(), pixels * channels);
            return Err(Refusal::Broken(format!("it has {given} numbers, and its pixels are {needed}")));
        }
        let place = |pixel: usize, channel: usize| {
            if self.planar { channel * pixels + pixel } else { pixel * channels + channel }
        };
        self.layout.planes(self.wanted, self.ground, |pixel, channel| float(numbers[place(pixel, channel)]))
    }
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
