//! How many pixels of which class are picked as which.

use firelight_costs::Decision;
use serde::Serialize;

use super::{VOID, decided_codes, part};
use crate::MetricError;
use crate::classes::mean;

/// A confusion matrix of pixels: what all metrics of masks and [`MaskReport`](crate::MaskReport) are made of.
///
/// Pixels whose actual code is [`VOID`] are not counted. A pixel for which nothing is decided is of its class and not recognised.
///
/// ```
/// use firelight_metrics::{Decision, PixelConfusion};
///
/// let mut pixels = PixelConfusion::new(2);
/// // A map of two classes and three pixels, of which the last has no class.
/// pixels.add(&[0.9, 0.4, 0.2, 0.1, 0.6, 0.8], &[0, 0, 255], &Decision::Argmax)?;
/// // A mask that is decided already.
/// pixels.add_codes(&[1, 1, 1], &[1, 1, 0])?;
/// assert_eq!((pixels.count(0, 1), pixels.hits(1)), (2, 2));
/// assert_eq!(pixels.iou(1), Some(0.5));
/// # Ok::<(), firelight_metrics::MetricError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PixelConfusion {
    classes: usize,
    /// A row an actual class, a column a picked one.
    counts: Vec<u64>,
    /// By actual class.
    undecided: Vec<u64>,
}

impl PixelConfusion {
    /// Of no pixels yet, and of classes 0 to `classes - 1`.
    pub fn new(classes: usize) -> Self {
        Self { classes, counts: vec![0; classes * classes], undecided: vec![0; classes] }
    }

    /// Adds a map, `[classes, height, width]` flattened, as [`decided_codes`] decides it.
    ///
    /// # Errors
    ///
    /// [`MetricError::MapLength`] if the map has not one number for each class and pixel of the target, and [`MetricError::UnknownCode`] for a
    /// code that is neither a class nor [`VOID`]. Then nothing of it is counted.
    pub fn add(&mut self, row: &[f32], target: &[u8], decision: &Decision) -> Result<(), MetricError> {
        let (numbers, classes, pixels) = (row.len(), self.classes, target.len());
        if numbers != classes * pixels {
            return Err(MetricError::MapLength { numbers, classes, pixels });
        }
        self.add_codes(&decided_codes(row, classes, decision), target)
    }

    /// Adds a mask that is decided already; [`VOID`] is a pixel of which nothing is decided.
    ///
    /// # Errors
    ///
    /// [`MetricError::MaskLength`] if the two are of different lengths, and [`MetricError::UnknownCode`] for a code that is neither a class nor
    /// [`VOID`]. Then nothing of it is counted.
    pub fn add_codes(&mut self, picked: &[u8], actual: &[u8]) -> Result<(), MetricError> {
        if picked.len() != actual.len() {
            return Err(MetricError::MaskLength { picked: picked.len(), actual: actual.len() });
        }
        let classes = self.classes;
        let unknown = |&code: &u8| code != VOID && usize::from(code) >= classes;
        for codes in [actual, picked] {
            if let Some(pixel) = codes.iter().position(unknown) {
                return Err(MetricError::UnknownCode { pixel, code: codes[pixel], classes });
            }
        }
        for (&picked, &actual) in picked.iter().zip(actual) {
            let (row, column) = (usize::from(actual), usize::from(picked));
            match (actual, picked) {
                (VOID, _) => {}
                (_, VOID) => self.undecided[row] += 1,
                _ => self.counts[row * classes + column] += 1,
            }
        }
        Ok(())
    }

    /// How many classes there are.
    pub fn classes(&self) -> usize {
        self.classes
    }

    /// How many pixels are counted.
    pub fn pixels(&self) -> u64 {
        self.counts.iter().chain(&self.undecided).sum()
    }

    /// How many pixels of class `actual` are picked as class `picked`; 0 for what is no class.
    pub fn count(&self, actual: usize, picked: usize) -> u64 {
        let inside = actual < self.classes && picked < self.classes;
        if inside { self.counts[actual * self.classes + picked] } else { 0 }
    }

    /// How many pixels of the class there are, decided or not.
    pub fn actual(&self, class: usize) -> u64 {
        let undecided = self.undecided.get(class).copied().unwrap_or(0);
        undecided + (0..self.classes).map(|picked| self.count(class, picked)).sum::<u64>()
    }

    /// How many pixels are picked as the class.
    pub fn picked(&self, class: usize) -> u64 {
        (0..self.classes).map(|actual| self.count(actual, class)).sum()
    }

    /// How many pixels of the class are recognised.
    pub fn hits(&self, class: usize) -> u64 {
        self.count(class, class)
    }

    /// Pixels that are of the class and picked as it, among those that are either, from 0 to 1; `None` where the class is nowhere.
    pub fn iou(&self, class: usize) -> Option<f64> {
        part(self.hits(class), self.actual(class) + self.picked(class) - self.hits(class))
    }

    /// Twice the pixels that are of the class and picked as it, divided by those that are of it plus those that are picked, from 0 to
    /// 1; `None` where the class is nowhere.
    pub fn dice(&self, class: usize) -> Option<f64> {
        part(2 * self.hits(class), self.actual(class) + self.picked(class))
    }

    /// Share of the pixels of the class that are recognised; `None` where there are none.
    pub fn recall(&self, class: usize) -> Option<f64> {
        part(self.hits(class), self.actual(class))
    }

    /// Mean of [`iou`](Self::iou) over the classes that are somewhere.
    pub fn mean_iou(&self) -> Option<f64> {
        mean((0..self.classes).map(|class| self.iou(class)))
    }

    /// Mean of [`dice`](Self::dice) over the classes that are somewhere.
    pub fn mean_dice(&self) -> Option<f64> {
        mean((0..self.classes).map(|class| self.dice(class)))
    }

    /// Share of all pixels that are recognised; `None` where there are none.
    pub fn pixel_accuracy(&self) -> Option<f64> {
        part((0..self.classes).map(|class| self.hits(class)).sum(), self.pixels())
    }

    /// Pairs of different classes, actual and picked, of which pixels were taken for one another, with how many; most first, ties in the order
    /// of the classes.
    ///
    /// ```
    /// use firelight_metrics::PixelConfusion;
    ///
    /// let mut pixels = PixelConfusion::new(3);
    /// pixels.add_codes(&[1, 1, 0, 2], &[0, 0, 1, 2])?;
    /// assert_eq!(pixels.most_confused(), [(0, 1, 2), (1, 0, 1)]);
    /// # Ok::<(), firelight_metrics::MetricError>(())
    /// ```
    pub fn most_confused(&self) -> Vec<(usize, usize, u64)> {
        let classes = || 0..self.classes;
        let pairs = classes().flat_map(|actual| classes().map(move |picked| (actual, picked)));
        let mut pairs: Vec<_> = pairs
            .filter(|(actual, picked)| actual != picked)
            .map(|(actual, picked)| (actual, picked, self.count(actual, picked)))
            .filter(|pair| pair.2 > 0)
            .collect();
        pairs.sort_by_key(|pair| std::cmp::Reverse(pair.2));
        pairs
    }

    /// How many pixels are both, actual and picked foreground, which is all but class 0.
    pub(super) fn foreground(&self) -> (u64, u64, u64) {
        let sum = |of: &dyn Fn(usize) -> u64| (1..self.classes).map(of).sum();
        let actual: u64 = sum(&|class| self.actual(class));
        let picked: u64 = sum(&|class| self.picked(class));
        // What is picked as foreground but for the ground that is.
        (picked - sum(&|class| self.count(0, class)), actual, picked)
    }
}
