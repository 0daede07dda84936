//! Intersection over union, Dice and recall of every class, as a value and as a table.

use std::fmt;

use firelight_vocab::Vocab;
use serde::Serialize;

use super::PixelConfusion;
use crate::classes::mean;
use crate::text::number;

/// How well the pixels of every class are found, with `n/a` where a number is not defined.
///
/// ```
/// use firelight_metrics::{MaskReport, PixelConfusion, Vocab};
///
/// let mut pixels = PixelConfusion::new(2);
/// pixels.add_codes(&[1, 1, 1], &[1, 1, 0])?;
/// let report = MaskReport::of(&Vocab::from_labels(["cat", "ground"]), &pixels);
/// assert_eq!((report.classes[1].dice, report.pixel_accuracy), (Some(0.8), Some(2.0 / 3.0)));
/// println!("{report}");
/// # Ok::<(), firelight_metrics::MetricError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct MaskReport {
    /// One row a class, in the order of the vocab.
    pub classes: Vec<MaskScores>,
    /// Plain means over the classes of what is defined.
    pub mean: MaskScores,
    /// Share of all pixels that are recognised.
    pub pixel_accuracy: Option<f64>,
}

/// A row of a [`MaskReport`].
///
/// ```
/// use firelight_metrics::{MaskReport, PixelConfusion, Vocab};
///
/// let mut pixels = PixelConfusion::new(2);
/// pixels.add_codes(&[1, 1, 1], &[1, 1, 0])?;
/// let report = MaskReport::of(&Vocab::from_labels(["cat", "ground"]), &pixels);
/// assert_eq!((report.mean.iou, report.mean.pixels), (Some((0.0 + 2.0 / 3.0) / 2.0), 3));
/// # Ok::<(), firelight_metrics::MetricError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct MaskScores {
    /// The class.
    pub name: String,
    /// Intersection over union; `None` where the class is neither there nor picked.
    pub iou: Option<f64>,
    /// The Dice coefficient; `None` where the class is neither there nor picked.
    pub dice: Option<f64>,
    /// Share of its pixels that are recognised; `None` where there are none.
    pub recall: Option<f64>,
    /// How many pixels of the class there are.
    pub pixels: u64,
}

impl MaskReport {
    /// Of counted pixels.
    ///
    /// # Panics
    ///
    /// If the vocab has more or fewer classes than were counted.
    pub fn of(vocab: &Vocab, pixels: &PixelConfusion) -> Self {
        let counted = pixels.classes();
        assert_eq!(counted, vocab.len(), "the classes that were counted, and those of the vocab");
        let row = |(class, name): (usize, &str)| MaskScores {
            name: name.to_owned(),
            iou: pixels.iou(class),
            dice: pixels.dice(class),
            recall: pixels.recall(class),
            pixels: pixels.actual(class),
        };
        let mean = MaskScores {
            name: "mean".into(),
            iou: pixels.mean_iou(),
            dice: pixels.mean_dice(),
            recall: mean((0..counted).map(|class| pixels.recall(class))),
            pixels: pixels.pixels(),
        };
        let classes = vocab.iter().enumerate().map(row).collect();
        Self { classes, mean, pixel_accuracy: pixels.pixel_accuracy() }
    }
}

/// One line a class, then the means and the accuracy.
impl fmt::Display for MaskReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const ACCURACY: &str = "pixel accuracy";
        let rows = || self.classes.iter().chain([&self.mean]);
        let lengths = rows().map(|row| row.name.chars().count()).chain([ACCURACY.len()]);
        let side = lengths.max().unwrap_or(0);
        let text = |value| number(value, 3);
        write!(f, "{:side$}    iou   dice  recall      pixels", "")?;
        for row in rows() {
            let MaskScores { name, iou, dice, recall, pixels } = row;
            let (iou, dice, recall) = (text(*iou), text(*dice), text(*recall));
            write!(f, "\n{name:<side$}  {iou:>5}  {dice:>5}  {recall:>6}  {pixels:>10}")?;
        }
        write!(f, "\n{ACCURACY:<side$}  {:>5}  {:>5}  {:>6}", "", "", text(self.pixel_accuracy))
    }
}
