//! How a picture looks, in five numbers, and what is wrong with it.

use std::fmt;

use image::RgbImage;
use image::imageops::thumbnail;
use serde::{Deserialize, Serialize};

/// Longest side at which pictures are judged, about what a model sees.
const JUDGED: u32 = 256;

/// How a picture looks, at no more than 256 pixels a side, in greys from 0 (black) to 1 (white).
///
/// ```
/// use firelight_doctor::{Fault, FaultLimits, Look};
///
/// let night = image::RgbImage::from_fn(64, 48, |x, y| image::Rgb([(x ^ y) as u8; 3]));
/// let faults = Look::of(&night).faults(&FaultLimits::default());
/// assert_eq!(faults[0].0, Fault::Dark);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Look {
    /// The grey that one pixel in a hundred is brighter than.
    pub brightest: f64,
    /// The grey that one pixel in twenty is darker than.
    pub darkest: f64,
    /// Standard deviation of the greys.
    pub contrast: f64,
    /// Standard deviation of the Laplacian (a pixel's four neighbours less four times itself) for each unit of contrast. It does not change
    /// with light, and is 0 without contrast. (The variance of the Laplacian as a measure of focus: Pech-Pacheco et al., ICPR 2000.)
    pub sharpness: f64,
    /// Entropy of the 256 greys, from 0 to 8 bits.
    pub information: f64,
    /// The longer side as a multiple of the shorter one.
    pub stretch: f64,
}

/// What can be wrong with a picture, whatever it shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[non_exhaustive]
pub enum Fault {
    /// It has hardly any contrast.
    Empty,
    /// Nothing in it is bright.
    Dark,
    /// Nothing in it is dark.
    Bright,
    /// Nothing in it is sharp.
    Blurred,
    /// It has few greys, as drawings and screenshots do.
    LittleInformation,
    /// It is long and narrow.
    OddShape,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Empty => "empty",
            Self::Dark => "dark",
            Self::Bright => "bright",
            Self::Blurred => "blurred",
            Self::LittleInformation => "little information",
            Self::OddShape => "odd shape",
        })
    }
}

/// From where on a [`Look`] is a [`Fault`].
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct FaultLimits {
    /// Empty below this contrast; 0.02 by default.
    pub contrast: f64,
    /// Dark where the brightest is below this; 0.3 by default.
    pub dark: f64,
    /// Bright where the darkest is above this; 0.75 by default.
    pub bright: f64,
    /// Blurred below this sharpness; 0.08 by default.
    pub sharpness: f64,
    /// Little information below this; 3 bits by default.
    pub information: f64,
    /// Of odd shape above this stretch; 3 by default.
    pub stretch: f64,
}

impl Default for FaultLimits {
    fn default() -> Self {
        Self { contrast: 0.02, dark: 0.3, bright: 0.75, sharpness: 0.08, information: 3.0, stretch: 3.0 }
    }
}

impl Look {
    /// Of a picture of any size.
    pub fn of(picture: &RgbImage) -> Self {
        let (width, height) = picture.dimensions();
        let scale = f64::from(JUDGED) / f64::from(width.max(height).max(1));
        let small;
        let seen = if scale < 1.0 && !picture.is_empty() {
            let [width, height] = [width, height].map(|side| (f64::from(side) * scale).round().max(1.0) as u32);
            small = thumbnail(picture, width, height);
            &small
        } else {
            picture
        };
        // Luma as in JPEG files (ITU-R BT.601).
        let luma =
            |[red, green, blue]: [u8; 3]| 0.299 * f64::from(red) + 0.587 * f64::from(green) + 0.114 * f64::from(blue);
        let greys: Vec<f64> = seen.pixels().map(|pixel| luma(pixel.0) / 255.0).collect();
        let mut counts = [0_usize; 256];
        for grey in &greys {
            counts[(grey * 255.0).round() as usize] += 1;
        }
        let contrast = spread(greys.iter().copied());
        let laplacian = spread(laplacian(&greys, seen.width() as usize));
        Self {
            brightest: quantile(&counts, 0.99),
            darkest: quantile(&counts, 0.05),
            contrast,
            sharpness: if contrast > 0.0 { laplacian / contrast } else { 0.0 },
            information: entropy(&counts),
            stretch: f64::from(width.max(height)) / f64::from(width.min(height).max(1)),
        }
    }

    /// What is wrong with the picture, and by how much: 1 at the limit, more beyond it, at most 1000. An empty picture is that alone, and its shape.
    pub fn faults(&self, limits: &FaultLimits) -> Vec<(Fault, f64)> {
        // What is too low, and what too high.
        let below = |value: f64, limit: f64| limit / value.max(limit / 1000.0);
        let mut faults = vec![(Fault::OddShape, self.stretch / limits.stretch)];
        let empty = below(self.contrast, limits.contrast);
        if empty > 1.0 {
            faults.push((Fault::Empty, empty));
        } else {
            faults.extend([
                (Fault::Dark, below(self.brightest, limits.dark)),
                (Fault::Bright, self.darkest / limits.bright),
                (Fault::Blurred, below(self.sharpness, limits.sharpness)),
                (Fault::LittleInformation, below(self.information, limits.information)),
            ]);
        }
        faults.retain(|fault| fault.1 > 1.0);
        faults.sort_by_key(|fault| fault.0);
        faults
    }
}

/// Standard deviation; 0 of nothing.
fn spread(numbers: impl Iterator<Item = f64>) -> f64 {
    let (mut count, mut mean, mut squares) = (0.0, 0.0, 0.0);
    for number in numbers {
        count += 1.0;
        let off = number - mean;
        mean += off / count;
        squares += off * (number - mean);
    }
    if count > 0.0 { (squares / count).sqrt() } else { 0.0 }
}

/// Of all pixels but those at the edge.
fn laplacian(greys: &[f64], width: usize) -> impl Iterator<Item = f64> {
    let height = greys.len() / width.max(1);
    (1..height.saturating_sub(1)).flat_map(move |row| {
        (1..width.saturating_sub(1)).map(move |column| {
            let place = row * width + column;
            greys[place - width] + greys[place - 1] + greys[place + 1] + greys[place + width] - 4.0 * greys[place]
        })
    })
}

/// The grey below which a share of the pixels lies.
fn quantile(counts: &[usize; 256], share: f64) -> f64 {
    let below = share * counts.iter().sum::<usize>() as f64;
    let mut sum = 0;
    let reached = counts.iter().position(|count| {
        sum += count;
        sum as f64 >= below
    });
    reached.unwrap_or(255) as f64 / 255.0
}

/// Shannon's, in bits.
fn entropy(counts: &[usize; 256]) -> f64 {
    let all = counts.iter().sum::<usize>().max(1) as f64;
    let shares = counts.iter().filter(|&&count| count > 0).map(|&count| count as f64 / all);
    -shares.map(|share| share * share.log2()).sum::<f64>()
}
