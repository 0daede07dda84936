//! A class for every pixel.

use firelight_datablock::{Item, MaskTarget, Masks};
use firelight_losses::Decision;
use firelight_metrics::{MaskReport, MaskScores, MetricError, PixelConfusion, decided_codes};
use firelight_plots::confusion;
use firelight_vocab::Vocab;
use image::RgbImage;

use super::kind::{Findings, Scored, Section, Table, WORST, cell};
use crate::SeenItem;

/// What is found of masks: counts over the pixels of all of them, and a number an item. The masks are not kept, so that it takes no more memory
/// for more of them. Pixels that do not count (code 255) are passed over.
///
/// ```no_run
/// # use firelight_datablock::Masks;
/// # use firelight_learner::{Learner, LearnerError};
/// # fn look(learn: Learner<Masks>) -> Result<(), LearnerError> {
/// let seen = learn.interpret()?;
/// println!("{}", seen.report()); // IoU, Dice, recall and pixels of every class
/// for pair in seen.most_confused(3) {
///     println!("{} taken for {}: {} pixels", pair.actual, pair.predicted, pair.pixels);
/// }
/// seen.plot_confusion().save("pixels.png").ok();
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone)]
pub struct MaskFindings {
    vocab: Vocab,
    decision: Decision,
    pixels: PixelConfusion,
    /// Mean `IoU` of every item that has one.
    items: Vec<Scored>,
}

/// Two classes of which pixels of one were taken for the other; see [`MaskFindings::most_confused`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct ConfusedPixels<'a> {
    /// The class that they were.
    pub actual: &'a str,
    /// The class that was picked.
    pub predicted: &'a str,
    /// How many.
    pub pixels: u64,
}

impl<I: Item + ?Sized> Findings<Masks<I>> for MaskFindings {
    fn start(fitted: &Masks<I>, decision: &Decision, _train: &[MaskTarget]) -> Self {
        let vocab = fitted.vocab().clone();
        let decision = decision.about(&vocab, &Decision::Argmax).clone();
        Self { pixels: PixelConfusion::new(vocab.len()), vocab, decision, items: Vec::new() }
    }

    fn add(&mut self, seen: &SeenItem<MaskTarget>) -> Result<(), MetricError> {
        let picked = decided_codes(seen.outputs, self.vocab.len(), &self.decision);
        let mut own = PixelConfusion::new(self.vocab.len());
        own.add_codes(&picked, seen.target.as_ref())?;
        self.pixels.add_codes(&picked, seen.target.as_ref())?;
        self.items.extend(own.mean_iou().map(|value| Scored { item: seen.item, value }));
        Ok(())
    }

    fn sections(&self, name: &dyn Fn(usize) -> String) -> Vec<Section> {
        let report = self.report();
        let row = |row: &MaskScores| {
            [row.name.clone(), cell(row.iou), cell(row.dice), cell(row.recall), row.pixels.to_string()]
        };
        let rows = report.classes.iter().chain([&report.mean]).map(row);
        let classes = Table::new(["class", "IoU", "Dice", "recall", "pixels"], rows).with_last();
        let pairs = self
            .most_confused(WORST)
            .into_iter()
            .map(|pair| [format!("{} taken for {}", pair.actual, pair.predicted), pair.pixels.to_string()]);
        vec![
            Section::new("Classes").with_table("Each class over the pixels of all pictures", classes),
            Section::new("Confusion of pixels")
                .with_table(
                    "Classes whose pixels are taken for one another most",
                    Table::new(["pixels of", "how many"], pairs),
                )
                .with_picture(
                    "Pixels of each class (rows) that are picked as each class (columns)",
                    self.plot_confusion(),
                ),
            Section::new("Least overlap").with_table(
                "Items with the lowest mean IoU of the classes that are in them",
                Scored::table(&self.worst(WORST), "mean IoU", name),
            ),
        ]
    }
}

impl MaskFindings {
    /// The classes.
    pub fn vocab(&self) -> &Vocab {
        &self.vocab
    }

    /// How many pixels of which class are picked as which, over all items.
    pub fn pixels(&self) -> &PixelConfusion {
        &self.pixels
    }

    /// `IoU`, Dice, recall and pixels of every class, and their means.
    pub fn report(&self) -> MaskReport {
        MaskReport::of(&self.vocab, &self.pixels)
    }

    /// The `k` pairs of classes of which most pixels were taken for one another, most first.
    pub fn most_confused(&self, k: usize) -> Vec<ConfusedPixels<'_>> {
        let pair = |(actual, predicted, pixels): (usize, usize, u64)| ConfusedPixels {
            actual: &self.vocab[actual],
            predicted: &self.vocab[predicted],
            pixels,
        };
        self.pixels.most_confused().into_iter().take(k).map(pair).collect()
    }

    /// The confusion matrix of the pixels: rows are actual, columns picked classes.
    pub fn plot_confusion(&self) -> RgbImage {
        let classes = 0..self.vocab.len();
        let row = |actual| classes.clone().map(|picked| self.pixels.count(actual, picked) as usize).collect();
        let counts: Vec<Vec<usize>> = classes.clone().map(row).collect();
        confusion(self.vocab.names(), &counts, None)
    }

    /// The `k` items with the lowest mean `IoU` over the classes that are in them, actual or picked, lowest first. Items in which nothing counts
    /// are left out.
    pub fn worst(&self, k: usize) -> Vec<Scored> {
        Scored::first(self.items.iter().copied(), k, |iou| iou)
    }
}
