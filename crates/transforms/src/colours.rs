use image::RgbImage;

use crate::picture::Single;
use crate::{Normalize, PictureRef, Size, TransformError};

/// Sums over the colours of pictures, from which a [`Normalize`] of the training data is made.
///
/// The sums over bytes are whole numbers, so pictures can be added in any order and parts counted by several workers
/// [merged](Colours::merge) to the same result; of other channels each order gives the same to rounding.
///
/// ```
/// use firelight_transforms::Colours;
/// use image::{Rgb, RgbImage};
///
/// let mut colours = Colours::default();
/// colours.add(&RgbImage::from_pixel(1, 1, Rgb([0, 51, 102])))?;
/// colours.add(&RgbImage::from_pixel(1, 1, Rgb([255, 51, 204])))?;
/// let normalize = colours.normalize().unwrap();
/// assert_eq!(normalize.mean, [0.5, 0.2, 0.6]);
/// # Ok::<(), firelight_transforms::TransformError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Colours {
    pixels: u64,
    channels: Sums,
}

#[derive(Debug, Clone, PartialEq)]
enum Sums {
    /// Sum and sum of squares of the bytes of red, green and blue.
    Bytes([[u64; 2]; 3]),
    /// Mean, and sum of squares about it.
    Numbers(Vec<[f64; 2]>),
}

impl Default for Sums {
    fn default() -> Self {
        Self::Bytes([[0; 2]; 3])
    }
}

impl Sums {
    /// Of so many pixels, as numbers from 0 to 1.
    fn numbers(self, pixels: u64) -> Vec<[f64; 2]> {
        match self {
            Self::Numbers(numbers) => numbers,
            Self::Bytes(sums) => {
                let number = |[sum, squares]: [u64; 2]| {
                    // In whole numbers until the last step: n Σx² - (Σx)² loses nothing to rounding.
                    let n = u128::from(pixels);
                    let spread = n * u128::from(squares) - u128::from(sum) * u128::from(sum);
                    [sum as f64 / pixels as f64 / 255.0, spread as f64 / pixels as f64 / (255.0 * 255.0)]
                };
                sums.map(number).to_vec()
            }
        }
    }
}

impl Colours {
    /// Counts every pixel of a picture: of several pictures all must be of one size.
    ///
    /// # Errors
    ///
    /// [`TransformError::Statistics`] for another number of channels than before, and [`TransformError::BandSizes`].
    pub fn add<'p>(&mut self, picture: impl Into<PictureRef<'p>>) -> Result<(), TransformError> {
        let (mut size, mut channels): (Option<Size>, Option<Sums>) = (None, None);
        for single in picture.into().each() {
            let other = there(single);
            let first = *size.get_or_insert(other);
            if first != other {
                return Err(TransformError::BandSizes { first, other });
            }
            let counted = count(single);
            channels = Some(match channels {
                None => counted,
                Some(before) => {
                    let pixels = other.pixels();
                    Sums::Numbers([before.numbers(pixels), counted.numbers(pixels)].concat())
                }
            });
        }
        if let (Some(size), Some(channels)) = (size, channels) {
            *self = std::mem::take(self).merge(Self { pixels: size.pixels(), channels })?;
        }
        Ok(())
    }

    /// The sums over both.
    ///
    /// # Errors
    ///
    /// [`TransformError::Statistics`] for pictures of different numbers of channels.
    pub fn merge(self, other: Self) -> Result<Self, TransformError> {
        if self.pixels == 0 {
            return Ok(other);
        }
        if other.pixels == 0 {
            return Ok(self);
        }
        let (ours, theirs) = (self.pixels, other.pixels);
        let pixels = ours + theirs;
        if let (Sums::Bytes(a), Sums::Bytes(b)) = (&self.channels, &other.channels) {
            let sums = std::array::from_fn(|channel| std::array::from_fn(|at| a[channel][at] + b[channel][at]));
            return Ok(Self { pixels, channels: Sums::Bytes(sums) });
        }
        let (a, b) = (self.channels.numbers(ours), other.channels.numbers(theirs));
        if a.len() != b.len() {
            return Err(TransformError::Statistics { statistics: a.len(), channels: b.len() });
        }
        // T. Chan, G. Golub, R. LeVeque, "Updating formulae and a pairwise algorithm for computing sample variances" (1979).
        let (n, m) = (ours as f64, theirs as f64);
        let both = |([mean, squares], [other, more]): ([f64; 2], [f64; 2])| {
            let apart = other - mean;
            [mean + apart * m / (n + m), squares + more + apart * apart * n * m / (n + m)]
        };
        Ok(Self { pixels, channels: Sums::Numbers(a.into_iter().zip(b).map(both).collect()) })
    }

    /// Mean and unbiased standard deviation of each channel; `None` for fewer than two pixels.
    ///
    /// A deviation under a byte's step, 1/255, counts as one: a channel of one colour is only shifted, and a later picture with other colours
    /// in it does not become huge numbers. (fastai adds 10⁻⁷, by which one step becomes 39,216.) Of channels that are not of bytes the least
    /// is 10⁻⁶, and that share of the mean.
    pub fn normalize(&self) -> Option<Normalize> {
        if self.pixels < 2 {
            return None;
        }
        let bytes = matches!(self.channels, Sums::Bytes(_));
        let numbers = self.channels.clone().numbers(self.pixels);
        let deviation = |&[mean, squares]: &[f64; 2]| {
            let least = if bytes { 1.0 / 255.0 } else { 1e-6 * mean.abs().max(1.0) };
            (squares.max(0.0) / (self.pixels as f64 - 1.0)).sqrt().max(least) as f32
        };
        Some(Normalize {
            mean: numbers.iter().map(|[mean, _]| *mean as f32).collect(),
            std: numbers.iter().map(deviation).collect(),
        })
    }
}

/// Of what is counted.
fn there(picture: Single<'_>) -> Size {
    match picture {
        Single::Reduced(reduced) => Size::of(reduced.pixels()),
        whole => whole.size(),
    }
}

fn count(picture: Single<'_>) -> Sums {
    let bytes = |picture: &RgbImage| {
        let mut sums = [[0_u64; 2]; 3];
        for pixel in picture.pixels() {
            for (sums, byte) in sums.iter_mut().zip(pixel.0) {
                sums[0] += u64::from(byte);
                sums[1] += u64::from(byte) * u64::from(byte);
            }
        }
        Sums::Bytes(sums)
    };
    match picture {
        Single::Rgb(picture) => bytes(picture),
        Single::Reduced(reduced) => bytes(reduced.pixels()),
        Single::Bands(bands) => {
            let of = |plane: &[f32]| {
                let mean = plane.iter().map(|&number| f64::from(number)).sum::<f64>() / plane.len() as f64;
                [mean, plane.iter().map(|&number| (f64::from(number) - mean).powi(2)).sum()]
            };
            Sums::Numbers(bands.planes().chunks_exact(bands.size().pixels() as usize).map(of).collect())
        }
    }
}
