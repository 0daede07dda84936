//! Probabilities that mean what they say.

mod fit;
mod vector;

use std::fmt;

use firelight_vocab::{Groups, Vocab};
use serde::{Deserialize, Serialize};

pub use fit::Calibrator;

use crate::logs::{likeliest, log_probabilities, single, softmax};
use crate::{CostError, HeldOut, Quality};

/// What makes a model's probabilities mean what they say: of all answers that are given with 0.8, eight in ten are right.
///
/// A [`Calibrator`] fits it on held-out examples. It is applied to probabilities before anything that weighs them: a decision of least
/// expected cost ([`Decision::MinimumRisk`](crate::Decision::MinimumRisk)), one over the nodes of a tree, a threshold. It works on
/// logarithms of probabilities, which are a model's scores but for a number that a softmax takes out, so the same calibration serves
/// [probabilities](Self::apply) and [scores](Self::apply_scores).
///
/// ```
/// use firelight_costs::{Calibrator, HeldOut, Vocab};
///
/// let vocab = Vocab::from_labels(["cat", "dog"]);
/// // A model that is always sure, and right in three of four cases.
/// let rows: Vec<[f32; 2]> = (0..100).map(|i| if i % 2 == 0 { [0.99, 0.01] } else { [0.01, 0.99] }).collect();
/// let targets: Vec<usize> = (0..100).map(|i| if i % 8 < 6 { i % 2 } else { 1 - i % 2 }).collect();
/// let held = HeldOut::of_probabilities(&vocab, &rows, &targets)?;
/// let calibration = Calibrator::temperature().fit(&held)?;
/// println!("{calibration}");
/// assert!((calibration.apply(&[0.99, 0.01])[0] - 0.76).abs() < 0.03);
/// let effect = calibration.effect();
/// assert!(effect.before.calibration_error > 0.2 && effect.after.calibration_error < 0.05);
/// # Ok::<(), firelight_costs::CostError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Stored")]
pub struct Calibration {
    vocab: Vocab,
    scaling: Scaling,
    effect: CalibrationEffect,
}

/// What a [`Calibration`] did to the examples that it was fitted on. Nothing is judged by what it was fitted on: each part of the
/// examples has its probabilities from a calibration of the other parts.
///
/// ```
/// use firelight_costs::{Calibrator, HeldOut, Vocab};
///
/// let vocab = Vocab::from_labels(["cat", "dog"]);
/// let held = HeldOut::of_probabilities(&vocab, &[[0.9_f32, 0.1]; 10], &[0, 0, 0, 1, 0, 0, 1, 0, 0, 1])?;
/// let effect = *Calibrator::temperature().fit(&held)?.effect();
/// assert_eq!((effect.examples, effect.left_out), (10, 0));
/// assert!(effect.after.negative_log_likelihood < effect.before.negative_log_likelihood);
/// # Ok::<(), firelight_costs::CostError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct CalibrationEffect {
    /// How many examples it was fitted on.
    pub examples: usize,
    /// How many more were given whose numbers were NaN or infinite.
    pub left_out: usize,
    /// Of the model's probabilities.
    pub before: Quality,
    /// Of the calibrated ones, out of fold.
    pub after: Quality,
}

/// What is done to the logarithms `z` of the probabilities before they are a softmax's scores again.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
enum Scaling {
    /// `z / t`.
    Temperature(f64),
    /// `z / t`, with the temperature of the group of the likeliest class.
    Groups { groups: Groups, temperatures: Vec<f64> },
    /// `w z + b`, with a factor and a summand for each class.
    Vector { weights: Vec<f64>, biases: Vec<f64> },
}

/// What a [`Calibration`] does to the logarithms `z` of a model's probabilities before they are a softmax's scores again: for programs that do it
/// themselves, such as a graph in another format.
#[derive(Debug, Clone, PartialEq)]
pub enum CalibrationFormula {
    /// `factor · z + summand` of each class.
    PerClass {
        /// A factor for each class.
        factors: Vec<f64>,
        /// A summand for each class.
        summands: Vec<f64>,
    },
    /// `z / t` of all classes, with the temperature `t` of the likeliest one, the first of equals.
    ByLikeliest {
        /// A temperature for each class.
        temperatures: Vec<f64>,
    },
}

impl Calibration {
    /// What it does, as numbers for each class.
    ///
    /// ```
    /// use firelight_costs::{CalibrationFormula, Calibrator, HeldOut, Vocab};
    ///
    /// let vocab = Vocab::from_labels(["cat", "dog"]);
    /// let held = HeldOut::of_probabilities(&vocab, &[[0.9_f32, 0.1]; 10], &[0, 0, 0, 1, 0, 0, 1, 0, 0, 1])?;
    /// let CalibrationFormula::PerClass { factors, summands } = Calibrator::temperature().fit(&held)?.formula() else { panic!("one temperature") };
    /// assert!(factors[0] == factors[1] && summands == [0.0, 0.0]);
    /// # Ok::<(), firelight_costs::CostError>(())
    /// ```
    pub fn formula(&self) -> CalibrationFormula {
        let classes = self.vocab.len();
        match &self.scaling {
            Scaling::Temperature(temperature) => CalibrationFormula::PerClass {
                factors: vec![temperature.recip(); classes],
                summands: vec![0.0; classes],
            },
            Scaling::Groups { groups, temperatures } => CalibrationFormula::ByLikeliest {
                temperatures: (0..classes).map(|class| temperatures[groups.of(class)]).collect(),
            },
            Scaling::Vector { weights, biases } => {
                CalibrationFormula::PerClass { factors: weights.clone(), summands: biases.clone() }
            }
        }
    }

    /// The calibrated probabilities of one example, from its probabilities: as many, with the sum 1. Of numbers that are NaN or infinite,
    /// or all 0, it makes NaN.
    ///
    /// # Panics
    /// If there is not one probability for each class.
    pub fn apply(&self, probabilities: &[f32]) -> Vec<f32> {
        let (given, classes) = (probabilities.len(), self.vocab.len());
        assert!(given == classes, "there are {given} probabilities and a calibration of {classes} classes");
        let logs = log_probabilities(probabilities);
        if logs.iter().any(|log| !log.is_finite()) || probabilities.iter().all(|probability| *probability == 0.0) {
            return vec![f32::NAN; classes];
        }
        self.scaling.calibrated(&logs)
    }

    /// The calibrated probabilities of one example, from its scores before the softmax: logits or log-probabilities.
    ///
    /// ```
    /// use firelight_costs::{Calibrator, HeldOut, Vocab};
    ///
    /// let vocab = Vocab::from_labels(["cat", "dog"]);
    /// let scores = [[2.0, -1.0], [0.5, 1.5], [-0.5, 0.5], [1.0, 0.0], [0.0, 3.0]];
    /// let calibration = Calibrator::temperature().fit(&HeldOut::of_scores(&vocab, &scores, &[0, 1, 0, 0, 1])?)?;
    /// let (a, b) = (calibration.apply_scores(&[2.0, 1.0]), calibration.apply(&[0.7310586, 0.26894142]));
    /// assert!((a[0] - b[0]).abs() < 1e-6);
    /// # Ok::<(), firelight_costs::CostError>(())
    /// ```
    ///
    /// # Panics
    /// If there is not one score for each class.
    pub fn apply_scores(&self, scores: &[f32]) -> Vec<f32> {
        let scores: Vec<f64> = scores.iter().copied().map(f64::from).collect();
        self.apply(&single(softmax(&scores)))
    }

    /// The classes whose probabilities it is for.
    pub fn vocab(&self) -> &Vocab {
        &self.vocab
    }

    /// What it did to the examples that it was fitted on, judged out of fold.
    pub fn effect(&self) -> &CalibrationEffect {
        &self.effect
    }
}

impl Scaling {
    /// The probabilities that it makes of logarithms of probabilities, in single precision. Where one temperature moves all classes alike, the
    /// likeliest stays so though rounding makes another its equal.
    fn calibrated(&self, logs: &[f64]) -> Vec<f32> {
        let mut calibrated = single(softmax(&self.scores(logs)));
        let [before, after] = [likeliest(logs), likeliest(&calibrated)];
        if before != after && !matches!(self, Self::Vector { .. }) {
            calibrated[before] = calibrated[after].next_up();
        }
        calibrated
    }

    fn scores(&self, logs: &[f64]) -> Vec<f64> {
        let divided = |temperature: f64| logs.iter().map(|log| log / temperature).collect();
        match self {
            Self::Temperature(temperature) => divided(*temperature),
            Self::Groups { groups, temperatures } => divided(temperatures[groups.of(likeliest(logs))]),
            Self::Vector { weights, biases } => {
                logs.iter().zip(weights).zip(biases).map(|((log, weight), bias)| log * weight + bias).collect()
            }
        }
    }

    fn check(&self, vocab: &Vocab) -> Result<(), CostError> {
        let classes = vocab.len();
        let fits = match self {
            Self::Temperature(_) => true,
            Self::Groups { groups, temperatures } => groups.vocab() == vocab && temperatures.len() == groups.len(),
            Self::Vector { weights, biases } => weights.len() == classes && biases.len() == classes,
        };
        let is_one = match self {
            Self::Temperature(temperature) => above_zero(*temperature),
            Self::Groups { temperatures, .. } => temperatures.iter().copied().all(above_zero),
            Self::Vector { weights, biases } => weights.iter().chain(biases).all(|number| number.is_finite()),
        };
        if fits && is_one { Ok(()) } else { Err(CostError::NoCalibration { classes }) }
    }
}

fn above_zero(temperature: f64) -> bool {
    temperature.is_finite() && temperature > 0.0
}

impl HeldOut {
    /// The same examples with calibrated probabilities.
    ///
    /// # Panics
    /// If the calibration is of another number of classes.
    pub fn calibrated(&self, calibration: &Calibration) -> Self {
        self.with_rows(|row| calibration.apply(row))
    }
}

impl fmt::Display for Calibration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let CalibrationEffect { examples, before, after, .. } = self.effect;
        match &self.scaling {
            Scaling::Temperature(temperature) => write!(f, "temperature {temperature:.3}")?,
            Scaling::Groups { groups, temperatures } => {
                write!(f, "temperatures ")?;
                for (number, (name, temperature)) in groups.names().iter().zip(temperatures).enumerate() {
                    write!(f, "{}{name} {temperature:.3}", if number == 0 { "" } else { ", " })?;
                }
            }
            Scaling::Vector { .. } => write!(f, "a factor and a summand for each of {} classes", self.vocab.len())?,
        }
        write!(f, "\nbefore: {before}\nafter:  {after} (out of fold, {examples} examples)")
    }
}

/// A calibration in a file, which may be anything.
#[derive(Deserialize)]
#[serde(rename = "Calibration")]
struct Stored {
    vocab: Vocab,
    scaling: Scaling,
    effect: CalibrationEffect,
}

impl TryFrom<Stored> for Calibration {
    type Error = CostError;

    fn try_from(Stored { vocab, scaling, effect }: Stored) -> Result<Self, CostError> {
        scaling.check(&vocab)?;
        Ok(Self { vocab, scaling, effect })
    }
}
