use burn::tensor::{Int, Tensor};

use crate::scores::{Scores, add_at};

/// The target's class of each row beside the others, exact where its probability rounds to 0 or 1: `[batch, 1]` each.
pub(crate) struct Own {
    column: Tensor<2, Int>,
    pub probability: Tensor<2>,
    /// `1 - p`.
    pub rest: Tensor<2>,
    /// `-ln p`.
    pub entropy: Tensor<2>,
    /// The probabilities with 0 for the target: `[batch, classes]`.
    others: Tensor<2>,
}

impl Own {
    pub fn of(scores: &Scores, column: Tensor<2, Int>) -> Self {
        let probability = scores.probabilities.clone().gather(1, column.clone());
        let others = add_at(scores.probabilities.clone(), column.clone(), probability.clone().neg());
        // 1 - p from the other classes, exact where p rounds to 1; then -ln p from it where that is small.
        let rest = others.clone().sum_dim(1);
        let near = rest.clone().lower_elem(0.5);
        let far = scores.log_probability(column.clone()).neg();
        let entropy = far.mask_where(near, rest.clone().clamp_max(0.5).neg().log1p().neg());
        Self { column, probability, rest, entropy, others }
    }

    /// With respect to the logits, of what has `slope` (`[batch, 1]`) with respect to `-ln p`: `slope (p - 1)` for the target, `slope p` for
    /// the others.
    pub fn gradient(self, slope: Tensor<2>) -> Tensor<2> {
        add_at(self.others, self.column, self.rest.neg()) * slope
    }
}

/// `1 - exp(-x)` without losing the digits of a small `x`.
pub(crate) fn one_minus_exp_neg(x: Tensor<2>) -> Tensor<2> {
    let small = x.clone().lower_elem(1e-2);
    let series = x.clone() * (x.clone() * (x.clone() / 6.0 - 0.5) + 1.0);
    (x.neg().exp().neg() + 1.0).mask_where(small, series)
}
