use std::fmt::Debug;
use std::sync::Arc;

use burn::tensor::{Tensor, activation};
use firelight_costs::ClassHead;
use firelight_vocab::Vocab;

use crate::{LossTraits, MatrixRows, Parts, Reduction, describe};

/// A loss: one number for each example of a batch.
///
/// `T` is what the examples are compared with: [`ClassNumbers`](crate::ClassNumbers) for one class an example,
/// `Tensor<2>` for probabilities or regression values, `Tensor<2, Bool>` for several classes an example, `Tensor<3, Int>` for masks,
/// [`KnownValues`](crate::KnownValues) for points and boxes, a pair of these for two targets.
/// So a loss over single classes does not accept multi-label targets: the program does not compile.
///
/// [`per_example`](Loss::per_example) is all that has to be written. What a mean divides by, where that is not the number of
/// examples, goes into [`mean_weights`](Loss::mean_weights); a loss that divides twice gives its [`parts`](Loss::parts) itself.
/// The division is never the loss's business: it is in [`Reduction::apply`], which [`forward`](Loss::forward) calls. A loss that
/// wraps another one is a few lines:
///
/// ```
/// use burn::tensor::Tensor;
/// use firelight_losses::{ClassNumbers, Loss, Vocab};
///
/// /// Counts the examples of the first class ten times.
/// #[derive(Debug)]
/// struct FirstClassFirst<L>(L);
///
/// impl<L: Loss<ClassNumbers>> Loss<ClassNumbers> for FirstClassFirst<L> {
///     fn per_example(&self, output: Tensor<2>, targets: ClassNumbers) -> Tensor<1> {
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
    /// classification loss here. Maps are flattened, `[batch, classes * height * width]`.
    ///
    /// # Panics
    /// If the shapes do not fit together, or if the loss is aligned to a vocab with another number of classes.
    fn per_example(&self, output: Tensor<2>, targets: T) -> Tensor<1>;

    /// What a mean divides by, one number an example: the class weight of its target, 0 for an ignored row.
    /// `None`, the default, stands for the batch size. Of a loss with several terms it is the first one's.
    fn mean_weights(&self, output: &Tensor<2>, targets: &T) -> Option<Tensor<1>> {
        let _ = (output, targets);
        None
    }

    /// The numerators and denominators that every mean of this loss is made of: one term of
    /// [`per_example`](Self::per_example) and [`mean_weights`](Self::mean_weights), unless the loss says otherwise.
    ///
    /// A loss around another one changes all terms of that by [`Parts::map`]; one that overrides `per_example` alone still
    /// works, as one term. Whatever it is, the terms' numerators add up to `per_example`.
    ///
    /// # Panics
    /// As [`per_example`](Self::per_example).
    fn parts(&self, output: Tensor<2>, targets: T) -> Parts {
        let weights = self.mean_weights(&output, &targets);
        Parts::new(self.per_example(output, targets), weights)
    }

    /// What the loss is, with all its settings, in words: `cross entropy (label smoothing 0.1, class weights 3f2a91bc)`.
    ///
    /// Two losses with one description are one function: a run that was broken off goes on only with the loss it began with.
    /// Weights and matrices are said as a digest of their numbers and class names.
    ///
    /// By default the name of the type, without the modules it is in; a loss of yours that has settings should say them,
    /// and one around another loss should say that too:
    ///
    /// ```
    /// use burn::tensor::{Int, Tensor};
    /// use firelight_losses::{CrossEntropy, Loss};
    ///
    /// #[derive(Debug)]
    /// struct Louder<L>(L, f64);
    ///
    /// impl<L: Loss<Tensor<1, Int>>> Loss<Tensor<1, Int>> for Louder<L> {
    ///     fn per_example(&self, output: Tensor<2>, targets: Tensor<1, Int>) -> Tensor<1> {
    ///         self.0.per_example(output, targets) * self.1
    ///     }
    ///
    ///     fn describe(&self) -> String {
    ///         format!("{} times {}", self.1, self.0.describe())
    ///     }
    /// }
    ///
    /// assert_eq!(Louder(CrossEntropy::new().with_ignore_index(-100), 2.5).describe(), "2.5 times cross entropy (ignoring -100)");
    /// ```
    fn describe(&self) -> String {
        describe::type_name::<Self>()
    }

    /// Turns the model's output into what it means: by default probabilities, by softmax over the classes.
    fn activation(&self, output: Tensor<2>) -> Tensor<2> {
        activation::softmax(output, 1)
    }

    /// The classes that a named matrix or named weights in this loss were aligned to.
    fn vocab(&self) -> Option<&Vocab> {
        None
    }

    /// The head whose rows it reads, where these hold more than a score for each class: `None`, the default, is for all others. A loss around
    /// another one that passes rows on as they are passes this on too.
    fn head(&self) -> Option<&ClassHead> {
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

    /// The loss of the batch: `[batch]` for [`Reduction::None`], `[1]` otherwise. To be called, not overridden: what else a mean
    /// is made of goes into [`parts`](Self::parts).
    ///
    /// # Panics
    /// As [`per_example`](Self::per_example).
    fn forward(&self, output: Tensor<2>, targets: T, reduction: Reduction) -> Tensor<1> {
        reduction.apply(&self.parts(output, targets))
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

            fn parts(&self, output: Tensor<2>, targets: T) -> Parts {
                (**self).parts(output, targets)
            }

            fn describe(&self) -> String {
                (**self).describe()
            }

            fn activation(&self, output: Tensor<2>) -> Tensor<2> {
                (**self).activation(output)
            }

            fn vocab(&self) -> Option<&Vocab> {
                (**self).vocab()
            }

            fn head(&self) -> Option<&ClassHead> {
                (**self).head()
            }

            fn traits(&self) -> LossTraits {
                (**self).traits()
            }

            fn matrices(&self) -> Vec<MatrixRows> {
                (**self).matrices()
            }
        }
    )*};
}

pass_on!(Box<L>, Arc<L>, &L);
