use std::fmt;

use firelight_vocab::Vocab;
use serde::{Deserialize, Serialize};

use crate::CostError;
use crate::error::{share, single};
use crate::matrix::{same_names, short};

/// One factor a class, by name: how much the examples of a class count.
///
/// Keyed by name because counts usually come in the order of their size, and weights are needed in the order
/// of the vocab: a list of bare numbers hides that mistake.
///
/// ```
/// use firelight_costs::{ClassWeights, Vocab};
///
/// let vocab = Vocab::from_labels(["cat", "dog"]);
/// let weights = ClassWeights::balanced([("dog", 300), ("cat", 100)])?;
/// assert_eq!(weights.get("cat")?, 2.0);
/// assert_eq!(weights.aligned(&vocab)?[0], 2.0); // in the order of the vocab
/// # Ok::<(), firelight_costs::CostError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Stored")]
pub struct ClassWeights {
    names: Vocab,
    weights: Vec<f64>,
}

/// Weights in a file, which may be anything.
#[derive(Deserialize)]
#[serde(rename = "ClassWeights")]
struct Stored {
    names: Vocab,
    weights: Vec<f64>,
}

impl TryFrom<Stored> for ClassWeights {
    type Error = CostError;

    fn try_from(Stored { names, weights }: Stored) -> Result<Self, CostError> {
        Self { names, weights }.checked()
    }
}

impl ClassWeights {
    /// Weights set by hand.
    ///
    /// # Errors
    /// [`CostError::Vocab`] for a repeated name, [`CostError::ClassWeight`] unless all are finite and at least 0,
    /// [`CostError::NoClasses`] if there are none.
    pub fn new<S: Into<String>>(weights: impl IntoIterator<Item = (S, f64)>) -> Result<Self, CostError> {
        let (names, weights): (Vec<S>, Vec<f64>) = weights.into_iter().unzip();
        Self { names: Vocab::ordered(names)?, weights }.checked()
    }

    /// `examples / (classes * count)`, scikit-learn's "balanced".
    ///
    /// # Errors
    /// [`CostError::NoExamples`] for a count of 0, [`CostError::NoClasses`] for no counts, [`CostError::Vocab`] for a repeated
    /// name.
    pub fn balanced<S: Into<String>>(counts: impl IntoIterator<Item = (S, usize)>) -> Result<Self, CostError> {
        Self::from_counts(counts, |count| 1.0 / count, |_, counts| counts.iter().sum::<f64>() / counts.len() as f64)
    }

    /// `1 / sqrt(count)`, scaled to a mean of 1: between no weights and balanced ones.
    ///
    /// # Errors
    /// [`CostError::NoExamples`] for a count of 0, [`CostError::NoClasses`] for no counts, [`CostError::Vocab`] for a repeated
    /// name.
    pub fn inverse_sqrt<S: Into<String>>(counts: impl IntoIterator<Item = (S, usize)>) -> Result<Self, CostError> {
        Self::from_counts(counts, |count| 1.0 / count.sqrt(), mean_of_one)
    }

    /// `(1 - beta) / (1 - beta^count)`, scaled to a mean of 1: Cui et al. (2019). `beta` 0 weighs all classes
    /// alike, and close to 1 it is balanced; 0.9 to 0.9999 are usual.
    ///
    /// # Errors
    /// [`CostError::OutsideUnit`] for `beta`, [`CostError::NoExamples`] for a count of 0, [`CostError::NoClasses`] for no
    /// counts, [`CostError::Vocab`] for a repeated name.
    pub fn effective_number<S: Into<String>>(
        counts: impl IntoIterator<Item = (S, usize)>,
        beta: f64,
    ) -> Result<Self, CostError> {
        let beta = share("beta", beta)?;
        let weight = |count: f64| {
            // Exact where beta is so close to 1 that its power rounds to 1.
            if beta < 1.0 { (beta - 1.0) / (count * beta.ln()).exp_m1() } else { 1.0 / count }
        };
        Self::from_counts(counts, weight, mean_of_one)
    }

    fn from_counts<S: Into<String>>(
        counts: impl IntoIterator<Item = (S, usize)>,
        weight: impl Fn(f64) -> f64,
        scale: impl Fn(&[f64], &[f64]) -> f64,
    ) -> Result<Self, CostError> {
        let (names, counts): (Vec<S>, Vec<usize>) = counts.into_iter().unzip();
        let names = Vocab::ordered(names)?;
        if let Some(empty) = counts.iter().position(|count| *count == 0) {
            let class = names[empty].to_owned();
            return Err(CostError::NoExamples { class });
        }
        let counts: Vec<f64> = counts.into_iter().map(|count| count as f64).collect();
        let weights: Vec<f64> = counts.iter().map(|count| weight(*count)).collect();
        let factor = scale(&weights, &counts);
        let weights = weights.into_iter().map(|weight| weight * factor).collect();
        Self { names, weights }.checked()
    }

    /// The weight of a class.
    ///
    /// # Errors
    /// [`CostError::Vocab`] if there is no such class.
    pub fn get(&self, class: &str) -> Result<f64, CostError> {
        Ok(self.weights[self.names.o2i(class)?])
    }

    /// Names and weights, in the order given.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&str, f64)> {
        self.names.iter().zip(self.weights.iter().copied())
    }

    /// The weights in the order of a vocab.
    ///
    /// # Errors
    /// [`CostError::NamesDiffer`] unless they name exactly its classes.
    pub fn aligned(&self, vocab: &Vocab) -> Result<Vec<f64>, CostError> {
        same_names(&self.names, vocab)?;
        vocab.iter().map(|name| self.get(name)).collect()
    }

    /// The weights, if they are some: there are no others, so that nobody who has them needs to look.
    fn checked(self) -> Result<Self, CostError> {
        if self.weights.is_empty() && self.names.is_empty() {
            return Err(CostError::NoClasses);
        }
        if self.weights.len() != self.names.len() {
            return Err(CostError::WeightCount { weights: self.weights.len(), names: self.names.len() });
        }
        if let Some(class) = self.weights.iter().position(|weight| !(single(*weight) && *weight >= 0.0)) {
            return Err(CostError::ClassWeight { class: self.names[class].to_owned(), value: self.weights[class] });
        }
        Ok(self)
    }
}

fn mean_of_one(weights: &[f64], _counts: &[f64]) -> f64 {
    weights.len() as f64 / weights.iter().sum::<f64>()
}

/// A table of two columns: name, weight.
impl fmt::Display for ClassWeights {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let width = self.names.iter().map(|name| name.chars().count()).max().unwrap_or(0);
        for (number, (name, weight)) in self.iter().enumerate() {
            let end = if number == 0 { "" } else { "\n" };
            write!(f, "{end}{name:<width$}  {}", short(weight))?;
        }
        Ok(())
    }
}
