//! A picture or a mask, made smaller.

use std::borrow::Cow;
use std::fs;
use std::io::{BufReader, Cursor};
use std::path::Path;

use fast_image_resize::images::{Image, ImageRef};
use fast_image_resize::{PixelType, ResizeOptions, Resizer};
use firelight::files::write_whole;
use firelight::image::codecs::gif::GifDecoder;
use firelight::image::codecs::jpeg::JpegEncoder;
use firelight::image::codecs::png::{PngDecoder, PngEncoder};
use firelight::image::codecs::webp::WebPDecoder;
use firelight::image::{
    AnimationDecoder, DynamicImage, GrayImage, ImageDecoder, ImageEncoder, ImageFormat, ImageReader, RgbImage,
};
use firelight::prelude::*;
use firelight::transforms::{Limits, Mask, MaskReader, open};

/// Bytes of a profile that go along; the usual ones have some hundreds to some thousands.
const PROFILE: usize = 1 << 20;

/// How small pictures become.
pub struct Smaller {
    /// Pixels of the shorter side, at most.
    pub size: u32,
    /// Of JPEG files, 1 to 100.
    pub quality: u8,
}

/// What became of a file.
pub struct Copied {
    /// Bytes of the file, and of its copy.
    pub was: u64,
    pub is: u64,
    /// Whether it was larger than asked for.
    pub changed: bool,
    /// What the file has and its copy has not.
    pub lost: Lost,
}

/// What making a picture smaller leaves out of its file.
#[derive(Debug, Default, Clone, Copy)]
pub struct Lost {
    /// The frames of an animation after the first.
    pub frames: bool,
    /// Numbers of more than 8 bits.
    pub depth: bool,
}

impl Smaller {
    /// Copies a picture or a mask, whole or not at all: upright, in the format of its name. What is small enough is copied bit for bit, once it was
    /// seen that it can be read.
    pub fn copy(&self, from: &Path, to: &Path, is_mask: bool) -> Result<Copied> {
        let failed = |error: &dyn std::fmt::Display| format!("resize: {}: {error}", from.display());
        let smaller = if is_mask { self.mask(from)? } else { self.picture(from)? };
        let bytes = match &smaller {
            Some(bytes) => Cow::Borrowed(bytes.as_slice()),
            None => Cow::Owned(fs::read(from).map_err(|error| failed(&error))?),
        };
        let written = to.parent().map_or(Ok(()), fs::create_dir_all).and_then(|()| write_whole(to, &bytes));
        written.map_err(|error| format!("resize: cannot write {}: {error}", to.display()))?;
        let was = fs::metadata(from).map_err(|error| failed(&error))?.len();
        let lost = if smaller.is_some() && !is_mask { lost(from) } else { Lost::default() };
        Ok(Copied { was, is: bytes.len() as u64, changed: smaller.is_some(), lost })
    }

    /// Width and height, if they are not those that it has.
    fn sides(&self, width: u32, height: u32) -> Option<(u32, u32)> {
        let shorter = width.min(height);
        let of = |side: u32| ((f64::from(side) * f64::from(self.size) / f64::from(shorter)).round() as u32).max(1);
        (shorter > self.size).then(|| (of(width), of(height)))
    }

    fn picture(&self, from: &Path) -> Result<Option<Vec<u8>>> {
        let failed = |error: &dyn std::fmt::Display| format!("resize: {}: {error}", from.display());
        let picture = open(from, &Limits::default())?;
        let (width, height) = picture.dimensions();
        let Some((to_width, to_height)) = self.sides(width, height) else { return Ok(None) };
        let mut small = Image::new(to_width, to_height, PixelType::U8x3);
        let large = ImageRef::new(width, height, &picture, PixelType::U8x3).map_err(|error| failed(&error))?;
        // Lanczos over as many pixels as become one.
        Resizer::new().resize(&large, &mut small, &ResizeOptions::default()).map_err(|error| failed(&error))?;
        let small = RgbImage::from_raw(to_width, to_height, small.into_vec()).unwrap_or_default();
        Ok(Some(self.encoded(small, from).map_err(|error| failed(&error))?))
    }

    /// In the format of its name, with the profile of its file, without which its colours would be others.
    fn encoded(&self, small: RgbImage, from: &Path) -> firelight::image::ImageResult<Vec<u8>> {
        let format = ImageFormat::from_path(from).unwrap_or(ImageFormat::Jpeg);
        let profile = profile(from);
        let is_gray = profile.is_none() && small.pixels().all(|pixel| pixel[0] == pixel[1] && pixel[1] == pixel[2]);
        let small = DynamicImage::from(small);
        let small = if is_gray { small.to_luma8().into() } else { small };
        let mut bytes = Vec::new();
        match format {
            ImageFormat::Jpeg => {
                let mut encoder = JpegEncoder::new_with_quality(&mut bytes, self.quality);
                profile.map_or(Ok(()), |profile| encoder.set_icc_profile(profile)).ok();
                small.write_with_encoder(encoder)?;
            }
            ImageFormat::Png => {
                let mut encoder = PngEncoder::new(&mut bytes);
                profile.map_or(Ok(()), |profile| encoder.set_icc_profile(profile)).ok();
                small.write_with_encoder(encoder)?;
            }
            // Some formats have no gray.
            other => DynamicImage::from(small.to_rgb8()).write_to(&mut Cursor::new(&mut bytes), other)?,
        }
        Ok(bytes)
    }

    /// The number of the nearest pixel each, as a gray PNG.
    fn mask(&self, from: &Path) -> Result<Option<Vec<u8>>> {
        // Black and white is read as any other numbers are.
        let mask = MaskReader::default().with_void([Mask::VOID]).open(from, &Limits::default())?;
        let (width, height) = (mask.size().width, mask.size().height);
        let Some((to_width, to_height)) = self.sides(width, height) else { return Ok(None) };
        let near =
            |place: u32, to: u32, of: u32| ((2 * u64::from(place) + 1) * u64::from(of) / (2 * u64::from(to))) as u32;
        let codes = GrayImage::from_fn(to_width, to_height, |x, y| {
            let code = mask.code(near(x, to_width, width), near(y, to_height, height));
            firelight::image::Luma([code.unwrap_or_default()])
        });
        let mut bytes = Vec::new();
        let written = DynamicImage::from(codes).write_to(&mut Cursor::new(&mut bytes), ImageFormat::Png);
        written.map_err(|error| format!("resize: {}: {error}", from.display()))?;
        Ok(Some(bytes))
    }
}

/// What a file has beside one picture of 8 bits; of one that was read before.
fn lost(file: &Path) -> Lost {
    let reader = || ImageReader::open(file).ok()?.with_guessed_format().ok();
    let bytes = || fs::File::open(file).ok().map(BufReader::new);
    let frames = match reader().and_then(|reader| reader.format()) {
        Some(ImageFormat::Gif) => bytes()
            .and_then(|bytes| GifDecoder::new(bytes).ok())
            .is_some_and(|decoder| decoder.into_frames().take(2).count() > 1),
        Some(ImageFormat::WebP) => {
            bytes().and_then(|bytes| WebPDecoder::new(bytes).ok()).is_some_and(|decoder| decoder.has_animation())
        }
        Some(ImageFormat::Png) => bytes()
            .and_then(|bytes| PngDecoder::new(bytes).ok())
            .is_some_and(|decoder| decoder.is_apng().unwrap_or(false)),
        _ => false,
    };
    let colours = reader().and_then(|reader| Some(reader.into_decoder().ok()?.original_color_type()));
    let depth = colours.is_some_and(|colours| colours.bits_per_pixel() > 8 * u16::from(colours.channel_count()));
    Lost { frames, depth }
}

/// The colour profile of a file, if it has one of a usual size.
fn profile(file: &Path) -> Option<Vec<u8>> {
    let reader = ImageReader::open(file).ok()?.with_guessed_format().ok()?;
    let mut decoder = reader.into_decoder().ok()?;
    decoder.icc_profile().ok().flatten().filter(|profile| profile.len() <= PROFILE)
}
