use std::fmt;

use crate::Decision;

/// What is allowed and yet often a mistake. A learner logs these as warnings.
///
/// ```
/// use firelight_losses::{Caution, CostMatrix, Decision, Loss, SoftLabelCrossEntropy, Vocab};
///
/// let vocab = Vocab::from_labels(["cat", "dog", "tiger"]);
/// let cost = CostMatrix::uniform(&vocab).with("tiger", "cat", 100.0)?;
/// let loss = SoftLabelCrossEntropy::new(&cost.soft_labels(4.0, 0.3)?, &vocab)?;
/// let decision = Decision::minimum_risk(&cost, &vocab)?;
/// for caution in Caution::about(&loss.traits(), &decision) {
///     eprintln!("warning: {caution}");
/// }
/// # Ok::<(), firelight_losses::LossError>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Caution {
    /// Costs that depend on which of two classes is true.
    AsymmetricCost {
        /// A class of such a pair.
        first: String,
        /// The other one.
        second: String,
    },
    /// Two sets of weights that multiply.
    ClassAndPairWeights,
    /// A decision by cost over probabilities that were smoothed in training.
    RiskOverSoftLabels,
    /// A decision by cost over probabilities that do not mean what they say. It is known where they were measured.
    RiskOverUncalibrated {
        /// Their expected calibration error, 0 to 1.
        error: f64,
    },
}

/// What a loss does that one should know beside others: see [`Loss::traits`](crate::Loss::traits).
///
/// ```
/// use firelight_losses::{ClassWeights, CrossEntropy, Loss, Vocab};
///
/// let vocab = Vocab::from_labels(["cat", "dog"]);
/// let weights = ClassWeights::new([("cat", 2.0), ("dog", 1.0)])?;
/// let loss = CrossEntropy::new().with_class_weights(&weights, &vocab)?;
/// assert_ne!(Loss::<burn::tensor::Tensor<1, burn::tensor::Int>>::traits(&loss), Default::default());
/// # Ok::<(), firelight_losses::LossError>(())
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LossTraits {
    /// It weighs examples by their class.
    pub class_weights: bool,
    /// It weighs examples by their true and their predicted class.
    pub pair_weights: bool,
    /// It teaches probabilities that are smoother than the truth.
    pub soft_labels: bool,
    /// Two classes whose cost depends on which one is true.
    pub asymmetric: Option<(String, String)>,
}

impl Caution {
    /// What to know about probabilities that a decision by cost weighs as a model gives them, from their expected calibration error: nothing
    /// below 0.02.
    ///
    /// ```
    /// use firelight_losses::Caution;
    ///
    /// assert!(Caution::uncalibrated(0.01).is_none());
    /// println!("{}", Caution::uncalibrated(0.12).expect("a caution"));
    /// ```
    pub fn uncalibrated(error: f64) -> Option<Self> {
        (error >= 0.02).then_some(Self::RiskOverUncalibrated { error })
    }

    /// What to know about a loss and the decision that its model is used with.
    pub fn about(loss: &LossTraits, decision: &Decision) -> Vec<Self> {
        let mut cautions = Vec::new();
        let decided = match decision {
            Decision::MinimumRisk(cost) => cost.matrix().asymmetric_pair().map(owned),
            _ => None,
        };
        if let Some((first, second)) = loss.asymmetric.clone().or(decided) {
            cautions.push(Self::AsymmetricCost { first, second });
        }
        if loss.class_weights && loss.pair_weights {
            cautions.push(Self::ClassAndPairWeights);
        }
        if loss.soft_labels && matches!(decision, Decision::MinimumRisk(_)) {
            cautions.push(Self::RiskOverSoftLabels);
        }
        cautions
    }
}

impl fmt::Display for Caution {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::AsymmetricCost { first, second } => {
                write!(f, "cost[{first:?}][{second:?}] is not cost[{second:?}][{first:?}]; rows are true classes")
            }
            Self::ClassAndPairWeights => f.write_str("class weights and pair weights multiply; one of them may be enough"),
            Self::RiskOverSoftLabels => f.write_str(
                "a minimum-risk decision wants calibrated probabilities, and soft labels smooth them: near classes count \
                 twice; train with plain cross entropy, or decide by argmax",
            ),
            Self::RiskOverUncalibrated { error } => write!(
                f,
                "a decision of least expected cost weighs probabilities, and their calibration error is {error:.3} here; calibrate them before \
                 (`learn.calibrate(&Calibrator::temperature())`)"
            ),
        }
    }
}

pub(crate) fn owned((first, second): (&str, &str)) -> (String, String) {
    (first.to_owned(), second.to_owned())
}
