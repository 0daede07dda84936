use std::fmt;

use image::RgbImage;
use serde::{Deserialize, Serialize};

use crate::{Size, TransformError};

/// Mean and standard deviation of each channel, of colours from 0 to 1: the last step into the planes.
///
/// A plane holds (colour - mean) ÷ std. The default, [`Normalize::none`], leaves 0 to 1.
///
/// ```
/// use firelight_transforms::{Normalize, Size};
///
/// let planes = [0.0; 3]; // one pixel of the mean colour
/// let pixel = Normalize::imagenet().decode(&planes, Size::square(1));
/// assert_eq!(pixel.get_pixel(0, 0).0, [124, 116, 104]);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Normalize {
    /// Mean of red, green, blue.
    pub mean: [f32; 3],
    /// Standard deviation of red, green, blue.
    pub std: [f32; 3],
}

impl Default for Normalize {
    fn default() -> Self {
        Self::none()
    }
}

impl Normalize {
    /// Colours stay 0 to 1.
    pub const fn none() -> Self {
        Self { mean: [0.0; 3], std: [1.0; 3] }
    }

    /// The statistics of `ImageNet`, which most pretrained weights expect.
    pub const fn imagenet() -> Self {
        Self { mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] }
    }

    /// The statistics of CIFAR-10.
    pub const fn cifar() -> Self {
        Self { mean: [0.491, 0.482, 0.447], std: [0.247, 0.243, 0.261] }
    }

    /// The statistics of MNIST, the same for the three channels of its gray pictures.
    pub const fn mnist() -> Self {
        Self { mean: [0.131; 3], std: [0.308; 3] }
    }

    /// The factor and the shift that take a byte of channel `channel` into its plane.
    pub(crate) fn line(&self, channel: usize) -> (f32, f32) {
        (1.0 / (255.0 * self.std[channel]), -self.mean[channel] / self.std[channel])
    }

    /// The picture that normalised planes (red, green, blue, one after the other) show; colours beyond 0 to 1 are clamped.
    ///
    /// # Panics
    ///
    /// When `planes` does not hold `3 · height · width` numbers.
    pub fn decode(&self, planes: &[f32], size: Size) -> RgbImage {
        assert_eq!(planes.len(), size.planes(), "three planes of {size} are needed");
        let plane = size.pixels() as usize;
        RgbImage::from_fn(size.width, size.height, |x, y| {
            let at = y as usize * size.width as usize + x as usize;
            image::Rgb(std::array::from_fn(|channel| {
                let colour = planes[channel * plane + at] * self.std[channel] + self.mean[channel];
                (colour * 255.0).round() as u8
            }))
        })
    }

    pub(crate) fn check(&self) -> Result<(), TransformError> {
        for (parameter, values) in [("mean", self.mean), ("std", self.std)] {
            for value in values {
                let fine = value.is_finite() && (parameter == "mean" || value > 0.0);
                if !fine {
                    let range = if parameter == "mean" { "finite" } else { "finite and over 0" };
                    return Err(TransformError::Setting { stage: "Normalize", parameter, value, range });
                }
            }
        }
        Ok(())
    }
}

impl fmt::Display for Normalize {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Normalize by mean {:?} and std {:?}", self.mean, self.std)
    }
}
