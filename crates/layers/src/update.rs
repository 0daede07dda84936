//! Optimizer updates in one pass over each parameter, and the length of gradients.
//!
//! For use in an implementation of burn's `Optimizer`. On flex a parameter, its state and its gradient are read
//! and written once, by all threads, in place where nothing else holds them; elsewhere the same formula runs as burn's
//! operations.

use burn::tensor::Tensor;

pub use crate::factors::{AdamFactors, SgdFactors};

/// One step of Adam: the new parameter, mean and square.
///
/// ```text
/// mean   ← momentum · mean + (1 − momentum) · gradient
/// square ← sqr_momentum · square + (1 − sqr_momentum) · gradient²
/// parameter ← keep · parameter − rate · mean / (√(square · square_unbias) + epsilon)
/// ```
///
/// Without `means` both begin at zero. Sources: Kingma and Ba, *Adam* (2015); Loshchilov and Hutter, *Decoupled Weight
/// Decay Regularization* (2019).
///
/// # Panics
///
/// If the tensors differ in shape or device.
pub fn adam<const D: usize>(
    factors: &AdamFactors,
    parameter: Tensor<D>,
    means: Option<[Tensor<D>; 2]>,
    gradient: Tensor<D>,
) -> [Tensor<D>; 3] {
    let [mean, square] = means.unwrap_or_else(|| [gradient.zeros_like(), gradient.zeros_like()]);
    #[cfg(feature = "flex")]
    if crate::flex::update::fits(&parameter, &[&mean, &square, &gradient]) {
        return crate::flex::update::adam(factors, parameter, [mean, square], gradient);
    }
    let squared = gradient.clone().square().mul_scalar(1.0 - factors.sqr_momentum);
    let mean = mean.mul_scalar(factors.momentum) + gradient.mul_scalar(1.0 - factors.momentum);
    let square = square.mul_scalar(factors.sqr_momentum) + squared;
    let spread = square.clone().mul_scalar(factors.square_unbias).sqrt().add_scalar(factors.epsilon);
    let step = mean.clone().div(spread).mul_scalar(factors.rate);
    [parameter.mul_scalar(factors.keep) - step, mean, square]
}

/// One step of gradient descent: the new parameter and velocity.
///
/// ```text
/// velocity ← momentum · velocity + fresh · gradient
/// parameter ← keep · parameter − rate · velocity             (nesterov: rate · (gradient + momentum · velocity))
/// ```
///
/// Without a velocity the step is along the gradient itself, and none comes back.
///
/// # Panics
///
/// If the tensors differ in shape or device.
pub fn sgd<const D: usize>(
    factors: &SgdFactors,
    parameter: Tensor<D>,
    velocity: Option<Tensor<D>>,
    gradient: Tensor<D>,
) -> (Tensor<D>, Option<Tensor<D>>) {
    #[cfg(feature = "flex")]
    if crate::flex::update::fits(&parameter, &[&gradient, velocity.as_ref().unwrap_or(&gradient)]) {
        return crate::flex::update::sgd(factors, parameter, velocity, gradient);
    }
    let velocity =
        velocity.map(|velocity| velocity.mul_scalar(factors.momentum) + gradient.clone().mul_scalar(factors.fresh));
    let step = match &velocity {
        None => gradient,
        Some(velocity) if factors.nesterov => gradient + velocity.clone().mul_scalar(factors.momentum),
        Some(velocity) => velocity.clone(),
    };
    (parameter.mul_scalar(factors.keep) - step.mul_scalar(factors.rate), velocity)
}

/// The sum of all squares of a tensor, `[1]`: what the length of a gradient is made of. On flex they are read once, and added up in
/// an order that depends on their number alone; NaN and infinite numbers stay what they are.
///
/// ```
/// use burn::tensor::{Device, Tensor};
/// use firelight_layers::update::sum_of_squares;
///
/// let gradient = Tensor::<2>::from_floats([[3.0, 0.0], [0.0, 4.0]], &Device::flex());
/// assert_eq!(sum_of_squares(gradient).into_scalar::<f32>(), 25.0);
/// ```
pub fn sum_of_squares<const D: usize>(tensor: Tensor<D>) -> Tensor<1> {
    #[cfg(feature = "flex")]
    if crate::flex::update::fits(&tensor, &[]) {
        return crate::flex::update::sum_of_squares(tensor);
    }
    tensor.square().sum()
}
