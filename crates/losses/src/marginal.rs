use burn::tensor::{Bool, Tensor};

use crate::Loss;
use crate::scores::{BELOW, Scores, check_classes, nothing};

/// The classes of which one is an example's, `[batch, classes]`: all that a label says which is no class, but a node of a tree above some. In brackets
/// of its own, so that a loss of several classes an example does not take it for its targets.
///
/// ```
/// use burn::tensor::{Bool, Device, Tensor};
/// use firelight_losses::OneOf;
///
/// // Some dog: a beagle or a pug, of Bengal, beagle and pug.
/// let targets: OneOf = (Tensor::<2, Bool>::from_data([[false, true, true]], &Device::flex()),);
/// ```
pub type OneOf = (Tensor<2, Bool>,);

/// `-ln Σ p` over the classes of which one is the example's: cross entropy where the label is a class, and where it is a node of a tree that of the node.
///
/// So a picture of which no more is known than that it is a dog teaches what dogs look like and nothing about which dog it is. One of which nothing
/// is known costs nothing.
///
/// ```
/// use burn::tensor::{Bool, Device, Tensor};
/// use firelight_losses::{Loss, MarginalCrossEntropy, Reduction};
///
/// let device = Device::flex();
/// let output = Tensor::<2>::zeros([2, 4], &device);
/// let targets = (Tensor::<2, Bool>::from_data([[true, false, false, false], [true, true, false, false]], &device),);
/// let losses = MarginalCrossEntropy.forward(output, targets, Reduction::None).into_data().to_vec::<f32>().unwrap();
/// assert!((losses[0] - 4.0_f32.ln()).abs() < 1e-6 && (losses[1] - 2.0_f32.ln()).abs() < 1e-6);
/// ```
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct MarginalCrossEntropy;

impl Loss<OneOf> for MarginalCrossEntropy {
    /// # Panics
    /// If the shapes differ.
    fn per_example(&self, output: Tensor<2>, (classes,): OneOf) -> Tensor<1> {
        if let Some(nothing) = nothing(&output) {
            return nothing;
        }
        check_classes(&output, classes.dims()[1]);
        let scores = Scores::of(output);
        let (among, log_sum) = scores.among(scores.floored().mask_fill(classes.bool_not(), BELOW), None);
        let value = (scores.log_norm.clone() - log_sum).clamp_min(0.0);
        scores.join(value, |probabilities| probabilities - among)
    }

    fn describe(&self) -> String {
        "marginal cross entropy".to_owned()
    }
}
