//! What one step of an optimizer multiplies by.

/// The factors of one step of Adam with decoupled weight decay; see [`adam`](crate::update::adam).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct AdamFactors {
    /// Decay of the running mean of gradients.
    pub momentum: f64,
    /// Decay of the running mean of squared gradients.
    pub sqr_momentum: f64,
    /// The learning rate over the bias correction of the mean.
    pub rate: f64,
    /// One over the bias correction of the mean of squares.
    pub square_unbias: f64,
    /// Keeps the quotient finite.
    pub epsilon: f64,
    /// What is left of the parameter: one less rate times weight decay.
    pub keep: f64,
}

/// The factors of one step of gradient descent; see [`sgd`](crate::update::sgd).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SgdFactors {
    /// Decay of the velocity.
    pub momentum: f64,
    /// Factor of the gradient on its way into the velocity: one less the dampening.
    pub fresh: f64,
    /// The learning rate.
    pub rate: f64,
    /// What is left of the parameter: one less rate times weight decay.
    pub keep: f64,
    /// Whether the step looks ahead by the momentum.
    pub nesterov: bool,
}
