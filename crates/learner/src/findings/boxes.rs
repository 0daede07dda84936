//! A box in a picture.

use firelight_datablock::{Box4, Boxes, Item};
use firelight_losses::Decision;
use firelight_metrics::{BoxReport, MetricError, iou};
use firelight_plots::overlaps;
use image::RgbImage;

use super::kind::{Findings, Scored, Section, Table, WORST, cell};
use super::points::sides;
use crate::{Predictions, SeenItem};

/// What is found of boxes. Items without a box do not count.
///
/// ```no_run
/// # use firelight_datablock::Boxes;
/// # use firelight_learner::{Learner, LearnerError};
/// # fn look(learn: Learner<Boxes>) -> Result<(), LearnerError> {
/// let seen = learn.interpret()?;
/// println!("{}", seen.report()); // overlaps, how many are found, and how far middles and sides are off
/// seen.plot_overlaps().save("overlaps.png").ok();
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone, Default)]
pub struct BoxFindings {
    predictions: Predictions<Option<Box4>>,
    /// Of the pictures that the model saw.
    sizes: Vec<[u32; 2]>,
}

impl<I: Item + ?Sized> Findings<Boxes<I>> for BoxFindings {
    fn start(_fitted: &Boxes<I>, _decision: &Decision, _train: &[Option<Box4>]) -> Self {
        Self::default()
    }

    fn add(&mut self, seen: &SeenItem<Option<Box4>>) -> Result<(), MetricError> {
        self.predictions.push(seen, 0);
        self.sizes.push(sides(seen.size));
        Ok(())
    }

    fn sections(&self, name: &dyn Fn(usize) -> String) -> Vec<Section> {
        let report = self.report();
        let mut rows =
            vec![["boxes".to_owned(), report.boxes.to_string()], ["mean IoU".to_owned(), cell(report.mean_iou)]];
        let quantiles = BoxReport::QUANTILES.iter().zip(report.quantiles);
        rows.extend(quantiles.map(|(share, iou)| [format!("IoU of the lowest {:.0} %", 100.0 * share), cell(iou)]));
        let found = BoxReport::LEAST.iter().zip(report.found);
        rows.extend(found.map(|(least, share)| [format!("share from IoU {least}"), cell(share)]));
        rows.extend([
            ["middle off by (share of the side)".to_owned(), cell(report.centre)],
            ["middle off by (pixels that the model sees)".to_owned(), cell(report.centre_pixels)],
            ["width off by (share of the picture's)".to_owned(), cell(report.width)],
            ["height off by (share of the picture's)".to_owned(), cell(report.height)],
        ]);
        vec![
            Section::new("Boxes")
                .with_table("How well the boxes lie", Table::new(["number", "value"], rows))
                .with_picture("How many boxes have which intersection over union", self.plot_overlaps()),
            Section::new("Least overlap")
                .with_table("Items whose boxes overlap least", Scored::table(&self.worst(WORST), "IoU", name)),
        ]
    }
}

impl BoxFindings {
    /// The predictions themselves.
    pub fn predictions(&self) -> &Predictions<Option<Box4>> {
        &self.predictions
    }

    /// Overlaps, how many boxes are found, and how far their middles and sides are off.
    pub fn report(&self) -> BoxReport {
        let sides_of = |row: &[f32]| row.try_into().unwrap_or([f32::NAN; 4]);
        let rows: Vec<[f32; 4]> = self.predictions.rows().into_iter().map(sides_of).collect();
        BoxReport::of(&rows, &self.predictions.targets, &self.sizes)
    }

    /// How many boxes have which intersection over union ([`overlaps`]).
    pub fn plot_overlaps(&self) -> RgbImage {
        let all: Vec<f32> = self.items().map(|item| item.value as f32).collect();
        overlaps(&all)
    }

    /// The `k` items whose boxes overlap least, with their intersection over union, lowest first.
    pub fn worst(&self, k: usize) -> Vec<Scored> {
        Scored::first(self.items(), k, |iou| iou)
    }

    /// The intersection over union of every item that has a box.
    fn items(&self) -> impl Iterator<Item = Scored> {
        let all = &self.predictions;
        let examples = all.rows().into_iter().zip(&all.targets).zip(&all.items);
        examples.filter_map(|((row, target), item)| {
            Some(Scored { item: *item, value: iou(row.try_into().ok()?, (*target)?).into() })
        })
    }
}
