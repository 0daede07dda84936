#![doc = include_str!("../README.md")]

mod accuracy;
mod agreement;
mod ancestors;
mod average;
mod box_report;
mod boxes;
mod calibration;
mod classes;
mod costs;
mod curves;
mod distance;
mod error;
mod groups;
mod hops;
mod marks;
mod masks;
mod mean;
mod measure;
mod multi;
mod multi_report;
mod nodes;
mod pairs;
mod point_report;
mod points;
mod ranking;
mod relations;
mod report;
mod risk;
mod sets;
mod text;
mod value_report;
mod values;
mod within;

use serde::{Deserialize, Serialize};

pub use accuracy::{accuracy, error_rate, top_k};
pub use agreement::{cohen_kappa, matthews_corr_coef, weighted_kappa};
pub use ancestors::{ancestor_f_beta, ancestor_precision, ancestor_recall, full_path_accuracy, path_consistency};
pub use average::{Average, HasClass};
pub use box_report::BoxReport;
pub use boxes::{box_accuracy, box_giou, box_iou, giou, iou};
pub use calibration::{adaptive_calibration_error, brier_score, calibration_error, classwise_calibration_error};
pub use classes::{macro_f1, mean_recall, weighted_f1};
pub use costs::{expected_cost, mean_cost, mean_mistake_cost};
pub use curves::{precision_recall_curve, roc_curve};
pub use distance::{
    hierarchical_distance, hierarchical_distance_above_floor, hierarchical_distance_floor, hierarchical_precision,
    nearest_distance,
};
pub use error::MetricError;
pub use firelight_costs::{
    Binning, ClassTree, CostError, CostMatrix, Decision, HeldOut, Reliability, ReliabilityBin, SetRule, Sets,
};
pub use firelight_vocab::{Groups, Vocab};
pub use groups::{cross_group_errors, group_accuracy, mistake_severity, same_group_mistakes, summed_group_accuracy};
pub use hops::hops;
pub use masks::{
    MaskReport, MaskScores, PixelConfusion, VOID, class_iou, decided_codes, dice, dice_multi, foreground_accuracy,
    foreground_iou, mean_iou, pixel_accuracy,
};
pub use measure::measure;
pub use multi::{accuracy_multi, f_beta_multi, f1_multi, hamming_loss, jaccard_multi, precision_multi, recall_multi};
pub use multi_report::{MultiReport, MultiScores};
pub use nodes::NodeReport;
pub use pairs::{first, named, of_classes, second};
pub use point_report::{PointReport, PointScores};
pub use points::{pck, pck_by, point_distance, point_error};
pub use ranking::{average_precision, best_thresholds, roc_auc};
pub use relations::{explained_variance, pearson, spearman};
pub use report::{ClassReport, ClassScores};
pub use risk::{RiskCoverage, RiskPoint, aurc};
pub use sets::{SetReport, SetScores, set_coverage, set_size};
pub use value_report::{ValueReport, ValueScores};
pub use values::{mae, mape, mse, msle, r2, rmse, rmsle};
pub use within::{class_label_accuracy, within_label};

/// Which way a number gets better.
///
/// ```
/// use firelight_metrics::{Better, accuracy, calibration_error};
///
/// assert_eq!((accuracy().better(), calibration_error().better()), (Better::More, Better::Less));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Better {
    /// More of it is better, as of accuracy.
    More,
    /// Less of it is better, as of a loss, an error or a cost.
    Less,
}

/// What a model made of some examples, on the host.
///
/// ```
/// use firelight_costs::Decision;
/// use firelight_metrics::Outcomes;
///
/// let outcomes = Outcomes {
///     outputs: &[0.7, 0.3, f32::NAN, f32::NAN],
///     columns: 2,
///     targets: &[0, 0],
///     decided: &[0, 0],
///     decision: &Decision::Argmax,
/// };
/// let picks: Vec<Option<usize>> = outcomes.examples().map(|example| example.decided).collect();
/// assert_eq!(picks, [Some(0), None]); // nothing is decided from what is no number
/// ```
#[derive(Debug, Clone, Copy)]
pub struct Outcomes<'a, T> {
    /// Activated outputs (probabilities for classes), row after row.
    pub outputs: &'a [f32],
    /// Numbers in a row.
    pub columns: usize,
    /// Targets, one a row.
    pub targets: &'a [T],
    /// Classes that the decision rule picks, one a row. Of a row with NaN in it the pick means nothing:
    /// [`examples`](Self::examples) leaves it out. It means nothing either where a row is not one choice among classes, as of masks,
    /// points, boxes and pairs: metrics of those do not read it ([`Metric::reads_decided`]).
    pub decided: &'a [usize],
    /// The decision rule, for metrics that look at more than its pick: `decision.rank(row, 5)`.
    pub decision: &'a Decision,
}

/// One example and what became of it; see [`Outcomes::examples`].
#[derive(Debug, Clone, Copy)]
pub struct Example<'a, T> {
    /// Its activated outputs.
    pub row: &'a [f32],
    /// Its target.
    pub target: &'a T,
    /// The class that the decision rule picks; `None` where an output is not a number.
    pub decided: Option<usize>,
    /// The decision rule.
    pub decision: &'a Decision,
}

impl<'a, T> Outcomes<'a, T> {
    /// The rows of the outputs, in order.
    pub fn rows(&self) -> impl Iterator<Item = &'a [f32]> + use<'a, T> {
        self.outputs.chunks(self.columns.max(1))
    }

    /// The examples, in order.
    pub fn examples(&self) -> impl Iterator<Item = Example<'a, T>> + use<'a, T> {
        let decision = self.decision;
        self.rows().zip(self.targets).zip(self.decided).map(move |((row, target), &decided)| {
            let decided = (!row.iter().any(|output| output.is_nan())).then_some(decided);
            Example { row, target, decided, decision }
        })
    }
}

impl Example<'_, usize> {
    /// Whether the picked class is the actual one.
    pub fn is_right(&self) -> bool {
        self.decided == Some(*self.target)
    }
}

/// A number that says how good a model is: which way it gets better, and how it adds up.
///
/// A metric is a recipe and changes nothing: each evaluation [`start`](Self::start)s an [`Accumulator`] of its own, so that two
/// threads may evaluate at once.
///
/// ```
/// use firelight_metrics::{Accumulator, Better, Metric, Outcomes};
///
/// /// Mean probability of the actual class.
/// struct Confidence;
///
/// #[derive(Default)]
/// struct Sum(f64, usize);
///
/// impl Metric<usize> for Confidence {
///     fn name(&self) -> String { "confidence".into() }
///     fn better(&self) -> Better { Better::More }
///     fn start(&self) -> Box<dyn Accumulator<usize>> { Box::new(Sum::default()) }
/// }
///
/// impl Accumulator<usize> for Sum {
///     fn update(&mut self, outcomes: &Outcomes<usize>) {
///         for example in outcomes.examples() {
///             (self.0, self.1) = (self.0 + f64::from(example.row[*example.target]), self.1 + 1);
///         }
///     }
///     fn value(&self) -> Option<f64> {
///         (self.1 > 0).then(|| self.0 / self.1 as f64)
///     }
/// }
/// ```
pub trait Metric<T>: Send + Sync {
    /// The column's name in tables.
    fn name(&self) -> String;
    /// The name, and whatever else its value depends on, such as a digest of a matrix: a run that was broken off goes on only with the
    /// metrics it began with. By default the name alone.
    fn describe(&self) -> String {
        self.name()
    }
    /// Which way it gets better: what chooses the best model, and ends or slows a fit, goes by it.
    fn better(&self) -> Better;
    /// Begins to add up.
    fn start(&self) -> Box<dyn Accumulator<T> + '_>;
    /// The classes that it was built for, if it depends on them.
    fn vocab(&self) -> Option<&Vocab> {
        None
    }
    /// Whether it reads [`Outcomes::decided`]; by default it may. Metrics of masks, points, boxes and pairs do not: they decide themselves, a
    /// pixel or a part of the row at a time, or nothing at all. For them a row need not have as many numbers as the decision has classes.
    fn reads_decided(&self) -> bool {
        true
    }
    /// What decides where the decision at hand is for other classes, as costs for the other target of a pair: by default the likeliest
    /// class, and for several classes an example each from 0.5.
    fn otherwise(&self) -> Decision {
        Decision::Argmax
    }
}

/// Adds up over the batches of an evaluation and gives one number at its end.
pub trait Accumulator<T>: Send {
    /// Adds a batch.
    fn update(&mut self, outcomes: &Outcomes<T>);
    /// The number, or `None` where it is not defined (no examples; no mistakes). NaN counts as not defined.
    fn value(&self) -> Option<f64>;
}

/// A metric of a model with one class an example.
///
/// ```
/// let metrics: [firelight_metrics::ClassMetric; 2] = [firelight_metrics::accuracy(), firelight_metrics::top_k(5)];
/// ```
pub type ClassMetric = Box<dyn Metric<usize>>;

/// A metric of a model with any number of classes an example.
///
/// ```
/// let metrics: [firelight_metrics::MultiMetric; 1] = [firelight_metrics::f1_multi()];
/// ```
pub type MultiMetric = Box<dyn Metric<Vec<usize>>>;

/// A metric of a model with one or several numbers an example.
///
/// ```
/// let metrics: [firelight_metrics::ValueMetric; 2] = [firelight_metrics::mae(), firelight_metrics::r2()];
/// ```
pub type ValueMetric = Box<dyn Metric<Vec<f32>>>;

/// A metric of a model that gives every pixel a class; the target is anything that lends its codes.
///
/// ```
/// let metrics: [firelight_metrics::MaskMetric; 2] = [firelight_metrics::dice(), firelight_metrics::pixel_accuracy()];
/// ```
pub type MaskMetric<T = Vec<u8>> = Box<dyn Metric<T>>;

/// A metric of a model that finds points; the target is anything that lends them.
///
/// ```
/// let metrics: [firelight_metrics::PointMetric; 2] = [firelight_metrics::pck(0.05), firelight_metrics::point_error()];
/// ```
pub type PointMetric<T = Vec<Option<[f32; 2]>>> = Box<dyn Metric<T>>;

/// A metric of a model that finds a box.
///
/// ```
/// let metrics: [firelight_metrics::BoxMetric; 2] = [firelight_metrics::box_iou(), firelight_metrics::box_accuracy(0.5)];
/// ```
pub type BoxMetric = Box<dyn Metric<Option<[f32; 4]>>>;

/// A metric of a model with two targets.
///
/// ```
/// use firelight_metrics::{PairMetric, accuracy, first};
///
/// let breed: PairMetric<usize, Option<[f32; 4]>> = first(accuracy(), 37);
/// ```
pub type PairMetric<A, B> = Box<dyn Metric<(A, B)>>;

/// `part` of `whole`, if there is a whole.
fn ratio(part: f64, whole: usize) -> Option<f64> {
    (whole > 0).then(|| part / whole as f64)
}
