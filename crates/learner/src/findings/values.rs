//! Numbers of an item.

use firelight_datablock::{FittedTarget, Item, Values};
use firelight_losses::Decision;
use firelight_metrics::{MetricError, ValueReport, ValueScores};
use firelight_plots::residuals;
use firelight_predict::TargetKind;
use image::RgbImage;

use super::kind::{Findings, Scored, Section, Table, WORST, cell};
use crate::{Predictions, SeenItem};

/// What is found of numbers that a model tells.
///
/// ```no_run
/// # use firelight_datablock::Values;
/// # use firelight_learner::{Learner, LearnerError};
/// # fn look(learn: Learner<Values>) -> Result<(), LearnerError> {
/// let seen = learn.interpret()?;
/// println!("{}", seen.report());
/// seen.plot_residuals(0).save("residuals.png").ok();
/// for off in seen.worst(0, 5) {
///     println!("{}: off by {:.2}", seen.path(off.item).display(), off.value);
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone)]
pub struct ValueFindings {
    names: Vec<String>,
    predictions: Predictions<Vec<f32>>,
}

impl<I: Item + ?Sized> Findings<Values<I>> for ValueFindings {
    fn start(fitted: &Values<I>, _decision: &Decision, _train: &[Vec<f32>]) -> Self {
        Self { names: TargetKind::Values(fitted.outputs()).names(), predictions: Predictions::default() }
    }

    fn add(&mut self, seen: &SeenItem<Vec<f32>>) -> Result<(), MetricError> {
        self.predictions.push(seen, 0);
        Ok(())
    }

    fn sections(&self, name: &dyn Fn(usize) -> String) -> Vec<Section> {
        let row = |row: &ValueScores| {
            let numbers = [row.mae, row.rmse, row.bias, row.r2, row.pearson, row.spearman].map(cell);
            let [mae, rmse, bias, r2, pearson, spearman] = numbers;
            [row.name.clone(), mae, rmse, bias, r2, pearson, spearman]
        };
        let columns = ["value", "MAE", "RMSE", "bias", "R²", "Pearson", "Spearman"];
        let table = Table::new(columns, self.report().values.iter().map(row));
        let mut residuals = Section::new("Residuals");
        let mut worst = Section::new("Farthest off");
        for (value, called) in self.names.iter().enumerate() {
            residuals = residuals.with_picture(
                format!("Outputs of {called} against targets, and how often which residual occurs"),
                self.plot_residuals(value),
            );
            let table = Scored::table(&self.worst(value, WORST), "off by", name);
            worst = worst.with_table(format!("Items where {called} is farthest off"), table);
        }
        vec![Section::new("Values").with_table("Errors and correlations of each value", table), residuals, worst]
    }
}

impl ValueFindings {
    /// What the numbers are called: `value`, or `value 1` and so on.
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// The predictions themselves.
    pub fn predictions(&self) -> &Predictions<Vec<f32>> {
        &self.predictions
    }

    /// Errors and correlations of every number.
    pub fn report(&self) -> ValueReport {
        ValueReport::of(self.names.iter().cloned(), &self.predictions.rows(), &self.predictions.targets)
    }

    /// Outputs of a number against its targets, and its residuals ([`residuals`]). A number that there is not, counted from 0, has an empty
    /// picture.
    pub fn plot_residuals(&self, value: usize) -> RgbImage {
        let (targets, outputs): (Vec<f32>, Vec<f32>) =
            self.pairs(value).map(|(target, output, _)| (target, output)).unzip();
        residuals(&targets, &outputs, self.names.get(value).map_or("", String::as_str))
    }

    /// The `k` items where a number is farthest off, with how far, farthest first.
    pub fn worst(&self, value: usize, k: usize) -> Vec<Scored> {
        let off = self
            .pairs(value)
            .map(|(target, output, item)| Scored { item, value: (f64::from(output) - f64::from(target)).abs() });
        Scored::first(off, k, |off| -off)
    }

    /// Targets and outputs of a number, and whose they are.
    fn pairs(&self, value: usize) -> impl Iterator<Item = (f32, f32, usize)> {
        let all = &self.predictions;
        let examples = all.rows().into_iter().zip(&all.targets).zip(&all.items);
        examples.filter_map(move |((row, target), item)| Some((*target.get(value)?, *row.get(value)?, *item)))
    }
}
