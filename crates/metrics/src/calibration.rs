//! Whether probabilities mean what they say.

use firelight_costs::{Binning, Reliability};

use crate::mean::ratio;
use crate::{Accumulator, Better, ClassMetric, Metric, Outcomes};

const BINS: usize = 15;

/// Expected calibration error (ECE): how far confidence is from accuracy, 0 to 1 (Guo et al., 2017).
///
/// The confidence of an example is the probability of its likeliest class, whatever the decision. Examples are sorted into
/// 15 bins of confidence of equal width, open below and closed above; the gaps between mean confidence and accuracy are
/// averaged over the bins, weighted by their examples.
///
/// Soft labels raise it by design: they teach a model not to be sure.
///
/// ```
/// use firelight_costs::Decision;
/// use firelight_metrics::{calibration_error, measure};
///
/// let probabilities = [[0.7, 0.2, 0.1], [0.1, 0.6, 0.3], [0.1, 0.4, 0.5], [0.45, 0.15, 0.4]];
/// let value = measure(calibration_error(), &probabilities, &[0, 1, 1, 2], &Decision::Argmax);
/// assert!(value.is_some_and(|value| (value - 0.4125).abs() < 1e-6));
/// ```
pub fn calibration_error() -> ClassMetric {
    Box::new(CalibrationError { name: "ece", start: || Box::new(Confidences::default()) })
}

/// Classwise calibration error: how far the probability of a class is from how often it is there, 0 to 1, the mean over all classes
/// (Kull et al., 2019). Each class has 15 bins of its probability of equal width.
///
/// It sees what [`calibration_error`] does not: probabilities of other classes than the likeliest. Where there are many classes most
/// probabilities are near 0, and so is it. The outputs are kept until the evaluation ends.
///
/// ```
/// use firelight_costs::Decision;
/// use firelight_metrics::{classwise_calibration_error, measure};
///
/// let probabilities = [[0.9, 0.1], [0.9, 0.1], [0.2, 0.8], [0.2, 0.8]];
/// let value = measure(classwise_calibration_error(), &probabilities, &[0, 1, 1, 1], &Decision::Argmax);
/// assert!(value.is_some_and(|value| (value - 0.3).abs() < 1e-6));
/// ```
pub fn classwise_calibration_error() -> ClassMetric {
    Box::new(CalibrationError { name: "classwise_ece", start: || Box::new(Rows::new(Binning::Width(BINS))) })
}

/// Adaptive calibration error (ACE): [`classwise_calibration_error`] with 15 bins of equal counts (Nixon et al., 2019), so that none rests
/// on a handful of examples. Examples of one probability share their hits.
///
/// ```
/// use firelight_costs::Decision;
/// use firelight_metrics::{adaptive_calibration_error, measure};
///
/// let probabilities = [[0.9, 0.1], [0.8, 0.2], [0.3, 0.7], [0.2, 0.8]];
/// let value = measure(adaptive_calibration_error(), &probabilities, &[0, 0, 1, 1], &Decision::Argmax);
/// assert!(value.is_some_and(|value| (value - 0.2).abs() < 1e-6));
/// ```
pub fn adaptive_calibration_error() -> ClassMetric {
    Box::new(CalibrationError { name: "ace", start: || Box::new(Rows::new(Binning::Count(BINS))) })
}

/// Brier score: the mean of `Σ_j (p_j − y_j)²`, 0 to 2, where `y` is 1 for the actual class (Brier, 1950). Lower is better;
/// it rewards accuracy and calibration together.
///
/// ```
/// use firelight_costs::Decision;
/// use firelight_metrics::{brier_score, measure};
///
/// let probabilities = [[0.7, 0.2, 0.1], [0.1, 0.6, 0.3], [0.1, 0.4, 0.5], [0.45, 0.15, 0.4]];
/// let value = measure(brier_score(), &probabilities, &[0, 1, 1, 2], &Decision::Argmax);
/// assert!(value.is_some_and(|value| (value - 0.40125).abs() < 1e-6));
/// ```
pub fn brier_score() -> ClassMetric {
    ratio("brier", Better::Less, |example| {
        let gap = |(class, probability): (usize, &f32)| f64::from(*probability) - f64::from(class == *example.target);
        (example.row.iter().enumerate().map(|entry| gap(entry).powi(2)).sum(), 1.0)
    })
}

struct CalibrationError {
    name: &'static str,
    start: fn() -> Box<dyn Accumulator<usize>>,
}

impl Metric<usize> for CalibrationError {
    fn name(&self) -> String {
        self.name.into()
    }

    fn better(&self) -> Better {
        Better::Less
    }

    fn start(&self) -> Box<dyn Accumulator<usize>> {
        (self.start)()
    }
}

/// How sure each example is of its likeliest class, and whether it is right.
#[derive(Default)]
struct Confidences(Vec<(f64, bool)>);

impl Accumulator<usize> for Confidences {
    fn update(&mut self, outcomes: &Outcomes<usize>) {
        let pairs = outcomes.examples().map(|example| {
            let row = example.row;
            let likeliest = (1..row.len()).fold(0, |best, class| if row[class] > row[best] { class } else { best });
            let confidence = example.decided.and_then(|_| row.get(likeliest).copied());
            (confidence.map_or(f64::NAN, f64::from), likeliest == *example.target)
        });
        self.0.extend(pairs);
    }

    fn value(&self) -> Option<f64> {
        let reliability = Reliability::of_pairs(self.0.iter().copied(), Binning::Width(BINS));
        reliability.error().filter(|_| reliability.left_out == 0)
    }
}

/// All outputs and targets.
struct Rows {
    binning: Binning,
    outputs: Vec<f32>,
    columns: usize,
    targets: Vec<usize>,
}

impl Rows {
    fn new(binning: Binning) -> Self {
        Self { binning, outputs: Vec::new(), columns: 0, targets: Vec::new() }
    }
}

impl Accumulator<usize> for Rows {
    fn update(&mut self, outcomes: &Outcomes<usize>) {
        self.outputs.extend(outcomes.outputs);
        self.columns = outcomes.columns;
        self.targets.extend(outcomes.targets);
    }

    fn value(&self) -> Option<f64> {
        if self.outputs.iter().any(|output| output.is_nan()) {
            return None;
        }
        let rows = || self.outputs.chunks(self.columns.max(1));
        let error = |class| Reliability::of_class(rows(), &self.targets, class, self.binning).error();
        crate::classes::mean((0..self.columns).map(error))
    }
}
