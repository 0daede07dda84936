use std::cmp::Ordering;

use firelight_vocab::Vocab;
use serde::{Deserialize, Serialize};

use crate::error::share;
use crate::{AlignedCost, ClassThresholds, CostError, CostMatrix};

/// How probabilities become a prediction.
///
/// A decision is made after training and changes neither the model nor its probabilities, so it can be chosen,
/// compared and replaced at no cost. It works on the probabilities of one example at a time, on the host.
///
/// ```
/// use firelight_costs::{CostMatrix, Decision, Groups, Vocab};
///
/// let vocab = Vocab::from_labels(["Bengal", "beagle", "boxer", "pug"]);
/// let species = Groups::by(&vocab, |breed| {
///     if breed.starts_with(char::is_uppercase) { "cat" } else { "dog" }
/// });
/// // A cat is likeliest, but a dog it is: any dog is nearer to the truth than the cat is.
/// let probabilities = [0.4, 0.25, 0.2, 0.15];
/// assert_eq!(Decision::Argmax.decide(&probabilities), [0]);
/// let cost = CostMatrix::from_groups(&species, 0.25, 1.0);
/// let decision = Decision::minimum_risk(&cost, &vocab)?;
/// assert_eq!(decision.decide(&probabilities), [1]);
/// # Ok::<(), firelight_costs::CostError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(try_from = "Stored")]
#[non_exhaustive]
pub enum Decision {
    /// The likeliest class.
    #[default]
    Argmax,
    /// Every class with at least this probability, for several labels an example; 0.5 is usual. One outside 0 to 1 is refused
    /// when it is read from a file; [`threshold`](Self::threshold) refuses it when it is made.
    Threshold(f32),
    /// Every class with at least a probability of its own, for several labels an example; [`thresholds`](Self::thresholds) makes it.
    Thresholds(ClassThresholds),
    /// The class with the least expected cost, `argmin_k Σ_j p_j C[j][k]`: conditional risk minimisation.
    ///
    /// Costs among several classes are weighed by how likely each is, so it needs calibrated probabilities:
    /// those of a plain cross entropy after a [`Calibration`](crate::Calibration), not those of a model trained on soft labels from the same
    /// costs.
    MinimumRisk(AlignedCost),
}

impl Decision {
    /// [`MinimumRisk`](Self::MinimumRisk) with named costs.
    ///
    /// # Errors
    /// What the costs are refused for, or [`CostError::NamesDiffer`] unless they name exactly the classes of the
    /// vocab.
    pub fn minimum_risk(cost: &CostMatrix, vocab: &Vocab) -> Result<Self, CostError> {
        Ok(Self::MinimumRisk(cost.align(vocab)?))
    }

    /// [`Threshold`](Self::Threshold) with a probability.
    ///
    /// # Errors
    /// [`CostError::OutsideUnit`] unless it is in 0..=1.
    pub fn threshold(least: f32) -> Result<Self, CostError> {
        share("threshold", f64::from(least)).map(|_| Self::Threshold(least))
    }

    /// [`Thresholds`](Self::Thresholds) by class name, in any order: rare classes are often best picked from a lower probability on.
    ///
    /// ```
    /// use firelight_costs::{Decision, Vocab};
    ///
    /// let vocab = Vocab::from_labels(["blow down", "clear", "haze"]);
    /// let decision = Decision::thresholds([("haze", 0.3), ("clear", 0.5), ("blow down", 0.1)], &vocab)?;
    /// assert_eq!(decision.decide(&[0.15, 0.4, 0.3]), [0, 2]);
    /// # Ok::<(), firelight_costs::CostError>(())
    /// ```
    ///
    /// # Errors
    /// [`CostError::OutsideUnit`] unless all are in 0..=1, [`CostError::Vocab`] for a repeated name, and
    /// [`CostError::NamesDiffer`] unless they name exactly the classes of the vocab.
    pub fn thresholds<S: Into<String>>(
        least: impl IntoIterator<Item = (S, f32)>,
        vocab: &Vocab,
    ) -> Result<Self, CostError> {
        Ok(Self::Thresholds(ClassThresholds::of(least, vocab)?))
    }

    /// The class numbers decided for one example: one of them, or any number with a threshold. None where nothing can be
    /// decided: of no classes, or of probabilities that are not numbers.
    ///
    /// # Panics
    /// If there is not one probability for each class of the costs, or of the thresholds.
    pub fn decide(&self, probabilities: &[f32]) -> Vec<usize> {
        match self {
            Self::Threshold(least) => {
                (0..probabilities.len()).filter(|class| probabilities[*class] >= *least).collect()
            }
            Self::Thresholds(thresholds) => {
                let (given, least) = (probabilities.len(), thresholds.least());
                assert!(given == least.len(), "there are {given} probabilities and {} thresholds", least.len());
                (0..given).filter(|class| probabilities[*class] >= least[*class]).collect()
            }
            Self::Argmax | Self::MinimumRisk(_) => self.best(probabilities).into_iter().collect(),
        }
    }

    /// The one class that is ranked first, or `None` where no class has a score that is a number: a model that gives NaN has
    /// said nothing, and above all not class 0.
    ///
    /// ```
    /// use firelight_costs::Decision;
    ///
    /// assert_eq!(Decision::Argmax.best(&[0.2, 0.8]), Some(1));
    /// assert_eq!(Decision::Argmax.best(&[f32::NAN; 2]), None);
    /// ```
    ///
    /// # Panics
    /// If there is not one probability for each class of the costs.
    pub fn best(&self, probabilities: &[f32]) -> Option<usize> {
        let scores = self.scores(probabilities);
        let classes = (0..scores.len()).filter(|class| !scores[*class].is_nan());
        // The first of the highest.
        classes.reduce(|best, class| if scores[class] > scores[best] { class } else { best })
    }

    /// The `k` best classes, best first; among equals the lower number. All of them if there are fewer than `k`. Classes whose
    /// scores are not numbers come last, so of a row of NaN this is the order of the classes: ask [`best`](Self::best) whether there is
    /// a first.
    ///
    /// # Panics
    /// If there is not one probability for each class of the costs.
    pub fn rank(&self, probabilities: &[f32], k: usize) -> Vec<usize> {
        let scores = self.scores(probabilities);
        let mut classes: Vec<usize> = (0..scores.len()).collect();
        classes.sort_by(|a, b| better_first(scores[*a], scores[*b]));
        classes.truncate(k);
        classes
    }

    /// What the classes are ranked by, higher is better: their probability, or their negative risk. With costs, one probability
    /// that is not a number makes every risk so.
    ///
    /// # Panics
    /// If there is not one probability for each class of the costs.
    pub fn scores(&self, probabilities: &[f32]) -> Vec<f64> {
        match self {
            Self::Argmax | Self::Threshold(_) | Self::Thresholds(_) => {
                probabilities.iter().copied().map(f64::from).collect()
            }
            Self::MinimumRisk(cost) => risks(cost, probabilities).map(|risk| -risk).collect(),
        }
    }

    /// The rule where it may be one for these classes: it is for any, or for these. Of two targets a rule by costs belongs to one, and the other
    /// is decided `otherwise`.
    ///
    /// ```
    /// use firelight_costs::{CostMatrix, Decision, Vocab};
    ///
    /// let (breeds, species) = (Vocab::from_labels(["pug", "beagle"]), Vocab::from_labels(["cat", "dog"]));
    /// let rule = Decision::minimum_risk(&CostMatrix::uniform(&breeds), &breeds)?;
    /// assert_eq!(rule.about(&breeds, &Decision::Argmax), &rule);
    /// assert_eq!(rule.about(&species, &Decision::Argmax), &Decision::Argmax);
    /// # Ok::<(), firelight_costs::CostError>(())
    /// ```
    pub fn about<'a>(&'a self, classes: &Vocab, otherwise: &'a Self) -> &'a Self {
        if self.vocab().is_none_or(|theirs| theirs == classes) { self } else { otherwise }
    }

    /// The classes that costs or thresholds are aligned to, where there are some.
    pub fn vocab(&self) -> Option<&Vocab> {
        match self {
            Self::MinimumRisk(cost) => Some(cost.vocab()),
            Self::Thresholds(thresholds) => Some(thresholds.vocab()),
            Self::Argmax | Self::Threshold(_) => None,
        }
    }
}

/// What is not a number is worse than all that is.
fn better_first(a: f64, b: f64) -> Ordering {
    a.is_nan().cmp(&b.is_nan()).then(b.partial_cmp(&a).unwrap_or(Ordering::Equal))
}

/// A decision in a file.
#[derive(Deserialize)]
#[serde(rename = "Decision")]
enum Stored {
    Argmax,
    Threshold(f32),
    Thresholds(ClassThresholds),
    MinimumRisk(AlignedCost),
}

impl TryFrom<Stored> for Decision {
    type Error = CostError;

    fn try_from(stored: Stored) -> Result<Self, CostError> {
        match stored {
            Stored::Argmax => Ok(Self::Argmax),
            Stored::Threshold(least) => Self::threshold(least),
            Stored::Thresholds(thresholds) => Ok(Self::Thresholds(thresholds)),
            Stored::MinimumRisk(cost) => Ok(Self::MinimumRisk(cost)),
        }
    }
}

fn risks(cost: &AlignedCost, probabilities: &[f32]) -> impl Iterator<Item = f64> {
    let (given, classes) = (probabilities.len(), cost.vocab().len());
    assert!(given == classes, "there are {given} probabilities and costs of {classes} classes");
    let mut risks = vec![0.0; classes];
    for (row, probability) in cost.matrix().rows().zip(probabilities) {
        for (risk, cost) in risks.iter_mut().zip(row) {
            *risk += f64::from(*probability) * cost;
        }
    }
    risks.into_iter()
}
