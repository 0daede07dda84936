//! From a file's bytes to the channels that are wanted.

use image::metadata::Orientation;
use image::{ColorType, ImageFormat};

use super::samples::Samples;
use super::{Bands, Channels, tiff_samples};
use crate::decode::{self, Buffers, Refusal, check};
use crate::{Limits, Size};

/// The wanted channels of a picture, upright.
pub(super) fn bands(bytes: &[u8], channels: Channels, limits: &Limits) -> Result<Bands, Refusal> {
    let (size, samples) = samples(bytes, limits)?;
    let samples = match limits.ground() {
        Some(ground) if !matches!(channels, Channels::Own(_)) => samples.before(ground),
        _ => samples,
    };
    let planes = match channels {
        Channels::Gray => samples.gray(),
        Channels::Rgb | Channels::Rgb16 if samples.colours => samples.planes(3),
        Channels::Rgb | Channels::Rgb16 => samples.planes(1).repeat(3),
        Channels::Own(wanted) if wanted == samples.channels => samples.planes(wanted),
        Channels::Own(wanted) => {
            let given = samples.channels;
            return Err(Refusal::Channels { wanted, given });
        }
    };
    Bands::new(size, planes).map_err(|error| Refusal::Broken(error.to_string()))
}

fn samples(bytes: &[u8], limits: &Limits) -> Result<(Size, Samples), Refusal> {
    if decode::format(bytes)? == ImageFormat::Tiff
        && let Some((size, samples, turn)) = tiff_samples::read(bytes, limits)?
    {
        return Ok(upright(size, samples, turn));
    }
    let (mut picture, orientation) = decode::unturned(bytes, limits)?;
    let (color, size) = (picture.color(), Size::new(picture.width(), picture.height()));
    // Floats pixel by pixel and plane by plane beside what was decoded.
    let floats = u64::from(color.channel_count()) * 2 * size_of::<f32>() as u64;
    let held = size.pixels().saturating_mul(u64::from(color.bytes_per_pixel()).saturating_add(floats));
    check(size, held, color == ColorType::Rgb8, &Buffers::None, orientation, limits)?;
    picture.apply_orientation(orientation);
    let size = Size::new(picture.width(), picture.height());
    Ok((size, Samples::of(picture)))
}

/// The same picture the right way up, as the orientation of EXIF says.
fn upright(size: Size, samples: Samples, orientation: Orientation) -> (Size, Samples) {
    let (width, height) = (size.width as usize, size.height as usize);
    // From a place in the upright picture to one in the file's.
    let from: fn(usize, usize, usize, usize) -> (usize, usize) = match orientation {
        Orientation::NoTransforms => return (size, samples),
        Orientation::FlipHorizontal => |x, y, w, _| (w - 1 - x, y),
        Orientation::FlipVertical => |x, y, _, h| (x, h - 1 - y),
        Orientation::Rotate180 => |x, y, w, h| (w - 1 - x, h - 1 - y),
        Orientation::Rotate90 => |x, y, _, h| (y, h - 1 - x),
        Orientation::Rotate270 => |x, y, w, _| (w - 1 - y, x),
        Orientation::Rotate90FlipH => |x, y, _, _| (y, x),
        Orientation::Rotate270FlipH => |x, y, w, h| (w - 1 - y, h - 1 - x),
    };
    let turned = matches!(
        orientation,
        Orientation::Rotate90 | Orientation::Rotate270 | Orientation::Rotate90FlipH | Orientation::Rotate270FlipH
    );
    let upright = if turned { size.transposed() } else { size };
    let mut numbers = Vec::with_capacity(samples.numbers.len());
    for (y, x) in (0..upright.height as usize).flat_map(|y| (0..upright.width as usize).map(move |x| (y, x))) {
        let (x, y) = from(x, y, width, height);
        numbers.extend_from_slice(&samples.numbers[(y * width + x) * samples.channels..][..samples.channels]);
    }
    (upright, Samples { numbers, ..samples })
}

#[cfg(test)]
mod tests {
    use image::{DynamicImage, GrayImage, Luma};

    use super::*;

    /// The other way of turning a picture is the image library's own.
    #[test]
    fn every_orientation_turns_as_a_picture_is_turned() {
        let picture = GrayImage::from_fn(3, 2, |x, y| Luma([(10 * y + x) as u8]));
        for number in 1..=8 {
            let orientation = Orientation::from_exif(number).expect("an orientation");
            let samples = Samples::of(DynamicImage::ImageLuma8(picture.clone()));
            let (size, samples) = upright(Size::new(3, 2), samples, orientation);
            let mut turned = DynamicImage::ImageLuma8(picture.clone());
            turned.apply_orientation(orientation);
            assert_eq!((size.width, size.height), (turned.width(), turned.height()), "{orientation:?}");
            assert_eq!(samples.numbers, Samples::of(turned).numbers, "{orientation:?}");
        }
    }
}
