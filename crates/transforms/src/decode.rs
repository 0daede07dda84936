//! From a file to an RGB picture, by content and within limits.

use std::fmt::Write;
use std::io::Cursor;
use std::panic::catch_unwind;
use std::path::Path;

use image::metadata::Orientation;
use image::{ColorType, DynamicImage, ImageDecoder, ImageFormat, ImageReader, RgbImage};

use crate::orientation::orientation;
use crate::tiff::{Palette, Tags};
use crate::{Limits, Size, TransformError, file, jpeg, tiff};

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
/// as fastai (Pillow's `convert("RGB")`) does. Of an animation the first frame is taken.
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
    decode_named(&bytes, limits, || path.display().to_string())
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
    let name = || format!("a picture of {} bytes in memory", bytes.len());
    if bytes.len() as u64 > limits.file_bytes() {
        let (bytes, limit) = (bytes.len() as u64, limits.file_bytes());
        return Err(TransformError::LargeFile { picture: "a picture in memory".into(), bytes, limit });
    }
    decode_named(bytes, limits, name)
}

fn decode_named(bytes: &[u8], limits: &Limits, name: impl Fn() -> String) -> Result<RgbImage, TransformError> {
    if bytes.is_empty() {
        return Err(TransformError::Decode { picture: name(), reason: "the file is empty".into() });
    }
    // Decoders of rare formats have bugs; one broken file must not end a day of training.
    catch_unwind(|| decode_within(bytes, limits))
        .unwrap_or(Err(Refusal::Broken("its decoder panicked".into())))
        .map_err(|refusal| match refusal {
            Refusal::Broken(reason) => TransformError::Decode { picture: name(), reason },
            Refusal::TooLarge { size, bytes, limit, unit } => {
                TransformError::TooLarge { picture: name(), size, bytes, limit, unit }
            }
        })
}

/// Why a picture is not decoded, before it has a name.
enum Refusal {
    Broken(String),
    TooLarge { size: Size, bytes: u64, limit: u64, unit: &'static str },
}

fn decode_within(bytes: &[u8], limits: &Limits) -> Result<RgbImage, Refusal> {
    let broken = |error: image::ImageError| Refusal::Broken(error.to_string());
    let format = match image::guess_format(bytes) {
        Ok(format) => format,
        Err(_) if tiff::is_big(bytes) => ImageFormat::Tiff,
        Err(_) => return Err(Refusal::Broken(unknown_format(bytes))),
    };
    let tags = if format == ImageFormat::Tiff { Tags::of(bytes) } else { None };
    if tags.as_ref().is_some_and(Tags::are_bits_reversed) {
        let reason = "its bits stand in reversed order (FillOrder 2), which is not read: save it in the usual one";
        return Err(Refusal::Broken(reason.into()));
    }
    let palette = tags.and_then(|tags| tags.palette());
    let numbers = palette.as_ref().map(Palette::numbers);
    let bytes = numbers.as_deref().unwrap_or(bytes);
    let mut reader = ImageReader::with_format(Cursor::new(bytes), format);
    let mut allowed = image::Limits::no_limits();
    allowed.max_alloc = Some(limits.bytes());
    reader.limits(allowed);

    let mut decoder = reader.into_decoder().map_err(broken)?;
    let orientation = orientation(&mut decoder);
    let buffers = match format {
        ImageFormat::Jpeg if jpeg::is_progressive(bytes) => Buffers::Coefficients,
        ImageFormat::WebP | ImageFormat::Gif => Buffers::Canvas,
        _ => Buffers::None,
    };
    check(&decoder, &buffers, orientation, limits)?;
    let mut picture = DynamicImage::from_decoder(decoder).map_err(broken)?;
    if format == ImageFormat::Jpeg && !jpeg::is_whole(bytes) {
        return Err(Refusal::Broken("the file ends before its picture does: it was cut short".into()));
    }
    if let Some(palette) = palette {
        picture = palette.paint(&picture.into_luma8()).into();
    }
    picture.apply_orientation(orientation);
    Ok(picture.into_rgb8())
}

/// What a decoder holds beside its result.
enum Buffers {
    None,
    /// All coefficients of a progressive JPEG, two bytes each.
    Coefficients,
    /// A canvas of four bytes a pixel on which frames are drawn.
    Canvas,
}

fn check(
    decoder: &impl ImageDecoder,
    buffers: &Buffers,
    orientation: Orientation,
    limits: &Limits,
) -> Result<(), Refusal> {
    let (width, height) = decoder.dimensions();
    let size = Size::new(width, height);
    if size.is_empty() {
        return Err(Refusal::Broken(format!("it is {size} and has no pixels")));
    }
    let (pixels, result) = (size.pixels(), decoder.total_bytes());
    let converted = if decoder.color_type() == ColorType::Rgb8 { 0 } else { pixels.saturating_mul(3) };
    let turned = match orientation {
        Orientation::Rotate90 | Orientation::Rotate270 | Orientation::Rotate90FlipH | Orientation::Rotate270FlipH => {
            result
        }
        _ => 0,
    };
    let beside = match buffers {
        Buffers::None => 0,
        Buffers::Coefficients => result.saturating_mul(2),
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
