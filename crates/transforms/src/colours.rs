use image::RgbImage;

use crate::Normalize;

/// Sums over the colours of pictures, from which a [`Normalize`] of the training data is made.
///
/// The sums are whole numbers, so pictures can be added in any order and parts counted by several workers
/// [merged](Colours::merge) to the same result.
///
/// ```
/// use firelight_transforms::Colours;
/// use image::{Rgb, RgbImage};
///
/// let mut colours = Colours::default();
/// colours.add(&RgbImage::from_pixel(1, 1, Rgb([0, 51, 102])));
/// colours.add(&RgbImage::from_pixel(1, 1, Rgb([255, 51, 204])));
/// let normalize = colours.normalize().unwrap();
/// assert_eq!(normalize.mean, [0.5, 0.2, 0.6]);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Colours {
    pixels: u64,
    sums: [u64; 3],
    squares: [u64; 3],
}

impl Colours {
    /// Counts every pixel of a picture.
    pub fn add(&mut self, picture: &RgbImage) {
        self.pixels += u64::from(picture.width()) * u64::from(picture.height());
        for pixel in picture.pixels() {
            for (channel, byte) in pixel.0.into_iter().enumerate() {
                self.sums[channel] += u64::from(byte);
                self.squares[channel] += u64::from(byte) * u64::from(byte);
            }
        }
    }

    /// The sums over both.
    pub fn merge(self, other: Self) -> Self {
        let both = |a: [u64; 3], b: [u64; 3]| std::array::from_fn(|channel| a[channel] + b[channel]);
        Self {
            pixels: self.pixels + other.pixels,
            sums: both(self.sums, other.sums),
            squares: both(self.squares, other.squares),
        }
    }

    /// Mean and unbiased standard deviation of each channel; `None` for fewer than two pixels.
    ///
    /// A deviation under a byte's step, 1/255, counts as one: a channel of one colour is only shifted, and a later picture with
    /// other colours in it does not become huge numbers. (fastai adds 10⁻⁷, by which one step becomes 39,216.)
    pub fn normalize(&self) -> Option<Normalize> {
        if self.pixels < 2 {
            return None;
        }
        let n = self.pixels as f64;
        let mean = |channel: usize| self.sums[channel] as f64 / n;
        let deviation = |channel: usize| {
            // In whole numbers until the last step: n Σx² - (Σx)² loses nothing to rounding.
            let (sum, squares) = (u128::from(self.sums[channel]), u128::from(self.squares[channel]));
            let spread = u128::from(self.pixels) * squares - sum * sum;
            (spread as f64 / n / (n - 1.0)).sqrt()
        };
        Some(Normalize {
            mean: std::array::from_fn(|channel| (mean(channel) / 255.0) as f32),
            std: std::array::from_fn(|channel| (deviation(channel).max(1.0) / 255.0) as f32),
        })
    }
}
