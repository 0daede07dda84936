/// What is applied to a layer's output in the same pass.
///
/// As `PyTorch` has them: what is not a number stays what it is and lets its gradient through; where an output lies on a bound,
/// its gradient is 0.
///
/// ```
/// use firelight_layers::Activation;
///
/// assert_eq!(Activation::default(), Activation::Identity);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Activation {
    /// Nothing.
    #[default]
    Identity,
    /// `max(x, 0)`.
    Relu,
    /// `min(max(x, 0), 6)`.
    Relu6,
    /// `x / (1 + e⁻ˣ)`, also called swish.
    Silu,
    /// `x · min(max(x + 3, 0), 6) / 6`.
    HardSwish,
    /// `x · Φ(x)` with the normal distribution's Φ, by the error function and not by a hyperbolic tangent.
    Gelu,
}

impl Activation {
    /// What a kernel applies as its sums leave for memory, which are clamps, and what is left to do in a pass of its own.
    #[cfg(feature = "flex")]
    pub(crate) fn split(self) -> (Self, Self) {
        match self {
            Self::Identity | Self::Relu | Self::Relu6 => (self, Self::Identity),
            Self::Silu | Self::HardSwish | Self::Gelu => (Self::Identity, self),
        }
    }

    /// A clamp's least and greatest output, of which one that is not a number bounds nothing.
    #[cfg(feature = "flex")]
    pub(crate) fn bounds(self) -> [f32; 2] {
        match self {
            Self::Relu => [0.0, f32::NAN],
            Self::Relu6 => [0.0, 6.0],
            _ => [f32::NAN, f32::NAN],
        }
    }
}
