//! Gradients of where the loss is highest nearby.

use std::fmt;

use burn::module::{ModuleMapper, Param};
use burn::optim::GradientsParams;
use burn::tensor::Tensor;

use crate::LearnerError;
use crate::optim::length;
use firelight_models::Model;

/// Sharpness-aware minimisation: each step follows the gradient not of the weights but of a point a little way up from them, so that training
/// ends in wide valleys. P. Foret, A. Kleiner, H. Mobahi, B. Neyshabur, "Sharpness-Aware Minimization for Efficiently Improving Generalization"
/// (2021).
///
/// With g the gradient of a batch at the weights w that train, the optimizer steps by the batch's gradient at w + ρ g ÷ (‖g‖ + 10⁻¹²), with the same dropout. A
/// step costs two passes. Losses and running statistics of norms are those of w.
///
/// | option | default | range |
/// |---|---|---|
/// | ρ | 0.05, the paper's | over 0 |
///
/// It works on the loaders' device, with an update a batch, in full precision or `bf16`; a fit refuses the rest.
///
/// ```
/// use firelight_learner::Sam;
///
/// assert_eq!(Sam::default(), Sam::new(0.05));
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Sam {
    rho: f64,
}

impl Default for Sam {
    fn default() -> Self {
        Self::new(0.05)
    }
}

impl Sam {
    /// Looks so far up, a length over 0; a fit refuses others.
    pub fn new(rho: f64) -> Self {
        Self { rho }
    }

    pub(crate) fn check(self) -> Result<(), LearnerError> {
        if self.rho.is_finite() && self.rho > 0.0 {
            return Ok(());
        }
        let value = format!("a radius of {}", self.rho);
        Err(LearnerError::Setting { setting: "sharpness", value, remedy: "give a length over 0" })
    }

    /// A copy of the model up the `gradients`, with statistics of its own.
    pub(crate) fn uphill<M: Model>(self, model: &M, gradients: &GradientsParams) -> M {
        let copy = model.valid().train();
        let Some(length) = length(model, gradients) else { return copy };
        copy.map(&mut Climb { gradients, factor: (length + 1e-12).recip() * self.rho })
    }
}

/// `0.05 uphill`, for what a run is compared by.
impl fmt::Display for Sam {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} uphill", self.rho)
    }
}

struct Climb<'a> {
    gradients: &'a GradientsParams,
    /// `[1]`, on the device: nothing is read back.
    factor: Tensor<1>,
}

impl ModuleMapper for Climb<'_> {
    fn map_float<const D: usize>(&mut self, parameter: Param<Tensor<D>>) -> Param<Tensor<D>> {
        let Some(gradient) = self.gradients.get::<D>(parameter.id) else { return parameter };
        let (id, weights, mapper) = parameter.consume();
        let tracked = weights.is_require_grad();
        let way = gradient * self.factor.clone().reshape([1; D]);
        let moved = Tensor::from_inner(weights.inner() + way).set_require_grad(tracked);
        Param::from_mapped_value(id, moved, mapper)
    }
}
