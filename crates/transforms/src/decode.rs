//! From a file to an RGB picture, by content and within limits.

use std::borrow::Cow;
use std::fmt::Write;
use std::io::Cursor;
use std::panic::{UnwindSafe, catch_unwind};
use std::path::Path;

use image::metadata::Orientation;
use image::{ColorType, DynamicImage, GenericImageView, ImageDecoder, ImageFormat, ImageReader, RgbImage};

use crate::jpeg::Rare;
use crate::profile::without_large_profiles;
use crate::tiff::Palette;
use crate::{Limits, Size, TransformError, file, jpeg, orientation, tiff};

/// Endings of the names of files in the formats that are read, in lower case and without the dot: what a search for
/// pictures looks for. Decoding goes by content.
///
/// ```
/// assert!(firelight_transforms::PICTURE_ENDINGS.contains(&"webp"));
/// ```
pub const PICTURE_ENDINGS: &[&str] = &[
    "bmp", "gif", "ico", "jfif", "jpe", "jpeg", "jpg", "pam", "pbm", "pgm", "png", "pnm", "ppm", "qoi", "tif", "tiff",
    "webp",
];

/// Reads and decodes a picture file. The format is found from the content, never from the extension.
///
/// The EXIF orientation is applied. Gray, palette, 16-bit, CMYK and alpha pictures become 8-bit RGB; alpha is dropped,
/// as fastai (Pillow's `convert("RGB")`) does, unless [`Limits::with_ground`] names the colour that shows through. Of an
/// animation the first frame is taken.
///
/// # Errors
///
/// [`TransformError::Read`], [`TransformError::NoFile`], [`TransformError::BrokenLink`], [`TransformError::LargeFile`],
/// [`TransformError::Decode`] or [`TransformError::TooLarge`], each naming `path`.
///
/// ```
/// # let folder = tempfile::tempdir()?;
/// # let path = folder.path().join("cat.jpg");
/// use firelight_transforms::{Limits, open};
///
/// // a PNG by content, whatever its name says
/// image::RgbImage::new(3, 2).save_with_format(&path, image::ImageFormat::Png)?;
/// assert_eq!(open(&path, &Limits::default())?.dimensions(), (3, 2));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn open(path: &Path, limits: &Limits) -> Result<RgbImage, TransformError> {
    let bytes = file::read(path, limits)?;
    guarded(&bytes, || path.display().to_string(), || decode_within(&bytes, limits))
}

/// Decodes a picture from memory; otherwise as [`open`].
///
/// ```
/// use firelight_transforms::{Limits, decode};
///
/// assert!(decode(b"not a picture", &Limits::default()).is_err());
/// ```
///
/// # Errors
///
/// [`TransformError::LargeFile`], [`TransformError::Decode`] or [`TransformError::TooLarge`].
pub fn decode(bytes: &[u8], limits: &Limits) -> Result<RgbImage, TransformError> {
    let name = in_memory(bytes, limits, "a picture")?;
    guarded(bytes, || name.clone(), || decode_within(bytes, limits))
}

/// What `kind` of thing in memory is called, if it is no longer than a file may be.
pub(crate) fn in_memory(bytes: &[u8], limits: &Limits, kind: &str) -> Result<String, TransformError> {
    if bytes.len() as u64 > limits.file_bytes() {
        let (bytes, limit) = (bytes.len() as u64, limits.file_bytes());
        return Err(TransformError::LargeFile { picture: format!("{kind} in memory"), bytes, limit });
    }
    Ok(format!("{kind} of {} bytes in memory", bytes.len()))
}

/// What `decode` makes of the bytes; what it refuses is named, and a panic is a refusal.
pub(crate) fn guarded<T>(
    bytes: &[u8],
    name: impl Fn() -> String,
    decode: impl FnOnce() -> Result<T, Refusal> + UnwindSafe,
) -> Result<T, TransformError> {
    if bytes.is_empty() {
        return Err(TransformError::Decode { picture: name(), reason: "the file is empty".into() });
    }
    // Decoders of rare formats have bugs; one broken file must not end a day of training.
    catch_unwind(decode).unwrap_or(Err(Refusal::Broken("its decoder panicked".into()))).map_err(|refusal| match refusal
    {
        // Some decoders end their sentence with a line's end.
        Refusal::Broken(reason) => TransformError::Decode { picture: name(), reason: reason.trim_end().to_owned() },
        Refusal::Mask(reason) => TransformError::MaskFile { mask: name(), reason },
        Refusal::Channels { wanted, given } => TransformError::Channels { picture: name(), wanted, given },
        Refusal::TooLarge { size, bytes, limit, unit } => {
            TransformError::TooLarge { picture: name(), size, bytes, limit, unit }
        }
    })
}

/// Why a picture is not decoded, before it has a name.
pub(crate) enum Refusal {
    Broken(String),
    /// A picture like others, and no mask.
    Mask(String),
    /// A picture like others, of other channels.
    Channels {
        wanted: usize,
        given: usize,
    },
    TooLarge {
        size: Size,
        bytes: u64,
        limit: u64,
        unit: &'static str,
    },
}

pub(crate) fn decode_within(bytes: &[u8], limits: &Limits) -> Result<RgbImage, Refusal> {
    let (mut picture, orientation) = unturned(bytes, limits)?;
    picture.apply_orientation(orientation);
    Ok(match limits.ground() {
        Some(ground) if picture.color().has_alpha() => over(&picture, ground),
        _ => picture.into_rgb8(),
    })
}

/// A picture with alpha before a colour: each byte `(alpha · colour + (255 − alpha) · ground) / 255`, rounded.
fn over(picture: &DynamicImage, ground: [u8; 3]) -> RgbImage {
    let mut seen = RgbImage::new(picture.width(), picture.height());
    for (to, (_, _, from)) in seen.pixels_mut().zip(picture.pixels()) {
        let alpha = u32::from(from.0[3]);
        for ((to, &from), &ground) in to.0.iter_mut().zip(&from.0).zip(&ground) {
            *to = ((alpha * u32::from(from) + (255 - alpha) * u32::from(ground) + 127) / 255) as u8;
        }
    }
    seen
}

/// The format, from the first bytes.
pub(crate) fn format(bytes: &[u8]) -> Result<ImageFormat, Refusal> {
    match image::guess_format(bytes) {
        Ok(format) => Ok(format),
        Err(_) if tiff::is_big(bytes) => Ok(ImageFormat::Tiff),
        Err(_) => Err(Refusal::Broken(unknown_format(bytes))),
    }
}

/// The picture as the file has it, of colours, and how it is to be turned.
pub(crate) fn unturned(bytes: &[u8], limits: &Limits) -> Result<(DynamicImage, Orientation), Refusal> {
    let format = format(bytes)?;
    let palette = if format == ImageFormat::Tiff { tiff::palette(bytes).map_err(Refusal::Broken)? } else { None };
    let numbers = palette.as_ref().map(Palette::numbers);
    let (picture, orientation) = decode_as(format, numbers.as_deref().unwrap_or(bytes), limits)?;
    let Some(palette) = palette else { return Ok((picture, orientation)) };
    Ok((palette.paint(&picture).map_err(Refusal::Broken)?.into(), orientation))
}

/// What the decoder of a format makes of the bytes, and how it is to be turned.
pub(crate) fn decode_as(
    format: ImageFormat,
    bytes: &[u8],
    limits: &Limits,
) -> Result<(DynamicImage, Orientation), Refusal> {
    let (picture, orientation) = if format == ImageFormat::Jpeg && jpeg::is_rare(bytes) {
        let rare = Rare::of(bytes).map_err(Refusal::Broken)?;
        let orientation = rare.exif().and_then(orientation::in_exif).unwrap_or(Orientation::NoTransforms);
        let buffers = if jpeg::is_progressive(bytes) { Buffers::Coefficients } else { Buffers::Planes };
        let result = rare.size().pixels().saturating_mul(rare.pixel_bytes());
        check(rare.size(), result, rare.pixel_bytes() == 3, &buffers, orientation, limits)?;
        (rare.decode().map_err(Refusal::Broken)?, orientation)
    } else {
        let broken = |error: image::ImageError| Refusal::Broken(error.to_string());
        let bytes = if format == ImageFormat::Png { without_large_profiles(bytes) } else { Cow::Borrowed(bytes) };
        let mut reader = ImageReader::with_format(Cursor::new(&*bytes), format);
        let mut allowed = image::Limits::no_limits();
        allowed.max_alloc = Some(limits.bytes());
        reader.limits(allowed);
        let mut decoder = reader.into_decoder().map_err(broken)?;
        let orientation = orientation::of(&mut decoder);
        let buffers = match format {
            ImageFormat::Jpeg if jpeg::is_progressive(&bytes) => Buffers::Coefficients,
            ImageFormat::WebP | ImageFormat::Gif => Buffers::Canvas,
            _ => Buffers::Rows,
        };
        let ((width, height), is_rgb) = (decoder.dimensions(), decoder.color_type() == ColorType::Rgb8);
        check(Size::new(width, height), decoder.total_bytes(), is_rgb, &buffers, orientation, limits)?;
        (DynamicImage::from_decoder(decoder).map_err(broken)?, orientation)
    };
    if format == ImageFormat::Jpeg && !jpeg::is_whole(bytes) {
        return Err(Refusal::Broken("the file ends before its picture does: it was cut short".into()));
    }
    Ok((picture, orientation))
}

/// What a decoder holds beside its result.
pub(crate) enum Buffers {
    None,
    /// A few rows, which lines are filtered in; of a picture of one row more than all of it.
    Rows,
    /// All coefficients of a progressive JPEG, two bytes each.
    Coefficients,
    /// The planes of a JPEG whose components come one after the other.
    Planes,
    /// A canvas of four bytes a pixel on which frames are drawn.
    Canvas,
}

/// Refuses a picture without pixels, and one of whose decoding the limits would be passed: `result` bytes, of RGB or of what has
/// to be converted to it.
pub(crate) fn check(
    size: Size,
    result: u64,
    is_rgb: bool,
    buffers: &Buffers,
    orientation: Orientation,
    limits: &Limits,
) -> Result<(), Refusal> {
    if size.is_empty() {
        return Err(Refusal::Broken(format!("it is {size} and has no pixels")));
    }
    let pixels = size.pixels();
    let converted = if is_rgb { 0 } else { pixels.saturating_mul(3) };
    let turned = match orientation {
        Orientation::Rotate90 | Orientation::Rotate270 | Orientation::Rotate90FlipH | Orientation::Rotate270FlipH => {
            result
        }
        _ => 0,
    };
    let beside = match buffers {
        Buffers::None => 0,
        Buffers::Rows => result.div_ceil(u64::from(size.height)).saturating_mul(4),
        Buffers::Coefficients => result.saturating_mul(2),
        Buffers::Planes => result,
        Buffers::Canvas => pixels.saturating_mul(4),
    };
    // Conversion and turning come after the decoder has freed what it held.
    let bytes = result.saturating_add(converted.max(turned).max(beside));
    if pixels > limits.pixels() {
        Err(Refusal::TooLarge { size, bytes, limit: limits.pixels(), unit: "pixels" })
    } else if bytes > limits.bytes() {
        Err(Refusal::TooLarge { size, bytes, limit: limits.bytes(), unit: "bytes" })
    } else {
        Ok(())
    }
}

fn unknown_format(bytes: &[u8]) -> String {
    let mut start = String::new();
    for byte in bytes.iter().take(8) {
        let _ = write!(start, "{byte:02x}");
    }
    format!(
        "its first bytes ({start}) belong to no picture format that is read (JPEG, PNG, GIF, WebP, BMP, TIFF, PNM, QOI, ICO)"
    )
}
