use std::fmt::Debug;
use std::sync::Arc;

use burn::tensor::{Tensor, activation};
use firelight_vocab::Vocab;

use crate::{LossTraits, MatrixRows, Reduction};

/// A loss: one number for each example of a batch.
///
/// `T` is what the examples are compared with: [`Tensor<1, Int>`](Tensor) for one class an example,
/// `Tensor<2>` for probabilities or regression values, `Tensor<2, Bool>` for several classes an example.
/// So a loss over single classes does not accept multi-label targets: the program does not compile.
///
/// [`per_example`](Loss::per_example) is all that has to be written. Reductions are in one place,
/// [`Reduction::apply`], which [`forward`](Loss::forward) calls. A loss that wraps another one is a few lines:
///
/// ```
/// use burn::tensor::{Int, Tensor};
/// use firelight_losses::{Loss, Vocab};
///
/// /// Counts the examples of the first class ten times.
/// #[derive(Debug)]
/// struct FirstClassFirst<L>(L);
///
/// impl<L: Loss<Tensor<1, Int>>> Loss<Tensor<1, Int>> for FirstClassFirst<L> {
///     fn per_example(&self, output: Tensor<2>, targets: Tensor<1, Int>) -> Tensor<1> {
///         let factor = targets.clone().equal_elem(0).float() * 9.0 + 1.0;
///         self.0.per_example(output, targets) * factor
///     }
///
///     fn vocab(&self) -> Option<&Vocab> {
///         self.0.vocab()
///     }
/// }
/// ```
///
/// The output may live on an autodiff device or on a plain one. Nothing is read back from the device.
pub trait Loss<T>: Debug + Send + Sync {
    /// The loss of each example, already weighted: `[batch]`.
    ///
    /// `output` is what the model gives, `[batch, classes]`: logits, not probabilities, for every
    /// classification loss here.
    ///
    /// # Panics
    /// If the shapes do not fit together, or if the loss is aligned to a vocab with another number of classes.
    fn per_example(&self, output: Tensor<2>, targets: T) -> Tensor<1>;

    /// What a mean divides by, one number an example: the class weight of its target, 0 for an ignored row.
    /// `None`, the default, stands for the batch size.
    fn mean_weights(&self, output: &Tensor<2>, targets: &T) -> Option<Tensor<1>> {
        let _ = (output, targets);
        None
    }

    /// Turns the model's output into what it means: by default probabilities, by softmax over the classes.
    fn activation(&self, output: Tensor<2>) -> Tensor<2> {
        activation::softmax(output, 1)
    }

    /// The classes that a named matrix or named weights in this loss were aligned to.
    fn vocab(&self) -> Option<&Vocab> {
        None
    }

    /// What one should know beside other settings; a loss around another one passes its on. Nothing by default.
    fn traits(&self) -> LossTraits {
        LossTraits::default()
    }

    /// The class matrices that it works with, its own before those of a loss inside, for pictures and pages. Made anew at
    /// each call; none by default.
    fn matrices(&self) -> Vec<MatrixRows> {
        Vec::new()
    }

    /// The loss of the batch: `[batch]` for [`Reduction::None`], `[1]` otherwise.
    fn forward(&self, output: Tensor<2>, targets: T, reduction: Reduction) -> Tensor<1> {
        let weights = match reduction {
            Reduction::Mean => self.mean_weights(&output, &targets),
            Reduction::None | Reduction::Sum => None,
        };
        reduction.apply(self.per_example(output, targets), weights)
    }
}

macro_rules! pass_on {
    ($($pointer:ty),*) => {$(
        impl<T, L: Loss<T> + ?Sized> Loss<T> for $pointer {
            fn per_example(&self, output: Tensor<2>, targets: T) -> Tensor<1> {
                (**self).per_example(output, targets)
            }

            fn mean_weights(&self, output: &Tensor<2>, targets: &T) -> Option<Tensor<1>> {
                (**self).mean_weights(output, targets)
            }

            fn activation(&self, output: Tensor<2>) -> Tensor<2> {
                (**self).activation(output)
            }

            fn vocab(&self) -> Option<&Vocab> {
                (**self).vocab()
            }

            fn traits(&self) -> LossTraits {
                (**self).traits()
            }

            fn matrices(&self) -> Vec<MatrixRows> {
                (**self).matrices()
            }

            fn forward(&self, output: Tensor<2>, targets: T, reduction: Reduction) -> Tensor<1> {
                (**self).forward(output, targets, reduction)
            }
        }
    )*};
}

pass_on!(Box<L>, Arc<L>, &L);
