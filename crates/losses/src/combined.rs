use burn::tensor::Tensor;
use firelight_costs::ClassHead;
use firelight_vocab::Vocab;

use crate::describe::described;
use crate::error::finite;
use crate::{
    Dice, Focal, GeneralizedIou, Known, Loss, LossError, LossTraits, MatrixRows, Parts, PerPixel, SmoothL1, Term,
};

/// Two losses of the same targets, added up.
///
/// Each mean divides as its own loss does. Three losses are two of these, one inside the other. What the output means, its
/// [`activation`](Loss::activation), is said by the first.
///
/// | setting | default | what it does |
/// |---|---|---|
/// | [`with_weights`](Self::with_weights) | 1 and 1 | multiplies each loss |
///
/// ```
/// use burn::tensor::{Device, Tensor};
/// use firelight_losses::{Combined, Loss, MeanAbsolute, MeanSquared, Reduction};
///
/// let loss = Combined::new(MeanSquared, MeanAbsolute).with_weights(1.0, 0.5)?;
/// let device = Device::flex();
/// let value = loss.forward(Tensor::zeros([1, 1], &device), Tensor::from_data([[4.0]], &device), Reduction::Mean);
/// assert_eq!(value.into_scalar::<f32>(), 18.0);
/// # Ok::<(), firelight_losses::LossError>(())
/// ```
#[derive(Debug, Clone, Default)]
pub struct Combined<A, B> {
    first: A,
    second: B,
    weights: Weights,
}

/// What boxes are usually trained with: the distances of the corners, and how the areas overlap.
///
/// ```
/// use firelight_losses::{BoxLoss, Loss};
///
/// let loss = BoxLoss::default();
/// assert!(loss.describe().contains("generalized IoU"));
/// ```
pub type BoxLoss = Combined<Known<SmoothL1>, GeneralizedIou>;

/// The focal loss of each pixel and the Dice loss of each class: fastai's `CombinedLoss` for segmentation.
///
/// ```
/// use firelight_losses::{FocalDice, Vocab};
///
/// let vocab = Vocab::ordered(["background", "pet"])?;
/// let loss = FocalDice::of(2.0, 1.0, &vocab)?;
/// # Ok::<(), firelight_losses::LossError>(())
/// ```
pub type FocalDice = Combined<PerPixel<Focal>, Dice>;

impl<A, B> Combined<A, B> {
    /// The sum of both.
    pub fn new(first: A, second: B) -> Self {
        Self { first, second, weights: Weights::default() }
    }

    /// The factor of each.
    ///
    /// # Errors
    /// [`LossError::NotFiniteParameter`] unless both are finite and at least 0.
    pub fn with_weights(self, first: f64, second: f64) -> Result<Self, LossError> {
        Ok(Self { weights: Weights::new(first, second)?, ..self })
    }
}

impl FocalDice {
    /// [`Focal`] with `gamma` (2 is usual) over the pixels, plus `weight` times [`Dice`] over the classes of `vocab`. Where fastai's
    /// `CombinedLoss` has `alpha`, ours is as much times the number of classes and of pictures: its Dice loss is their sum.
    ///
    /// # Errors
    /// As [`Focal::new`] for `gamma`, [`LossError::NotFiniteParameter`] unless `weight` is finite and at least 0.
    pub fn of(gamma: f64, weight: f64, vocab: &Vocab) -> Result<Self, LossError> {
        let focal = PerPixel::new(Focal::new(gamma)?).with_vocab(vocab);
        Self::new(focal, Dice::new().with_vocab(vocab)).with_weights(1.0, weight)
    }
}

impl<T: Clone, A: Loss<T>, B: Loss<T>> Loss<T> for Combined<A, B> {
    fn per_example(&self, output: Tensor<2>, targets: T) -> Tensor<1> {
        self.parts(output, targets).per_example()
    }

    fn mean_weights(&self, output: &Tensor<2>, targets: &T) -> Option<Tensor<1>> {
        self.first.mean_weights(output, targets)
    }

    /// One term where both losses divide by the batch size alone, otherwise the terms of both.
    fn parts(&self, output: Tensor<2>, targets: T) -> Parts {
        let first = self.first.parts(output.clone(), targets.clone());
        self.weights.sum(first, self.second.parts(output, targets))
    }

    fn describe(&self) -> String {
        described("combined", &self.weights.describe([self.first.describe(), self.second.describe()]))
    }

    fn activation(&self, output: Tensor<2>) -> Tensor<2> {
        self.first.activation(output)
    }

    fn vocab(&self) -> Option<&Vocab> {
        self.first.vocab().or(self.second.vocab())
    }

    fn head(&self) -> Option<&ClassHead> {
        self.first.head().or(self.second.head())
    }

    fn traits(&self) -> LossTraits {
        either(self.first.traits(), self.second.traits())
    }

    fn matrices(&self) -> Vec<MatrixRows> {
        self.first.matrices().into_iter().chain(self.second.matrices()).collect()
    }
}

/// The factors of two losses.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Weights([f64; 2]);

impl Default for Weights {
    fn default() -> Self {
        Self([1.0; 2])
    }
}

impl Weights {
    pub fn new(first: f64, second: f64) -> Result<Self, LossError> {
        Ok(Self([finite("the weight of the first loss", first)?, finite("the weight of the second loss", second)?]))
    }

    /// The parts of both losses of one batch, weighed.
    pub fn sum(self, first: Parts, second: Parts) -> Parts {
        let [first, second] = [(first, self.0[0]), (second, self.0[1])].map(|(parts, weight)| weighed(parts, weight));
        let plain = |parts: &Parts| parts.terms().len() == 1 && parts.terms()[0].denominators.is_none();
        if plain(&first) && plain(&second) {
            return Parts::new(first.per_example() + second.per_example(), None);
        }
        second.terms().iter().cloned().fold(first, Parts::with_term)
    }

    /// Both in words.
    pub fn describe(self, losses: [String; 2]) -> [String; 2] {
        let [first, second] = losses;
        [format!("{} of {first}", self.0[0]), format!("{} of {second}", self.0[1])]
    }
}

/// Every term times a weight; one of 0 makes 0 of an infinite loss, as of any other number.
fn weighed(parts: Parts, weight: f64) -> Parts {
    if weight.total_cmp(&1.0).is_eq() {
        return parts;
    }
    parts.map(|Term { numerators, denominators }| {
        let nothing = numerators.clone().inner().is_inf();
        let scaled = numerators * weight;
        Term { numerators: if weight > 0.0 { scaled } else { scaled.mask_fill(nothing, 0.0) }, denominators }
    })
}

/// What one should know of both.
pub(crate) fn either(first: LossTraits, second: LossTraits) -> LossTraits {
    LossTraits {
        class_weights: first.class_weights || second.class_weights,
        pair_weights: first.pair_weights || second.pair_weights,
        soft_labels: first.soft_labels || second.soft_labels,
        asymmetric: first.asymmetric.or(second.asymmetric),
    }
}
