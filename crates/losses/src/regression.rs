use burn::tensor::Tensor;

use crate::Loss;
use crate::scores::{nothing, wide};

/// The mean squared difference of the values of an example.
///
/// Targets are `Tensor<2>` of the shape of the output, `[batch, values]`. With
/// [`Reduction::Mean`](crate::Reduction::Mean) it agrees with `PyTorch`'s `MSELoss`.
///
/// ```
/// use burn::tensor::{Device, Tensor};
/// use firelight_losses::{Loss, MeanSquared, Reduction};
///
/// let device = Device::flex();
/// let loss = MeanSquared.forward(Tensor::zeros([1, 2], &device), Tensor::from_data([[1.0, 3.0]], &device), Reduction::Mean);
/// assert_eq!(loss.into_scalar::<f32>(), 5.0);
/// ```
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct MeanSquared;

/// The mean absolute difference of the values of an example: `PyTorch`'s `L1Loss`.
///
/// Less drawn to outliers than [`MeanSquared`].
///
/// ```
/// use burn::tensor::{Device, Tensor};
/// use firelight_losses::{Loss, MeanAbsolute, Reduction};
///
/// let device = Device::flex();
/// let loss = MeanAbsolute.forward(Tensor::zeros([1, 2], &device), Tensor::from_data([[1.0, 3.0]], &device), Reduction::Mean);
/// assert_eq!(loss.into_scalar::<f32>(), 2.0);
/// ```
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct MeanAbsolute;

impl Loss<Tensor<2>> for MeanSquared {
    fn per_example(&self, output: Tensor<2>, targets: Tensor<2>) -> Tensor<1> {
        per_example(output, targets, Tensor::<2>::square)
    }

    fn describe(&self) -> String {
        "mean squared error".to_owned()
    }

    /// The output is the prediction itself.
    fn activation(&self, output: Tensor<2>) -> Tensor<2> {
        output
    }
}

impl Loss<Tensor<2>> for MeanAbsolute {
    fn per_example(&self, output: Tensor<2>, targets: Tensor<2>) -> Tensor<1> {
        per_example(output, targets, Tensor::<2>::abs)
    }

    fn describe(&self) -> String {
        "mean absolute error".to_owned()
    }

    /// The output is the prediction itself.
    fn activation(&self, output: Tensor<2>) -> Tensor<2> {
        output
    }
}

fn per_example(output: Tensor<2>, targets: Tensor<2>, measure: impl Fn(Tensor<2>) -> Tensor<2>) -> Tensor<1> {
    assert!(
        output.dims() == targets.dims(),
        "output is {:?}, targets are {:?}: a value has no partner",
        output.dims(),
        targets.dims()
    );
    if let Some(nothing) = nothing(&output) {
        return nothing;
    }
    let [batch, _] = output.dims();
    let output = wide(output);
    let targets = wide(targets).cast(output.dtype());
    measure(output - targets).mean_dim(1).reshape([batch])
}
