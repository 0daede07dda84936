//! Pictures as text, for pages and notebooks.

use std::io::Cursor;
use std::path::Path;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use image::codecs::jpeg::JpegEncoder;
use image::codecs::png::PngEncoder;
use image::{ImageFormat, ImageResult, RgbImage};

use firelight_files::AtomicFile;

/// A photograph as a data URI, the source of an `<img>` that needs no file: a JPEG of quality 85.
///
/// ```
/// use firelight_plots::jpeg_uri;
///
/// let uri = jpeg_uri(&image::RgbImage::new(4, 3))?;
/// assert!(uri.starts_with("data:image/jpeg;base64,"));
/// # Ok::<(), image::ImageError>(())
/// ```
///
/// # Errors
///
/// Those of `image`: a picture without pixels, or one that is too large for the format.
pub fn jpeg_uri(picture: &RgbImage) -> ImageResult<String> {
    let mut bytes = Vec::new();
    JpegEncoder::new_with_quality(&mut bytes, 85).encode_image(picture)?;
    Ok(format!("data:image/jpeg;base64,{}", STANDARD.encode(bytes)))
}

/// Writes a drawing to a PNG file, whole or not at all, whatever the file's name ends in.
///
/// ```no_run
/// let curve = firelight_plots::loss_curve(&[0.9, 0.7, 0.5], &[]);
/// firelight_plots::save_png(&curve, "losses.png")?;
/// # Ok::<(), image::ImageError>(())
/// ```
///
/// # Errors
///
/// Those of `image`: what the system says of the file, or a picture without pixels.
pub fn save_png(picture: &RgbImage, path: impl AsRef<Path>) -> ImageResult<()> {
    let mut file = AtomicFile::create(path.as_ref())?;
    picture.write_with_encoder(PngEncoder::new(&mut file))?;
    Ok(file.keep()?)
}

/// A drawing as a PNG in base64, for a data URI or a notebook.
///
/// ```
/// assert!(firelight_plots::png_base64(&image::RgbImage::new(4, 3))?.starts_with("iVBOR"));
/// # Ok::<(), image::ImageError>(())
/// ```
///
/// # Errors
///
/// Those of `image`: a picture without pixels.
pub fn png_base64(picture: &RgbImage) -> ImageResult<String> {
    let mut bytes = Cursor::new(Vec::new());
    picture.write_to(&mut bytes, ImageFormat::Png)?;
    Ok(STANDARD.encode(bytes.into_inner()))
}
