use burn::tensor::Tensor;

use crate::describe::described;
use crate::error::within;
use crate::scores::{nothing, wide};
use crate::{Loss, LossError};

/// A regression loss that is a function of each number's gap alone: what [`Known`](crate::Known) can leave numbers out of.
///
/// ```
/// use burn::tensor::{Device, Tensor};
/// use firelight_losses::{MeanSquared, Pointwise};
///
/// let gaps = Tensor::<2>::from_floats([[1.0, -3.0]], &Device::flex());
/// assert_eq!(MeanSquared.of_gaps(gaps).into_data().to_vec::<f32>().unwrap(), [1.0, 9.0]);
/// ```
pub trait Pointwise: Loss<Tensor<2>> {
    /// The loss of each number by its gap, output minus target: `[batch, values]` of both.
    fn of_gaps(&self, gaps: Tensor<2>) -> Tensor<2>;
}

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

/// The mean over the values of `d² / 2β` up to a difference `d` of `β`, and of `|d| - β/2` beyond: `PyTorch`'s `SmoothL1Loss`
/// (Girshick, 2015).
///
/// Squared where it is nearly right, absolute where it is far off. `β` is in the unit of the values; 1 by default.
///
/// ```
/// use burn::tensor::{Device, Tensor};
/// use firelight_losses::{Loss, Reduction, SmoothL1};
///
/// let device = Device::flex();
/// let targets = Tensor::from_data([[0.5, 3.0]], &device);
/// let loss = SmoothL1::new(1.0)?.forward(Tensor::zeros([1, 2], &device), targets, Reduction::Mean);
/// assert_eq!(loss.into_scalar::<f32>(), (0.125 + 2.5) / 2.0);
/// # Ok::<(), firelight_losses::LossError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SmoothL1 {
    beta: f64,
}

/// The mean over the values of `d² / 2` up to a difference `d` of `δ`, and of `δ (|d| - δ/2)` beyond: `PyTorch`'s `HuberLoss`
/// (Huber, 1964).
///
/// [`SmoothL1`] times `δ`, so that the slope beyond is `δ`. 1 by default.
///
/// ```
/// use burn::tensor::{Device, Tensor};
/// use firelight_losses::{Huber, Loss, Reduction};
///
/// let device = Device::flex();
/// let targets = Tensor::from_data([[1.0, 3.0]], &device);
/// let loss = Huber::new(2.0)?.forward(Tensor::zeros([1, 2], &device), targets, Reduction::Mean);
/// assert_eq!(loss.into_scalar::<f32>(), (0.5 + 4.0) / 2.0);
/// # Ok::<(), firelight_losses::LossError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Huber {
    delta: f64,
}

impl SmoothL1 {
    /// # Errors
    /// [`LossError::NotPositive`] unless `beta` is above 0, [`LossError::OutsideRange`] unless it is in 1e-12..=1e12.
    pub fn new(beta: f64) -> Result<Self, LossError> {
        Ok(Self { beta: within("beta", beta, [1e-12, 1e12])? })
    }
}

impl Huber {
    /// # Errors
    /// [`LossError::NotPositive`] unless `delta` is above 0, [`LossError::OutsideRange`] unless it is in 1e-12..=1e12.
    pub fn new(delta: f64) -> Result<Self, LossError> {
        Ok(Self { delta: within("delta", delta, [1e-12, 1e12])? })
    }
}

impl Default for SmoothL1 {
    fn default() -> Self {
        Self { beta: 1.0 }
    }
}

impl Default for Huber {
    fn default() -> Self {
        Self { delta: 1.0 }
    }
}

impl Pointwise for MeanSquared {
    fn of_gaps(&self, gaps: Tensor<2>) -> Tensor<2> {
        gaps.square()
    }
}

impl Pointwise for MeanAbsolute {
    fn of_gaps(&self, gaps: Tensor<2>) -> Tensor<2> {
        gaps.abs()
    }
}

impl Pointwise for SmoothL1 {
    fn of_gaps(&self, gaps: Tensor<2>) -> Tensor<2> {
        bent(gaps, self.beta) / self.beta
    }
}

impl Pointwise for Huber {
    fn of_gaps(&self, gaps: Tensor<2>) -> Tensor<2> {
        bent(gaps, self.delta)
    }
}

/// `d² / 2` up to `end`, a straight line beyond. A product and no choice between two branches: the gradient of the branch that is not
/// taken would be 0 times what may be infinite.
fn bent(gaps: Tensor<2>, end: f64) -> Tensor<2> {
    let far = gaps.abs();
    let near = far.clone().clamp_max(end);
    (far - near.clone() / 2.0) * near
}

macro_rules! over_values {
    ($($loss:ty: $words:expr;)*) => {$(
        impl Loss<Tensor<2>> for $loss {
            fn per_example(&self, output: Tensor<2>, targets: Tensor<2>) -> Tensor<1> {
                if let Some(nothing) = nothing(&output) {
                    check_partners(&output, &targets);
                    return nothing;
                }
                let [batch, _] = output.dims();
                self.of_gaps(gaps(output, targets)).mean_dim(1).reshape([batch])
            }

            fn describe(&self) -> String {
                let words: fn(&Self) -> String = $words;
                words(self)
            }

            /// The output is the prediction itself.
            fn activation(&self, output: Tensor<2>) -> Tensor<2> {
                output
            }
        }
    )*};
}

over_values! {
    MeanSquared: |_| "mean squared error".to_owned();
    MeanAbsolute: |_| "mean absolute error".to_owned();
    SmoothL1: |loss| described("smooth L1", &[format!("beta {}", loss.beta)]);
    Huber: |loss| described("huber", &[format!("delta {}", loss.delta)]);
}

/// Output minus target, in at least single precision.
fn gaps(output: Tensor<2>, targets: Tensor<2>) -> Tensor<2> {
    check_partners(&output, &targets);
    let output = wide(output);
    let targets = wide(targets).cast(output.dtype());
    output - targets
}

/// # Panics
/// If the shapes differ.
pub(crate) fn check_partners(output: &Tensor<2>, targets: &Tensor<2>) {
    assert!(
        output.dims() == targets.dims(),
        "output is {:?}, targets are {:?}: a value has no partner",
        output.dims(),
        targets.dims()
    );
}
