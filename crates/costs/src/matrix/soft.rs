use firelight_vocab::{Groups, Vocab};

use crate::CostError;
use crate::error::{finite, share};
use crate::matrix::meaning::Soft;
use crate::matrix::{ClassMatrix, Confusion, GroupSoftLabels, Meaning, OrdinalDistance};

/// What a target looks like instead of a single 1: each row a distribution over the classes.
///
/// A row `[0, 0, 0, 0.1, 0.1, 0.8]` says: this is the last class, and the two before it are near misses.
/// Training on such rows (the loss `SoftLabelCrossEntropy`) moves the mistakes into
/// the neighbourhood of the truth. What it costs: the predicted probabilities are smoothed likewise (the
/// highest one ends near the diagonal), so thresholds on confidence shift, and the loss has a floor, the
/// entropy of the row.
///
/// Checked: entries finite and not negative, rows summing to 1 within 1e-4, the row's own class strictly on
/// top (unless [`allow_non_dominant`](Self::allow_non_dominant)).
///
/// ```
/// use firelight_costs::{SoftLabels, Vocab};
///
/// let vocab = Vocab::from_labels(["boxer", "pug"]);
/// let labels = SoftLabels::from_rows(["pug", "boxer"], &[[0.9, 0.1], [0.2, 0.8]])?; // rows and columns in this order
/// assert_eq!(labels.align(&vocab)?.matrix().row(0), [0.8, 0.2]); // of a boxer
/// # Ok::<(), firelight_costs::CostError>(())
/// ```
pub type SoftLabels = ClassMatrix<Soft>;

impl SoftLabels {
    /// A share of each target for the other classes of its group: see [`GroupSoftLabels`].
    ///
    /// ```
    /// use firelight_costs::{Groups, SoftLabels, Vocab};
    ///
    /// let vocab = Vocab::from_labels(["Bengal", "Siamese", "beagle", "boxer", "pug"]);
    /// let species = Groups::by(&vocab, |breed| {
    ///     if breed.starts_with(char::is_uppercase) { "cat" } else { "dog" }
    /// });
    /// let labels = SoftLabels::from_groups(&species).within_mass(0.2);
    /// assert_eq!(labels.labels().row(4), [0.0, 0.0, 0.1, 0.1, 0.8]);
    /// ```
    pub fn from_groups(groups: &Groups) -> GroupSoftLabels {
        GroupSoftLabels::new(groups)
    }

    /// `1 - eps` for the class itself and `eps` spread over all of them, itself included: label smoothing.
    ///
    /// # Errors
    /// [`CostError::OutsideUnit`] unless `eps` is in 0..=1.
    pub fn uniform(vocab: &Vocab, eps: f64) -> Result<Self, CostError> {
        let eps = share("eps", eps)?;
        let each = eps / vocab.len() as f64;
        Ok(Self::by_number(vocab, |truth, predicted| if truth == predicted { 1.0 - eps + each } else { each }))
    }

    /// All mass on the class itself: plain cross entropy.
    pub fn identity(vocab: &Vocab) -> Self {
        Self::by_number(vocab, |truth, predicted| f64::from(truth == predicted))
    }

    /// For classes that are grades, in the order of the vocab: `softmax(-alpha * distance)` over the ranks, the
    /// SORD targets of Díaz and Marathe (2019). `alpha` is at least 0; 1 is usual; higher is sharper.
    ///
    /// # Errors
    /// [`CostError::NotFiniteParameter`].
    pub fn ordinal(vocab: &Vocab, alpha: f64, distance: OrdinalDistance) -> Result<Self, CostError> {
        let alpha = finite("alpha", alpha)?;
        let mut labels = Self::by_number(vocab, |truth, predicted| -alpha * distance.between(truth, predicted));
        labels.softmax_rows();
        Ok(labels)
    }

    /// `1 - eps` for the class itself and `eps` spread as a model confused it with the others.
    ///
    /// The counts must be of training or validation data, never of the test data that is reported. `laplace` is
    /// added to every count off the diagonal. A class never confused stays a single 1.
    ///
    /// # Errors
    /// [`CostError::OutsideUnit`], [`CostError::NotFiniteParameter`] or what the counts are refused for.
    pub fn from_confusion(counts: &Confusion, eps: f64, laplace: f64) -> Result<Self, CostError> {
        counts.check()?;
        let (eps, laplace) = (share("eps", eps)?, finite("laplace", laplace)?);
        let others: Vec<f64> = counts
            .rows()
            .enumerate()
            .map(|(truth, row)| {
                let confused: f64 = row.iter().sum::<f64>() - row[truth];
                confused + laplace * (row.len() - 1) as f64
            })
            .collect();
        Ok(Self::by_number(counts.vocab(), |truth, predicted| match (truth == predicted, others[truth] > 0.0) {
            (true, true) => 1.0 - eps,
            (true, false) => 1.0,
            (false, true) => eps * (counts.value(truth, predicted) + laplace) / others[truth],
            (false, false) => 0.0,
        }))
    }

    /// Rows divided by their sums, for proportions such as `[8, 1, 1]`. A row of zeros stays.
    pub fn normalize_rows(mut self) -> Self {
        let classes = self.vocab.len();
        for row in self.values.chunks_mut(classes.max(1)) {
            let sum: f64 = row.iter().sum();
            if sum != 0.0 {
                for value in row {
                    *value /= sum;
                }
            }
        }
        self
    }

    /// Accepts rows in which another class has as much mass as the row's own.
    pub fn allow_non_dominant(mut self) -> Self {
        self.meaning.allow_non_dominant = true;
        self
    }

    pub(crate) fn softmax_rows(&mut self) {
        let classes = self.vocab.len();
        for row in self.values.chunks_mut(classes.max(1)) {
            let top = row.iter().copied().fold(f64::NEG_INFINITY, f64::max);
            for value in row.iter_mut() {
                *value = (*value - top).exp();
            }
            let sum: f64 = row.iter().sum();
            for value in row {
                *value /= sum;
            }
        }
    }
}

impl Meaning for Soft {
    const NAME: &'static str = "soft-label";
    const TITLE: &'static str = "Soft labels";

    fn check(labels: &SoftLabels) -> Result<(), CostError> {
        for (truth, row) in labels.rows().enumerate() {
            let name = |class: usize| labels.vocab[class].to_owned();
            if let Some(column) = row.iter().position(|value| *value < 0.0) {
                let each = labels.meaning.each;
                let siblings = row.iter().filter(|value| Some(**value) == each).count();
                return Err(CostError::NegativeSoftLabel {
                    row: name(truth),
                    column: name(column),
                    value: row[column],
                    siblings,
                    each,
                });
            }
            let sum: f64 = row.iter().sum();
            if sum == 0.0 {
                return Err(CostError::ZeroRow { row: name(truth) });
            }
            if (sum - 1.0).abs() > 1e-4 || sum.is_nan() {
                return Err(CostError::RowSum { row: name(truth), sum });
            }
            let rival = (0..row.len()).find(|class| *class != truth && row[*class] >= row[truth]);
            if let (Some(other), false) = (rival, labels.meaning.allow_non_dominant) {
                return Err(CostError::NotDominant {
                    row: name(truth),
                    other: name(other),
                    other_value: row[other],
                    own_value: row[truth],
                });
            }
        }
        Ok(())
    }

    fn diagonal(others: f64) -> f64 {
        1.0 - others
    }

    fn allows_non_dominant(&self) -> bool {
        self.allow_non_dominant
    }

    fn stored(allow_non_dominant: bool) -> Self {
        Self { allow_non_dominant, each: None }
    }
}
