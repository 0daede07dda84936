use std::fmt;

use firelight_vocab::Vocab;

use crate::chance::shuffled;
use crate::logs::{log_probabilities, single, softmax};
use crate::{Binning, CostError, Reliability};

/// Probabilities of examples that a model was not trained on, and their actual classes: what calibrations, sets and thresholds are
/// fitted on.
///
/// The columns are in the order of the vocab. Rows with numbers that are NaN or infinite say nothing; they are left out and
/// [counted](Self::left_out).
///
/// Whatever is fitted on some examples is judged on others: [`split`](Self::split) makes two parts of one.
///
/// ```
/// use firelight_costs::{HeldOut, Vocab};
///
/// let vocab = Vocab::from_labels(["cat", "dog"]);
/// let held = HeldOut::of_probabilities(&vocab, &[[0.9, 0.1], [0.2, 0.8], [f32::NAN, 0.5]], &[0, 1, 1])?;
/// assert_eq!((held.len(), held.left_out()), (2, 1));
/// assert!(HeldOut::of_probabilities(&vocab, &[[3.1, -2.0]], &[0]).is_err()); // scores
/// assert!(HeldOut::of_scores(&vocab, &[[3.1, -2.0]], &[0]).is_ok());
/// # Ok::<(), firelight_costs::CostError>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct HeldOut {
    vocab: Vocab,
    /// Row after row.
    probabilities: Vec<f32>,
    targets: Vec<usize>,
    left_out: usize,
}

/// How good probabilities are, without a decision: what [`HeldOut::quality`] finds.
///
/// ```
/// use firelight_costs::{HeldOut, Vocab};
///
/// let held = HeldOut::of_probabilities(&Vocab::from_labels(["cat", "dog"]), &[[0.5_f32, 0.5]; 2], &[0, 1])?;
/// let quality = held.quality().expect("examples");
/// assert!((quality.negative_log_likelihood - 2.0_f64.ln()).abs() < 1e-9 && quality.calibration_error == 0.0);
/// # Ok::<(), firelight_costs::CostError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Quality {
    /// Mean negative logarithm of the actual class's probability, at least 0: less is better.
    pub negative_log_likelihood: f64,
    /// Expected calibration error in 15 bins of confidence of equal width, 0 to 1 (Guo et al., 2017): less is better.
    pub calibration_error: f64,
}

impl HeldOut {
    /// Rows of probabilities and their class numbers.
    ///
    /// # Errors
    /// [`CostError::TargetCount`], [`CostError::ProbabilityCount`], [`CostError::TargetOutOfRange`], or
    /// [`CostError::NotProbabilities`] for a row with negative numbers or a sum that is not 1 (tolerance 0.01).
    pub fn of_probabilities<R: AsRef<[f32]>>(vocab: &Vocab, rows: &[R], targets: &[usize]) -> Result<Self, CostError> {
        Self::made(vocab, rows, targets, |number, row| {
            let sum: f64 = row.iter().copied().map(f64::from).sum();
            if (sum - 1.0).abs() > 0.01 || row.iter().any(|probability| *probability < 0.0) {
                return Err(CostError::NotProbabilities { row: number, sum });
            }
            Ok(row.to_vec())
        })
    }

    /// Rows of scores that a softmax makes probabilities of (logits, log-probabilities), and their class numbers. A score of −∞ is a
    /// probability of 0.
    ///
    /// # Errors
    /// [`CostError::TargetCount`], [`CostError::ProbabilityCount`] or [`CostError::TargetOutOfRange`].
    pub fn of_scores<R: AsRef<[f32]>>(vocab: &Vocab, rows: &[R], targets: &[usize]) -> Result<Self, CostError> {
        Self::made(vocab, rows, targets, |_, row| {
            let scores: Vec<f64> = row.iter().copied().map(f64::from).collect();
            Ok(single(softmax(&scores)))
        })
    }

    fn made<R: AsRef<[f32]>>(
        vocab: &Vocab,
        rows: &[R],
        targets: &[usize],
        probabilities: impl Fn(usize, &[f32]) -> Result<Vec<f32>, CostError>,
    ) -> Result<Self, CostError> {
        if rows.len() != targets.len() {
            return Err(CostError::TargetCount { rows: rows.len(), targets: targets.len() });
        }
        let classes = vocab.len();
        let mut held = Self { vocab: vocab.clone(), probabilities: Vec::new(), targets: Vec::new(), left_out: 0 };
        for (number, (row, &target)) in rows.iter().zip(targets).enumerate() {
            let row = row.as_ref();
            if row.len() != classes {
                return Err(CostError::ProbabilityCount { row: number, given: row.len(), classes });
            }
            if target >= classes {
                return Err(CostError::TargetOutOfRange { target: target as i64, classes });
            }
            let says = row.iter().all(|number| *number < f32::INFINITY) && row.iter().any(|number| number.is_finite());
            if says {
                held.probabilities.extend(probabilities(number, row)?);
                held.targets.push(target);
            } else {
                held.left_out += 1;
            }
        }
        Ok(held)
    }

    /// How many examples there are.
    pub fn len(&self) -> usize {
        self.targets.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.targets.is_empty()
    }

    /// How many rows were left out, since they have numbers that are NaN or infinite.
    pub fn left_out(&self) -> usize {
        self.left_out
    }

    /// The classes, in the order of the columns.
    pub fn vocab(&self) -> &Vocab {
        &self.vocab
    }

    /// The probabilities of each example.
    pub fn rows(&self) -> impl ExactSizeIterator<Item = &[f32]> {
        self.probabilities.chunks_exact(self.vocab.len().max(1))
    }

    /// The class number of each example.
    pub fn targets(&self) -> &[usize] {
        &self.targets
    }

    /// Each example: its probabilities and its class.
    pub fn examples(&self) -> impl ExactSizeIterator<Item = (&[f32], usize)> {
        self.rows().zip(self.targets.iter().copied())
    }

    /// Two parts at random, the first with this share of the examples (rounded down): one to fit on, one to judge by.
    ///
    /// # Errors
    /// [`CostError::OutsideUnit`] unless the share is in 0..=1.
    pub fn split(&self, share: f64, seed: u64) -> Result<(Self, Self), CostError> {
        let share = crate::error::share("share", share)?;
        let order = shuffled(self.len(), seed);
        let (first, second) = order.split_at((share * self.len() as f64) as usize);
        Ok((self.picked(first), self.picked(second)))
    }

    /// The numbers of the examples of each fold, and those of all others.
    pub(crate) fn folds(&self, folds: usize) -> impl Iterator<Item = [Vec<usize>; 2]> {
        let order = shuffled(self.len(), 0);
        (0..folds).map(move |fold| {
            let (inside, others): (Vec<_>, Vec<_>) =
                order.iter().enumerate().partition(|(place, _)| place % folds == fold);
            [inside, others].map(|places| places.into_iter().map(|(_, number)| *number).collect())
        })
    }

    /// The examples in parts, each with all others: what is fitted on the others is judged by the part. Every example is in one part.
    ///
    /// ```
    /// use firelight_costs::{HeldOut, Vocab};
    ///
    /// let held = HeldOut::of_probabilities(&Vocab::from_labels(["cat", "dog"]), &[[0.9_f32, 0.1]; 5], &[0, 0, 1, 0, 0])?;
    /// let sizes: Vec<_> = held.parts(2).map(|(part, others)| (part.len(), others.len())).collect();
    /// assert_eq!(sizes, [(3, 2), (2, 3)]);
    /// # Ok::<(), firelight_costs::CostError>(())
    /// ```
    pub fn parts(&self, parts: usize) -> impl Iterator<Item = (Self, Self)> + '_ {
        self.folds(parts).map(|[inside, others]| (self.picked(&inside), self.picked(&others)))
    }

    /// Some of the examples.
    pub(crate) fn picked(&self, numbers: &[usize]) -> Self {
        let classes = self.vocab.len();
        let row = |number: &usize| &self.probabilities[number * classes..(number + 1) * classes];
        Self {
            vocab: self.vocab.clone(),
            probabilities: numbers.iter().flat_map(row).copied().collect(),
            targets: numbers.iter().map(|number| self.targets[*number]).collect(),
            left_out: 0,
        }
    }

    /// The same examples with other probabilities, as many in a row.
    pub(crate) fn with_rows(&self, of: impl Fn(&[f32]) -> Vec<f32>) -> Self {
        Self { probabilities: self.rows().flat_map(of).collect(), ..self.clone() }
    }

    /// Likelihood and calibration error; `None` without examples.
    pub fn quality(&self) -> Option<Quality> {
        let loss = |(row, target): (&[f32], usize)| -log_probabilities(row)[target];
        let losses: f64 = self.examples().map(loss).sum();
        let calibration_error = Reliability::of(self.rows(), &self.targets, Binning::Width(15)).error()?;
        Some(Quality { negative_log_likelihood: losses / self.len() as f64, calibration_error })
    }
}

impl fmt::Display for Quality {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { negative_log_likelihood, calibration_error } = self;
        write!(f, "negative log likelihood {negative_log_likelihood:.4}, calibration error {calibration_error:.4}")
    }
}
