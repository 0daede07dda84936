use std::fmt;

use image::RgbImage;
use serde::{Deserialize, Serialize};

use crate::item::within;
use crate::{Size, TransformError};

/// Mean and standard deviation of each channel, of colours from 0 to 1: the last step into the planes.
///
/// A plane holds (colour - mean) ÷ std. The default, [`Normalize::none`], leaves 0 to 1.
///
/// | field | range |
/// |---|---|
/// | `mean` | any finite number; of colours about 0 to 1 |
/// | `std` | at least 0.000001 |
///
/// One number is for all channels, and the statistics of a picture for each of the several pictures of an item. Statistics of three colours
/// from 0 to 255 (all from 2 to 255) are refused: divide them by 255. A channel of one colour has no deviation to divide by;
/// [`Colours`](crate::Colours) measures at least a byte's step.
///
/// ```
/// use firelight_transforms::{Normalize, Size};
///
/// let planes = [0.0; 3]; // one pixel of the mean colour
/// let pixel = Normalize::imagenet().decode(&planes, Size::square(1));
/// assert_eq!(pixel.get_pixel(0, 0).0, [124, 116, 104]);
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Stored")]
pub struct Normalize {
    /// Mean of each channel: red, green, blue.
    pub mean: Vec<f32>,
    /// Standard deviation of each channel.
    pub std: Vec<f32>,
}

impl Default for Normalize {
    fn default() -> Self {
        Self::none()
    }
}

impl Normalize {
    /// Colours stay 0 to 1, of any number of channels.
    pub fn none() -> Self {
        Self::new([0.0], [1.0])
    }

    /// These statistics: one mean and one deviation for each channel, or for all.
    ///
    /// ```
    /// use firelight_transforms::Normalize;
    ///
    /// let bands = Normalize::new([0.12, 0.11, 0.09, 0.31], [0.05, 0.05, 0.06, 0.12]); // red, green, blue, infrared
    /// bands.check()?;
    /// # Ok::<(), firelight_transforms::TransformError>(())
    /// ```
    pub fn new(mean: impl Into<Vec<f32>>, std: impl Into<Vec<f32>>) -> Self {
        Self { mean: mean.into(), std: std.into() }
    }

    /// The statistics of `ImageNet`, which most pretrained weights expect.
    pub fn imagenet() -> Self {
        Self::new([0.485, 0.456, 0.406], [0.229, 0.224, 0.225])
    }

    /// The statistics of CIFAR-10.
    pub fn cifar() -> Self {
        Self::new([0.491, 0.482, 0.447], [0.247, 0.243, 0.261])
    }

    /// The statistics of MNIST, for gray pictures or each of three channels.
    pub fn mnist() -> Self {
        Self::new([0.131], [0.308])
    }

    /// Mean and deviation of channel `channel`.
    pub(crate) fn of(&self, channel: usize) -> (f32, f32) {
        let number = |numbers: &[f32], none: f32| numbers.get(channel % numbers.len().max(1)).copied().unwrap_or(none);
        (number(&self.mean, 0.0), number(&self.std, 1.0))
    }

    /// The factor and the shift that take a byte of channel `channel` into its plane.
    pub(crate) fn line(&self, channel: usize) -> (f32, f32) {
        let (mean, std) = self.of(channel);
        (1.0 / (255.0 * std), -mean / std)
    }

    /// The picture that normalised planes (one after the other) show; colours beyond 0 to 1 are clamped. One or two planes are
    /// gray, the second one left out; of more than three the first three are shown. Measurements, which reach beyond -1 to 2 and are not
    /// of three channels, are stretched from the least to the most.
    ///
    /// # Panics
    ///
    /// When `planes` does not hold whole planes of `size`.
    pub fn decode(&self, planes: &[f32], size: Size) -> RgbImage {
        self.decode_from(0, planes, size)
    }

    /// The same for each of the pictures of an item, which have so many channels.
    ///
    /// # Panics
    ///
    /// When `planes` does not hold a plane of `size` for each channel.
    pub fn decode_each(&self, planes: &[f32], size: Size, channels: &[usize]) -> Vec<RgbImage> {
        let (mut first, mut rest) = (0, planes);
        let one = |&channels: &usize| {
            let (own, others) = rest.split_at(size.planes_of(channels));
            let picture = self.decode_from(first, own, size);
            (first, rest) = (first + channels, others);
            picture
        };
        channels.iter().map(one).collect()
    }

    fn decode_from(&self, first: usize, planes: &[f32], size: Size) -> RgbImage {
        let plane = size.pixels() as usize;
        let channels = planes.len() / plane.max(1);
        assert_eq!(planes.len(), channels * plane, "whole planes of {size} are needed");
        assert!(channels > 0, "a picture has a plane of {size}");
        let shown: Vec<usize> = if channels < 3 { vec![0] } else { vec![0, 1, 2] };
        let number = |channel: usize, at: usize| {
            let (mean, std) = self.of(first + channel);
            planes[channel * plane + at] * std + mean
        };
        let numbers = || shown.iter().flat_map(|&channel| (0..plane).map(move |at| number(channel, at)));
        let (least, most) = numbers().fold((0.0_f32, 1.0_f32), |(least, most), x| (least.min(x), most.max(x)));
        let measured = channels != 3 && (least < -1.0 || most > 2.0);
        let (low, range) = if measured { (least, most - least) } else { (0.0, 1.0) };
        RgbImage::from_fn(size.width, size.height, |x, y| {
            let at = y as usize * size.width as usize + x as usize;
            image::Rgb(std::array::from_fn(|colour| {
                ((number(shown[colour % shown.len()], at) - low) / range * 255.0).round() as u8
            }))
        })
    }

    /// Checks that the statistics can be those of pictures.
    ///
    /// # Errors
    ///
    /// [`TransformError::Setting`] for the first number outside its range, and [`TransformError::Statistics`] for means and
    /// deviations of different numbers of channels.
    pub fn check(&self) -> Result<(), TransformError> {
        let (means, deviations) = (self.mean.len(), self.std.len());
        if means != deviations || means == 0 {
            return Err(TransformError::Statistics { statistics: deviations, channels: means });
        }
        // Of colours that were taken for bytes; measurements have any range.
        let of_bytes = |numbers: &[f32]| numbers.len() == 3 && numbers.iter().all(|x| (2.0..=255.0).contains(x));
        if of_bytes(&self.mean) && of_bytes(&self.std) {
            let range = "-1 to 2, as colours are 0 to 1 (divide statistics of 0 to 255 by 255)";
            return Err(TransformError::Setting { stage: "Normalize", parameter: "mean", value: self.mean[0], range });
        }
        for &mean in &self.mean {
            within("Normalize", "mean", mean, f32::MIN..=f32::MAX, "a finite number")?;
        }
        for &std in &self.std {
            within("Normalize", "std", std, 1e-6..=f32::MAX, "at least 0.000001 (a channel of one colour: 1)")?;
        }
        Ok(())
    }

    /// Checks that there are statistics for the pictures of an item, which have so many channels: one for all, one for each channel of all
    /// pictures, or one for each channel of a picture, where all have as many.
    ///
    /// # Errors
    ///
    /// [`TransformError::Statistics`] for another number.
    pub fn check_channels(&self, channels: &[usize]) -> Result<(), TransformError> {
        let (statistics, all) = (self.mean.len(), channels.iter().sum());
        if statistics == 1 || statistics == all || channels.iter().all(|&of_picture| of_picture == statistics) {
            return Ok(());
        }
        Err(TransformError::Statistics { statistics, channels: all })
    }
}

/// Statistics as a file has them, before they are checked.
#[derive(Deserialize)]
struct Stored {
    mean: Vec<f32>,
    std: Vec<f32>,
}

impl TryFrom<Stored> for Normalize {
    type Error = TransformError;

    fn try_from(Stored { mean, std }: Stored) -> Result<Self, TransformError> {
        let normalize = Self { mean, std };
        normalize.check()?;
        Ok(normalize)
    }
}

impl fmt::Display for Normalize {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Normalize by mean {:?} and std {:?}", self.mean, self.std)
    }
}
