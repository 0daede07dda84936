use crate::picture::Single;
use crate::{Normalize, PictureRef, TransformError};

/// Sums over the colours of pictures, from which a [`Normalize`] of the training data is made.
///
/// The sums are whole numbers, of steps of 1/65,535 (a byte's is 257 of them), so pictures can be added in any order and parts counted by
/// several workers [merged](Colours::merge) to the same result.
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
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Colours {
    pixels: u64,
    channels: Vec<Sums>,
    /// Whether a picture had anything else than bytes.
    fine: bool,
}

/// Of one channel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
struct Sums {
    sum: i128,
    squares: i128,
}

/// Steps from 0 to 1, and of them in a byte's.
const STEPS: i128 = 65535;
const BYTE: i128 = 257;

impl Colours {
    /// Counts every pixel of a picture: of one with several pictures all must be of one size.
    ///
    /// # Errors
    ///
    /// [`TransformError::Statistics`] for another number of channels than before.
    pub fn add<'p>(&mut self, picture: impl Into<PictureRef<'p>>) -> Result<(), TransformError> {
        let picture = picture.into();
        let added = picture.each().into_iter().map(Self::of).fold(Self::default(), |all, next| Self {
            pixels: next.pixels,
            channels: [all.channels, next.channels].concat(),
            fine: all.fine || next.fine,
        });
        *self = std::mem::take(self).merge(added)?;
        Ok(())
    }

    fn of(picture: Single<'_>) -> Self {
        let channels = match picture {
            Single::Rgb(picture) => {
                let mut sums = [[0_u64; 2]; 3];
                for pixel in picture.pixels() {
                    for (sums, byte) in sums.iter_mut().zip(pixel.0) {
                        sums[0] += u64::from(byte);
                        sums[1] += u64::from(byte) * u64::from(byte);
                    }
                }
                let wide = |[sum, squares]: [u64; 2]| Sums {
                    sum: BYTE * i128::from(sum),
                    squares: BYTE * BYTE * i128::from(squares),
                };
                sums.map(wide).to_vec()
            }
            Single::Bands(bands) => bands.planes().chunks_exact(bands.size().pixels() as usize).map(sums).collect(),
        };
        Self { pixels: picture.size().pixels(), channels, fine: matches!(picture, Single::Bands(_)) }
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
        if self.channels.len() != other.channels.len() {
            let (statistics, channels) = (self.channels.len(), other.channels.len());
            return Err(TransformError::Statistics { statistics, channels });
        }
        let both = |(a, b): (Sums, Sums)| Sums {
            sum: a.sum.saturating_add(b.sum),
            squares: a.squares.saturating_add(b.squares),
        };
        Ok(Self {
            pixels: self.pixels + other.pixels,
            channels: self.channels.into_iter().zip(other.channels).map(both).collect(),
            fine: self.fine || other.fine,
        })
    }

    /// Mean and unbiased standard deviation of each channel; `None` for fewer than two pixels.
    ///
    /// A deviation under a byte's step, 1/255 (of pictures that are not of bytes 1/65,535), counts as one: a channel of one colour is only
    /// shifted, and a later picture with other colours in it does not become huge numbers. (fastai adds 10⁻⁷, by which one step
    /// becomes 39,216.)
    pub fn normalize(&self) -> Option<Normalize> {
        if self.pixels < 2 {
            return None;
        }
        let n = self.pixels as f64;
        let least = if self.fine { 1.0 } else { BYTE as f64 };
        let deviation = |&Sums { sum, squares }: &Sums| {
            // In whole numbers until the last step, n Σx² - (Σx)², which loses nothing to rounding; of huge measurements in floats.
            let exact = i128::from(self.pixels).checked_mul(squares).zip(sum.checked_mul(sum));
            let spread = match exact {
                Some((squares, square)) => (squares - square) as f64,
                None => n * squares as f64 - (sum as f64).powi(2),
            };
            ((spread.max(0.0) / n / (n - 1.0)).sqrt().max(least) / STEPS as f64) as f32
        };
        let mean = |sums: &Sums| (sums.sum as f64 / n / STEPS as f64) as f32;
        Some(Normalize {
            mean: self.channels.iter().map(mean).collect(),
            std: self.channels.iter().map(deviation).collect(),
        })
    }
}

/// Of one plane. Numbers that are none count as 0.
fn sums(plane: &[f32]) -> Sums {
    let step = |&number: &f32| (f64::from(number) * STEPS as f64).round() as i128;
    let add = |Sums { sum, squares }, step: i128| Sums {
        sum: i128::saturating_add(sum, step),
        squares: i128::saturating_add(squares, step.saturating_mul(step)),
    };
    plane.iter().map(step).fold(Sums::default(), add)
}
