use burn::tensor::{Int, Tensor};
use firelight_vocab::Vocab;

use crate::maps::{Pixels, changed};
use crate::scores::wide_dtype;
use crate::{Loss, LossTraits, MatrixRows, Parts, Term};

/// Any loss over class numbers, on each pixel of a map: segmentation.
///
/// Targets are masks, `Tensor<3, Int>` of `[batch, height, width]`, with a class number or [`VOID`](crate::VOID) for each pixel.
/// Outputs are maps of logits, `[batch, classes, height, width]` flattened to `[batch, classes * height * width]`.
///
/// A mean is over all pixels of all pictures that are not void, as `PyTorch`'s cross entropy and fastai's
/// `CrossEntropyLossFlat(axis=1)` have it, and divides by what the loss inside divides by: by class weights, by pixels that it
/// does not ignore. The loss of one picture is the sum over its counted pixels divided by all its pixels, so that
/// [`Parts`] add up to that mean. A void pixel costs nothing and has a gradient of 0, whatever its logits are.
///
/// | setting | default | what it does |
/// |---|---|---|
/// | [`with_vocab`](Self::with_vocab) | that of the loss inside | says how many classes an output has, which [`activation`](Loss::activation) cannot see |
///
/// ```
/// use burn::tensor::{Device, Int, Tensor};
/// use firelight_losses::{CrossEntropy, Loss, PerPixel, Reduction, Vocab};
///
/// let vocab = Vocab::ordered(["background", "pet"])?;
/// let loss = PerPixel::new(CrossEntropy::new()).with_vocab(&vocab);
/// let device = Device::flex();
/// // A picture of 1 by 2 pixels: the logits of the background, then those of the pet.
/// let output = Tensor::<2>::from_floats([[0.0, 100.0, 0.0, -100.0]], &device);
/// let mask = Tensor::<3, Int>::from_ints([[[1, 255]]], &device);
/// let value = loss.forward(output.clone(), mask, Reduction::Mean).into_scalar::<f32>();
/// assert!((value - 2.0_f32.ln()).abs() < 1e-6); // of the first pixel; the second is void
/// assert_eq!(loss.activation(output).into_data().to_vec::<f32>().unwrap(), [0.5, 1.0, 0.5, 0.0]);
/// # Ok::<(), firelight_losses::LossError>(())
/// ```
#[derive(Debug, Clone, Default)]
pub struct PerPixel<L> {
    inner: L,
    vocab: Option<Vocab>,
}

impl<L> PerPixel<L> {
    /// The loss `inner` of every pixel.
    pub fn new(inner: L) -> Self {
        Self { inner, vocab: None }
    }

    /// Says which classes an output has logits for. A loss inside that was aligned to a vocab knows them already, and that one counts.
    pub fn with_vocab(self, vocab: &Vocab) -> Self {
        Self { vocab: Some(vocab.clone()), ..self }
    }
}

impl<L: Loss<Tensor<1, Int>>> Loss<Tensor<3, Int>> for PerPixel<L> {
    /// # Panics
    /// If an output has not a number for each class and pixel, besides what the loss inside panics for.
    fn per_example(&self, output: Tensor<2>, targets: Tensor<3, Int>) -> Tensor<1> {
        self.parts(output, targets).per_example()
    }

    fn mean_weights(&self, output: &Tensor<2>, targets: &Tensor<3, Int>) -> Option<Tensor<1>> {
        let pixels = Pixels::of(output, targets.clone())?;
        let inner = self.inner.mean_weights(&pixels.rows(output.clone().inner()), &pixels.classes);
        Some(pixels.mean(inner.unwrap_or_else(|| pixels.counted(output))))
    }

    /// Those of the loss inside, averaged over the pixels of each picture.
    fn parts(&self, output: Tensor<2>, targets: Tensor<3, Int>) -> Parts {
        let Some(pixels) = Pixels::of(&output, targets) else {
            let device = output.device();
            let rows = Tensor::zeros([0, 1], (&device, wide_dtype(&output)));
            return self.inner.parts(rows, Tensor::empty([0], &device));
        };
        let counted = pixels.counted(&output);
        let inner = self.inner.parts(pixels.rows(output), pixels.classes.clone());
        inner.map(|Term { numerators, denominators }| Term {
            numerators: pixels.mean(numerators),
            denominators: Some(pixels.mean(denominators.unwrap_or_else(|| counted.clone()))),
        })
    }

    fn describe(&self) -> String {
        format!("{} per pixel", self.inner.describe())
    }

    /// That of the loss inside for every pixel: the map of logits becomes one of probabilities.
    ///
    /// # Panics
    /// If neither the loss inside nor [`with_vocab`](PerPixel::with_vocab) says how many classes there are, or if these
    /// are no part of the output.
    fn activation(&self, output: Tensor<2>) -> Tensor<2> {
        changed(output, self.vocab(), |rows| self.inner.activation(rows))
    }

    fn vocab(&self) -> Option<&Vocab> {
        self.inner.vocab().or(self.vocab.as_ref())
    }

    fn traits(&self) -> LossTraits {
        self.inner.traits()
    }

    fn matrices(&self) -> Vec<MatrixRows> {
        self.inner.matrices()
    }
}
