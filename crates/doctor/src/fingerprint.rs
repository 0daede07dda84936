//! What is compared of a picture to see whether it is there twice.

use std::sync::LazyLock;

use image::RgbImage;
use image::imageops::thumbnail;

/// Side of the small picture that is kept.
const KEPT: usize = 48;
/// Side of the square that is hashed and compared.
pub(crate) const SIDE: usize = 32;
/// Frequencies of each direction that make a hash.
const LOW: usize = 8;

/// A picture in 48 by 48 greys: enough to know it again when it was encoded anew, made smaller, brighter, darker, mirrored or cropped a
/// little.
///
/// ```
/// use firelight_doctor::Fingerprint;
///
/// let picture = image::RgbImage::from_fn(90, 60, |x, y| {
///     let (x, y) = (x as f32 / 9.0, y as f32 / 7.0);
///     image::Rgb([(127.0 + 60.0 * (x + y).sin() + 60.0 * (y * y / 9.0 - x).cos()) as u8; 3])
/// });
/// let mirrored = image::imageops::flip_horizontal(&picture);
/// let (one, other) = (Fingerprint::of(&picture), Fingerprint::of(&mirrored));
/// assert_ne!(one.hash(), other.hash());
/// assert!((one.mirrored_hash() ^ other.hash()).count_ones() <= 6);
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fingerprint {
    grey: Vec<u8>,
}

impl Fingerprint {
    /// Of a picture of any size.
    pub fn of(picture: &RgbImage) -> Self {
        if picture.is_empty() {
            return Self { grey: vec![0; KEPT * KEPT] };
        }
        let small = thumbnail(picture, KEPT as u32, KEPT as u32);
        // Luma as in JPEG files (ITU-R BT.601).
        let luma =
            |[red, green, blue]: [u8; 3]| 0.299 * f32::from(red) + 0.587 * f32::from(green) + 0.114 * f32::from(blue);
        Self { grey: small.pixels().map(|pixel| luma(pixel.0).round() as u8).collect() }
    }

    /// 64 bits that change little when the picture does: for each of the 63 lowest frequencies of a cosine transform of 32 by 32
    /// greys, 8 in each direction, whether it is above their median; the bit of the mean is 0. (The form of pHash: Zauner,
    /// *Implementation and benchmarking of perceptual image hash functions*, 2010, section 3.2.1.)
    pub fn hash(&self) -> u64 {
        hashes(&self.seen(Window::WHOLE))[0]
    }

    /// The hash of the mirrored picture.
    pub fn mirrored_hash(&self) -> u64 {
        hashes(&self.seen(Window::WHOLE))[1]
    }

    /// Whether there is so little in it that any two such pictures are alike: its greys spread by less than 2 of 255.
    pub(crate) fn is_flat(&self) -> bool {
        let count = self.grey.len().max(1) as f32;
        let mean = self.grey.iter().map(|&grey| f32::from(grey)).sum::<f32>() / count;
        let spread = self.grey.iter().map(|&grey| (f32::from(grey) - mean).powi(2)).sum::<f32>() / count;
        spread < 4.0
    }

    /// A part of the picture as a square of [`SIDE`].
    pub(crate) fn seen(&self, part: Window) -> Vec<f32> {
        let [columns, rows] =
            [(part.left, part.width), (part.top, part.height)].map(|(start, length)| taps(start, length));
        let mut square = Vec::with_capacity(SIDE * SIDE);
        for &(top, down) in &rows {
            for &(left, right) in &columns {
                let at = |x: usize, y: usize| f32::from(self.grey[y * KEPT + x]);
                let upper = at(left, top) * (1.0 - right) + at(left + 1, top) * right;
                let lower = at(left, top + 1) * (1.0 - right) + at(left + 1, top + 1) * right;
                square.push(upper * (1.0 - down) + lower * down);
            }
        }
        square
    }
}

/// A part of a picture that is looked at, in shares of its width and height.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Window {
    pub(crate) left: f32,
    pub(crate) top: f32,
    pub(crate) width: f32,
    pub(crate) height: f32,
}

impl Window {
    pub(crate) const WHOLE: Self = Self { left: 0.0, top: 0.0, width: 1.0, height: 1.0 };
}

/// Between which two places of the kept picture each sample lies, and how far from the first.
fn taps(start: f32, length: f32) -> [(usize, f32); SIDE] {
    std::array::from_fn(|sample| {
        let place = (start + length * (sample as f32 + 0.5) / SIDE as f32) * KEPT as f32 - 0.5;
        let place = place.clamp(0.0, (KEPT - 1) as f32);
        let first = (place as usize).min(KEPT - 2);
        (first, place - first as f32)
    })
}

/// Cosines of the frequencies at each place of a side.
static WAVES: LazyLock<[[f32; LOW]; SIDE]> = LazyLock::new(|| {
    let wave = |frequency: usize, place: usize| {
        (std::f32::consts::PI * frequency as f32 * (place as f32 + 0.5) / SIDE as f32).cos()
    };
    std::array::from_fn(|place| std::array::from_fn(|frequency| wave(frequency, place)))
});

/// The hashes of a square and of its mirror image, in which the odd frequencies across have the opposite sign.
pub(crate) fn hashes(square: &[f32]) -> [u64; 2] {
    let mut low = [[0.0_f32; LOW]; LOW];
    for (row, down) in square.chunks(SIDE).zip(WAVES.iter()) {
        let mut across = [0.0_f32; LOW];
        for (grey, waves) in row.iter().zip(WAVES.iter()) {
            for (sum, wave) in across.iter_mut().zip(waves) {
                *sum += grey * wave;
            }
        }
        for (sums, down) in low.iter_mut().zip(down) {
            for (sum, across) in sums.iter_mut().zip(&across) {
                *sum += across * down;
            }
        }
    }
    let hash = |odd: f32| {
        let signed = low.iter().flat_map(|row| row.iter().zip([1.0, odd].into_iter().cycle()));
        let low: Vec<f32> = signed.map(|(value, sign)| value * sign).skip(1).collect();
        let mut sorted = low.clone();
        sorted.sort_by(f32::total_cmp);
        let median = sorted[sorted.len() / 2];
        low.iter().fold(0, |hash, &value| hash << 1 | u64::from(value > median))
    };
    [hash(1.0), hash(-1.0)]
}
