use firelight_vocab::Groups;

use super::{Calibration, CalibrationEffect, Scaling, vector};
use crate::error::finite;
use crate::groups::aligned_groups;
use crate::logs::{likeliest, log_probabilities, softmax};
use crate::{CostError, HeldOut};

/// Fits a [`Calibration`] by the likelihood of held-out examples.
///
/// | form | numbers | what it mends |
/// |---|---|---|
/// | [`temperature`](Self::temperature) | 1 | a model that is too sure, or not sure enough, of everything (Guo et al., 2017) |
/// | [`per_group`](Self::per_group) | 1 a group | one that is so in one group of classes and not in another |
/// | [`vector`](Self::vector) | 2 a class | one that favours some classes over others (Guo et al., 2017) |
///
/// None of the first two changes which class is likeliest. Each has a penalty, which holds a form with many numbers near that with fewer where
/// there are few examples: the one temperature near 1, those of groups near the one, and the factors of classes near it with summands
/// near 0. Its default is worth about one example for a temperature, and ten for factors and summands.
///
/// ```
/// use firelight_costs::{Calibrator, Groups, HeldOut, Vocab};
///
/// let vocab = Vocab::from_labels(["Bengal", "beagle", "pug"]);
/// let rows = [[0.8, 0.1, 0.1], [0.1, 0.8, 0.1], [0.1, 0.3, 0.6], [0.7, 0.2, 0.1], [0.2, 0.5, 0.3], [0.1, 0.2, 0.7]];
/// let held = HeldOut::of_probabilities(&vocab, &rows, &[0, 1, 1, 0, 1, 2])?;
/// let species = Groups::by(&vocab, |breed| if breed == "Bengal" { "cat" } else { "dog" });
/// for calibrator in [Calibrator::temperature(), Calibrator::per_group(&species), Calibrator::vector()] {
///     println!("{}", calibrator.with_folds(3).fit(&held)?);
/// }
/// # Ok::<(), firelight_costs::CostError>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Calibrator {
    form: Form,
    penalty: f64,
    folds: usize,
}

#[derive(Debug, Clone, PartialEq)]
enum Form {
    Temperature,
    Groups(Groups),
    Vector,
}

/// What factors of scores are searched for: temperatures from 20 down to 0.05.
const FACTORS: [f64; 2] = [0.05, 20.0];

impl Calibrator {
    /// One temperature for all.
    pub fn temperature() -> Self {
        Self { form: Form::Temperature, penalty: 1.0, folds: 5 }
    }

    /// A temperature for each group of classes; an example has that of the group of its likeliest class.
    pub fn per_group(groups: &Groups) -> Self {
        Self { form: Form::Groups(groups.clone()), ..Self::temperature() }
    }

    /// A factor and a summand for each class. It may change which class is likeliest.
    pub fn vector() -> Self {
        Self { form: Form::Vector, penalty: 10.0, ..Self::temperature() }
    }

    /// How strongly numbers are held where they are without examples: `penalty / 2` times the squared distance is added to the sum of the
    /// negative log likelihoods. By default 1, and 10 of [`vector`](Self::vector); 0 for the plain likelihood. The one temperature that those
    /// of groups and the factors of classes are held near has 1 in any case.
    pub fn with_penalty(self, penalty: f64) -> Self {
        Self { penalty, ..self }
    }

    /// Into how many parts the examples are cut for judging, each by a calibration of the others; by default 5.
    pub fn with_folds(self, folds: usize) -> Self {
        Self { folds, ..self }
    }

    /// The calibration of all examples, with what such a calibration does to examples that it has not seen.
    ///
    /// # Errors
    /// [`CostError::TooFewHeldOut`] if there are fewer than 2 folds, or examples than folds; [`CostError::NotFiniteParameter`] for the
    /// penalty; [`CostError::NamesDiffer`] for groups of other classes.
    pub fn fit(&self, held: &HeldOut) -> Result<Calibration, CostError> {
        let (examples, judged) = (held.len(), self.out_of_fold(held)?);
        let qualities = held.quality().zip(judged.quality());
        let (before, after) = qualities.ok_or(CostError::TooFewHeldOut { examples, needed: self.folds })?;
        Ok(Calibration {
            vocab: held.vocab().clone(),
            scaling: self.scaling(held)?,
            effect: CalibrationEffect { examples, left_out: held.left_out(), before, after },
        })
    }

    /// The examples with calibrated probabilities, those of each fold by a calibration of the other folds: as near as the same examples come
    /// to examples that a calibration has not seen. What is judged, or fitted on top of it, takes these.
    ///
    /// ```
    /// use firelight_costs::{Calibrator, HeldOut, Vocab};
    ///
    /// let held = HeldOut::of_probabilities(&Vocab::from_labels(["cat", "dog"]), &[[0.9_f32, 0.1]; 10], &[0, 0, 0, 1, 0, 0, 1, 0, 0, 1])?;
    /// let (calibration, judged) = (Calibrator::temperature().fit(&held)?, Calibrator::temperature().out_of_fold(&held)?);
    /// assert_eq!(judged.quality(), Some(calibration.effect().after));
    /// # Ok::<(), firelight_costs::CostError>(())
    /// ```
    ///
    /// # Errors
    /// As [`fit`](Self::fit).
    pub fn out_of_fold(&self, held: &HeldOut) -> Result<HeldOut, CostError> {
        finite("penalty", self.penalty)?;
        let (examples, folds) = (held.len(), self.folds);
        if folds < 2 || examples < folds {
            return Err(CostError::TooFewHeldOut { examples, needed: folds.max(2) });
        }
        let mut judged = vec![Vec::new(); examples];
        for [inside, others] in held.folds(folds) {
            let scaling = self.scaling(&held.picked(&others))?;
            for (number, row) in inside.iter().zip(held.picked(&inside).rows()) {
                judged[*number] = scaling.calibrated(&log_probabilities(row));
            }
        }
        HeldOut::of_probabilities(held.vocab(), &judged, held.targets())
    }

    fn scaling(&self, held: &HeldOut) -> Result<Scaling, CostError> {
        let examples: Vec<Example> = held.examples().map(|(row, target)| (log_probabilities(row), target)).collect();
        let penalty = if self.form == Form::Temperature { self.penalty } else { 1.0 };
        let factor = factor(&examples, 1.0, penalty);
        Ok(match &self.form {
            Form::Temperature => Scaling::Temperature(stored(1.0 / factor)),
            Form::Groups(groups) => {
                let groups = aligned_groups(groups, held.vocab())?;
                let mut parts = vec![Vec::new(); groups.len()];
                for example in examples {
                    parts[groups.of(likeliest(&example.0))].push(example);
                }
                let own = |part: &Vec<Example>| stored(1.0 / self::factor(part, factor, self.penalty));
                Scaling::Groups { temperatures: parts.iter().map(own).collect(), groups }
            }
            Form::Vector => {
                let (weights, biases) = vector::fit(&examples, held.vocab().len(), factor, self.penalty);
                let [weights, biases] = [weights, biases].map(|numbers| numbers.into_iter().map(stored).collect());
                Scaling::Vector { weights, biases }
            }
        })
    }
}

/// To nine decimals, which a file keeps to the last bit whoever reads it: a model then says the same before it is exported and after.
fn stored(number: f64) -> f64 {
    (number * 1e9).round() / 1e9
}

/// Logarithms of probabilities, and the class.
pub(super) type Example = (Vec<f64>, usize);

/// The factor `f` of the scores with the least `Σ −log softmax(f z)[y] + penalty / 2 (f − centre)²`, which is convex in `f`: Newton's steps,
/// and halves of the range that is left where they would leave it.
fn factor(examples: &[Example], centre: f64, penalty: f64) -> f64 {
    if examples.is_empty() {
        return centre;
    }
    let [mut low, mut high] = FACTORS;
    let mut factor = centre.clamp(low, high);
    for _ in 0..200 {
        let (mut slope, mut bend) = (penalty * (factor - centre), penalty);
        for (logs, target) in examples {
            let scores: Vec<f64> = logs.iter().map(|log| log * factor).collect();
            let shares = softmax(&scores);
            let mean: f64 = logs.iter().zip(&shares).map(|(log, share)| log * share).sum();
            slope += mean - logs[*target];
            bend += logs.iter().zip(&shares).map(|(log, share)| share * (log - mean).powi(2)).sum::<f64>();
        }
        // Scores that are all alike say nothing of their factor.
        let step = if bend > 0.0 { slope / bend } else { 0.0 };
        if step.abs() <= 1e-12 * factor {
            break;
        }
        *(if slope > 0.0 { &mut high } else { &mut low }) = factor;
        let inside = factor - step > low && factor - step < high;
        let next = if inside { factor - step } else { f64::midpoint(low, high) };
        if (next - factor).abs() <= 1e-15 * factor {
            break; // at an end of the range
        }
        factor = next;
    }
    factor
}
