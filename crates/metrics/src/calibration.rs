//! Whether probabilities mean what they say.

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
    Box::new(CalibrationError)
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

struct CalibrationError;

impl Metric<usize> for CalibrationError {
    fn name(&self) -> String {
        "ece".into()
    }

    fn better(&self) -> Better {
        Better::Less
    }

    fn start(&self) -> Box<dyn Accumulator<usize>> {
        Box::new(Bins::default())
    }
}

#[derive(Default)]
struct Bins {
    bins: [Bin; BINS],
    /// An example had outputs that are no numbers, which are of no bin.
    undefined: bool,
}

#[derive(Default)]
struct Bin {
    confidence: f64,
    hits: usize,
    examples: usize,
}

impl Accumulator<usize> for Bins {
    fn update(&mut self, outcomes: &Outcomes<usize>) {
        for example in outcomes.examples() {
            let (row, target) = (example.row, *example.target);
            if example.decided.is_none() {
                self.undefined = true;
                continue;
            }
            let likeliest = (1..row.len()).fold(0, |best, class| if row[class] > row[best] { class } else { best });
            let confidence = f64::from(row[likeliest]);
            let bin = (confidence * BINS as f64).ceil().clamp(1.0, BINS as f64) as usize - 1;
            let bin = &mut self.bins[bin];
            bin.confidence += confidence;
            bin.hits += usize::from(likeliest == target);
            bin.examples += 1;
        }
    }

    fn value(&self) -> Option<f64> {
        let examples: usize = self.bins.iter().map(|bin| bin.examples).sum();
        let gaps = self.bins.iter().map(|bin| (bin.confidence - bin.hits as f64).abs());
        (examples > 0 && !self.undefined).then(|| gaps.sum::<f64>() / examples as f64)
    }
}
