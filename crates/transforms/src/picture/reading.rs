//! From a file's bytes to the channels that are wanted.

use image::metadata::Orientation;
use image::{ColorType, ImageFormat};

use super::{Bands, Channels, samples, tiff_samples};
use crate::decode::{self, Buffers, Refusal, check};
use crate::{Limits, Size};

/// The wanted channels of a picture, upright.
pub(super) fn bands(bytes: &[u8], wanted: Channels, limits: &Limits) -> Result<Bands, Refusal> {
    let (size, planes) = planes(bytes, wanted, limits)?;
    Bands::new(size, planes).map_err(|error| Refusal::Broken(error.to_string()))
}

fn planes(bytes: &[u8], wanted: Channels, limits: &Limits) -> Result<(Size, Vec<f32>), Refusal> {
    if decode::format(bytes)? == ImageFormat::Tiff
        && let Some((size, planes, turn)) = tiff_samples::read(bytes, wanted, limits)?
    {
        return Ok(upright(size, planes, turn));
    }
    let (picture, orientation) = decode::unturned(bytes, limits)?;
    let (color, size) = (picture.color(), Size::new(picture.width(), picture.height()));
    let held = size.pixels().saturating_mul(u64::from(color.bytes_per_pixel())).saturating_add(wanted.bytes(size));
    check(size, held, color == ColorType::Rgb8, &Buffers::None, Orientation::NoTransforms, limits)?;
    let planes = samples::planes(&picture, wanted, limits.ground())?;
    drop(picture);
    Ok(upright(size, planes, orientation))
}

/// The same planes the right way up, as the orientation of EXIF says.
fn upright(size: Size, planes: Vec<f32>, orientation: Orientation) -> (Size, Vec<f32>) {
    let (width, height) = (size.width as usize, size.height as usize);
    // From a place in the upright picture to one in the file's.
    let from: fn(usize, usize, usize, usize) -> (usize, usize) = match orientation {
        Orientation::NoTransforms => return (size, planes),
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
    let mut numbers = Vec::with_capacity(planes.len());
    for plane in planes.chunks_exact(width * height) {
        let every = (0..upright.height as usize).flat_map(|y| (0..upright.width as usize).map(move |x| (x, y)));
        numbers.extend(every.map(|(x, y)| {
            let (x, y) = from(x, y, width, height);
            plane[y * width + x]
        }));
    }
    (upright, numbers)
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
            let mut turned = DynamicImage::ImageLuma8(picture.clone());
            let planes = |picture: &DynamicImage| {
                samples::planes(picture, Channels::Gray, None).unwrap_or_else(|_| unreachable!("gray"))
            };
            let (size, found) = upright(Size::new(3, 2), planes(&turned).repeat(2), orientation);
            turned.apply_orientation(orientation);
            assert_eq!((size.width, size.height), (turned.width(), turned.height()), "{orientation:?}");
            assert_eq!(found, planes(&turned).repeat(2), "{orientation:?}");
        }
    }
}
