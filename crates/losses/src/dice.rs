use burn::tensor::{Int, Tensor, activation};
use firelight_vocab::Vocab;

use crate::describe::described;
use crate::error::within;
use crate::maps::{Pixels, changed};
use crate::scores::{join, nothing, wide};
use crate::{Loss, LossError};

/// Soft Dice loss on masks: how little the probabilities of each class and its pixels overlap (Milletari et al., 2016).
///
/// Of a class it is `1 - (2 Σ p t + s) / (Σ (p + t) + s)` over the pixels of a picture, with `p` the softmax over classes, `t` 1 at
/// pixels of the class, and a smoothing `s` that keeps it defined. A class that fills a few pixels counts as much as one that fills the
/// picture, which cross entropy over pixels does not see. Targets and outputs are those of [`PerPixel`](crate::PerPixel).
///
/// The loss of a picture is the mean over the classes. fastai's `DiceLoss` adds classes and pictures up: ours times the number of both is
/// that one. [`VOID`](crate::VOID) pixels are left out, and a picture of nothing else has loss 0 and no share in a mean.
///
/// | setting | default | what it does |
/// |---|---|---|
/// | [`with_smoothing`](Self::with_smoothing) | 1e-6 | `s` |
/// | [`with_squares`](Self::with_squares) | off | `Σ (p² + t)` below the line, fastai's `square_in_union` |
/// | [`without_background`](Self::without_background) | off | the mean over all classes but the first |
/// | [`with_vocab`](Self::with_vocab) | none | says how many classes an output has, which [`activation`](Loss::activation) cannot see |
///
/// ```
/// use burn::tensor::{Device, Int, Tensor};
/// use firelight_losses::{Dice, Loss, Reduction};
///
/// let device = Device::flex();
/// let output = Tensor::<2>::from_floats([[30.0, -30.0, -30.0, 30.0]], &device); // two classes, two pixels
/// let mask = |codes: [i32; 2]| Tensor::<3, Int>::from_ints([[codes]], &device);
/// let right = Dice::new().forward(output.clone(), mask([0, 1]), Reduction::Mean).into_scalar::<f32>();
/// let wrong = Dice::new().forward(output, mask([1, 0]), Reduction::Mean).into_scalar::<f32>();
/// assert!(right < 1e-6 && wrong > 0.999);
/// ```
#[derive(Debug, Clone)]
pub struct Dice {
    smoothing: f64,
    squares: bool,
    background: bool,
    vocab: Option<Vocab>,
}

impl Default for Dice {
    fn default() -> Self {
        Self { smoothing: 1e-6, squares: false, background: true, vocab: None }
    }
}

impl Dice {
    /// With fastai's smoothing, over all classes.
    pub fn new() -> Self {
        Self::default()
    }

    /// What is added above and below the line.
    ///
    /// # Errors
    /// [`LossError::NotPositive`] unless it is above 0, [`LossError::OutsideRange`] unless it is in 1e-12..=1e12.
    pub fn with_smoothing(self, smoothing: f64) -> Result<Self, LossError> {
        Ok(Self { smoothing: within("smoothing", smoothing, [1e-12, 1e12])?, ..self })
    }

    /// Adds the squares of probabilities up below the line, which has gradients of another shape near 0 and 1.
    pub fn with_squares(self) -> Self {
        Self { squares: true, ..self }
    }

    /// Leaves class 0 out of the mean. Its logits still count in the softmax. With no other class the loss is 0.
    pub fn without_background(self) -> Self {
        Self { background: false, ..self }
    }

    /// Says which classes an output has logits for.
    pub fn with_vocab(self, vocab: &Vocab) -> Self {
        Self { vocab: Some(vocab.clone()), ..self }
    }
}

impl Loss<Tensor<3, Int>> for Dice {
    /// # Panics
    /// If an output has not a number for each class and pixel.
    fn per_example(&self, output: Tensor<2>, targets: Tensor<3, Int>) -> Tensor<1> {
        let Some(pixels) = Pixels::of(&output, targets) else {
            return nothing(&output).unwrap_or_else(|| Tensor::zeros([0], &output.device()));
        };
        let [batch, numbers] = output.dims();
        let output = wide(output);
        let logits = pixels.map(output.clone().inner());
        let shape @ [_, classes, _] = logits.dims();
        let void = pixels.void(classes);
        let chances = activation::softmax(logits.mask_fill(void.clone(), 0.0), 1).mask_fill(void.clone(), 0.0);
        let truth = pixels.one_hot(&chances);
        let met = (chances.clone() * truth.clone()).sum_dim(2) * 2.0 + self.smoothing;
        let size = if self.squares { chances.clone().square() } else { chances.clone() };
        let all = (size + truth.clone()).sum_dim(2) + self.smoothing;
        let overlap = met / all.clone();
        // Each class's share in the mean: `[batch, classes, 1]`.
        let shares = self.shares(&overlap);
        let value = ((overlap.clone().neg() + 1.0) * shares.clone()).sum_dim(1).reshape([batch, 1]);
        join(output, value, || {
            let shares = shares / all;
            let above = truth * (shares.clone() * 2.0);
            let below = (shares * overlap).expand(shape);
            let slope = if self.squares { chances.clone() * below * 2.0 } else { below } - above;
            let mean = (chances.clone() * slope.clone()).sum_dim(1);
            (chances * (slope - mean)).mask_fill(void, 0.0).reshape([batch, numbers])
        })
    }

    /// 0 for a picture without a pixel that counts.
    fn mean_weights(&self, output: &Tensor<2>, targets: &Tensor<3, Int>) -> Option<Tensor<1>> {
        Some(Pixels::of(output, targets.clone())?.any(output))
    }

    fn describe(&self) -> String {
        let mut settings = vec![format!("smoothing {}", self.smoothing)];
        settings.extend(self.squares.then(|| "squares".to_owned()));
        settings.extend((!self.background).then(|| "without background".to_owned()));
        described("dice", &settings)
    }

    /// Probabilities, by softmax over the classes of each pixel.
    ///
    /// # Panics
    /// Without [`with_vocab`](Dice::with_vocab), or if the classes are no part of the output.
    fn activation(&self, output: Tensor<2>) -> Tensor<2> {
        changed(output, self.vocab.as_ref(), |rows| activation::softmax(rows, 1))
    }

    fn vocab(&self) -> Option<&Vocab> {
        self.vocab.as_ref()
    }
}

impl Dice {
    /// What each class counts in the mean, of the shape of `like`, `[batch, classes, 1]`.
    fn shares(&self, like: &Tensor<3>) -> Tensor<3> {
        let [batch, classes, _] = like.dims();
        if self.background {
            return like.ones_like() / classes as f64;
        }
        let shares = like.ones_like() / classes.saturating_sub(1).max(1) as f64;
        shares.slice_assign([0..batch, 0..1, 0..1], like.zeros_like().narrow(1, 0, 1))
    }
}
