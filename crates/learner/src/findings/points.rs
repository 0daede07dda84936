//! Points in a picture.

use firelight_datablock::{Item, Point, Points};
use firelight_losses::Decision;
use firelight_metrics::{MetricError, PointReport, PointScores, point_distance};
use firelight_plots::found_curves;
use firelight_transforms::Size;
use firelight_vocab::Vocab;
use image::RgbImage;

use super::kind::{Findings, Scored, Section, Table, WORST, cell};
use crate::{Predictions, SeenItem};

/// What is found of points. Those that are not known do not count.
///
/// ```no_run
/// # use firelight_datablock::Points;
/// # use firelight_learner::{Learner, LearnerError};
/// # fn look(learn: Learner<Points>) -> Result<(), LearnerError> {
/// let seen = learn.interpret()?;
/// println!("{}", seen.report()); // how far off each point is, in shares of the side and in pixels, and how many are found
/// seen.plot_found().save("found.png").ok();
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone)]
pub struct PointFindings {
    names: Vocab,
    predictions: Predictions<Vec<Point>>,
    /// Of the pictures that the model saw.
    sizes: Vec<[u32; 2]>,
}

impl<I: Item + ?Sized> Findings<Points<I>> for PointFindings {
    fn start(fitted: &Points<I>, _decision: &Decision, _train: &[Vec<Point>]) -> Self {
        Self { names: fitted.names().clone(), predictions: Predictions::default(), sizes: Vec::new() }
    }

    fn add(&mut self, seen: &SeenItem<Vec<Point>>) -> Result<(), MetricError> {
        self.predictions.push(seen, 0);
        self.sizes.push(sides(seen.size));
        Ok(())
    }

    fn sections(&self, name: &dyn Fn(usize) -> String) -> Vec<Section> {
        let report = self.report();
        let row = |row: &PointScores| {
            let [near, middle, far] = row.found.map(cell);
            [row.name.clone(), row.known.to_string(), cell(row.error), cell(row.pixels), near, middle, far]
        };
        let [near, middle, far] = PointScores::SHARES.map(|share| format!("within {:.0} %", 100.0 * share));
        let columns = ["point", "known", "off by (share)", "off by (pixels)", &near, &middle, &far];
        let table = Table::new(columns, report.points.iter().chain([&report.all]).map(row)).with_last();
        vec![
            Section::new("Points")
                .with_table(
                    "How far off each point is, in shares of the picture's side and in pixels that the model sees",
                    table,
                )
                .with_picture("The share of the points that is found within a distance", self.plot_found()),
            Section::new("Farthest off").with_table(
                "Items whose points are farthest off in the mean, in shares of the picture's side",
                Scored::table(&self.worst(WORST), "off by", name),
            ),
        ]
    }
}

impl PointFindings {
    /// What the points are called.
    pub fn names(&self) -> &Vocab {
        &self.names
    }

    /// The predictions themselves.
    pub fn predictions(&self) -> &Predictions<Vec<Point>> {
        &self.predictions
    }

    /// Distances of every point, and how many are found.
    pub fn report(&self) -> PointReport {
        let all = &self.predictions;
        PointReport::of(self.names.iter(), &all.rows(), &all.targets, &self.sizes)
    }

    /// Which share of every point is found within a distance, a line a point ([`found_curves`]).
    pub fn plot_found(&self) -> RgbImage {
        let all = self.items();
        let of = |point: usize| all.iter().filter_map(|(_, far)| far.get(point).copied().flatten()).collect();
        let points: Vec<_> = self.names.iter().enumerate().map(|(point, name)| (name.to_owned(), of(point))).collect();
        found_curves(&points)
    }

    /// The `k` items whose known points are farthest off in the mean, in shares of the picture's side, farthest first. Items without a known
    /// point are left out.
    pub fn worst(&self, k: usize) -> Vec<Scored> {
        let mean = |(item, distances): (usize, Vec<Option<f64>>)| {
            let known: Vec<f64> = distances.into_iter().flatten().collect();
            let value = known.iter().sum::<f64>() / known.len() as f64;
            (!known.is_empty()).then_some(Scored { item, value })
        };
        Scored::first(self.items().into_iter().filter_map(mean), k, |off| -off)
    }

    /// How far off the points of every item are.
    fn items(&self) -> Vec<(usize, Vec<Option<f64>>)> {
        let all = &self.predictions;
        let distances = |(row, target): (&[f32], &Vec<Point>)| {
            let (said, _) = row.as_chunks::<2>();
            said.iter().zip(target).map(|(said, target)| Some(point_distance(*said, (*target)?))).collect()
        };
        all.items.iter().copied().zip(all.rows().into_iter().zip(&all.targets).map(distances)).collect()
    }
}

/// Width and height.
pub(super) fn sides(size: Size) -> [u32; 2] {
    [size.width, size.height]
}
