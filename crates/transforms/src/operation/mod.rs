//! What augmentation policies do to the colours of a picture of bytes, to the very bytes that torchvision gives.

mod blend;
mod blur;
mod sharpness;
mod table;

use image::RgbImage;

use crate::Size;

/// A change of the colours of 8 bits of a whole picture, with its strength.
///
/// Results are the bytes that `torchvision.transforms.v2.functional` gives for tensors of `uint8` (0.23; of the blur to 1 of 255).
/// Numbers are cut off, not rounded, where it cuts them off.
///
/// | operation | each byte x of 0 to 255 becomes |
/// |---|---|
/// | `Brightness(f)` | f · x |
/// | `Saturation(f)` | f · x + (1 - f) · gray of the pixel |
/// | `Contrast(f)` | f · x + (1 - f) · mean of all grays |
/// | `Sharpness(f)` | f · x + (1 - f) · the mean of the 3×3 pixels around, of which the middle one counts five times; border pixels stay |
/// | `Posterize(b)` | its upper b bits, the others 0 |
/// | `Solarize(t)` | 255 - x where x is t or more |
/// | `AutoContrast` | stretched, so that the channel reaches from 0 to 255 |
/// | `Equalize` | its rank in the channel, so that all bytes are about as frequent (Pillow's steps) |
/// | `Grayscale` | gray = 0.2989 r + 0.587 g + 0.114 b in all three channels |
/// | `GaussianBlur` | the mean of the pixels around, weighed by a Gaussian, mirrored at borders |
///
/// ```
/// use firelight_transforms::ColourOperation;
///
/// let mut picture = image::RgbImage::from_pixel(4, 4, image::Rgb([200, 100, 30]));
/// ColourOperation::Solarize(128.0).apply(&mut picture);
/// assert_eq!(picture.get_pixel(0, 0).0, [55, 100, 30]);
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub enum ColourOperation {
    /// The factor on all colours, 0 or more; 0 is black, 1 the picture as it is.
    Brightness(f64),
    /// The share of the colours, 0 or more; the rest, which may be negative, is their gray. 1 is the picture as it is.
    Saturation(f64),
    /// The factor on the distance from the mean gray, 0 or more; 1 is the picture as it is.
    Contrast(f64),
    /// 0 is smooth, 1 the picture as it is, 2 sharp; pictures of less than 3 pixels a side stay as they are.
    Sharpness(f64),
    /// How many bits are kept, 0 to 8; more are all.
    Posterize(u32),
    /// The byte from which on colours are inverted, 0 to 255.
    Solarize(f32),
    /// Each channel over all bytes.
    AutoContrast,
    /// Each channel's histogram made flat.
    Equalize,
    /// No colours.
    Grayscale,
    /// A blur of this deviation in pixels, over 0 (0 or less does nothing); pixels farther than 4 deviations or 64 pixels do not count.
    GaussianBlur {
        /// The standard deviation, in pixels.
        sigma: f32,
    },
}

/// Buffers that a worker reuses.
#[derive(Debug, Default)]
pub(crate) struct Buffers {
    floats: Vec<f32>,
    row: Vec<f32>,
    bytes: Vec<u8>,
}

impl ColourOperation {
    /// Changes a picture in place. A number that makes no sense (NaN, a negative factor) gives some colours, and no panic.
    pub fn apply(&self, picture: &mut RgbImage) {
        let size = Size::of(picture);
        self.run(picture, size, &mut Buffers::default());
    }

    /// The same for red, green and blue of each pixel, in rows without gaps.
    pub(crate) fn run(&self, bytes: &mut [u8], size: Size, buffers: &mut Buffers) {
        if bytes.is_empty() {
            return;
        }
        match *self {
            Self::Brightness(factor) => table::brightness(bytes, factor),
            Self::Saturation(factor) => blend::saturation(bytes, factor),
            Self::Contrast(factor) => table::contrast(bytes, factor),
            Self::Sharpness(factor) => sharpness::sharpness(bytes, size, factor, &mut buffers.bytes),
            Self::Posterize(bits) => table::posterize(bytes, bits),
            Self::Solarize(threshold) => table::solarize(bytes, threshold),
            Self::AutoContrast => table::auto_contrast(bytes),
            Self::Equalize => table::equalize(bytes),
            Self::Grayscale => blend::grayscale(bytes),
            Self::GaussianBlur { sigma } => blur::blur(bytes, size, sigma, buffers),
        }
    }
}
