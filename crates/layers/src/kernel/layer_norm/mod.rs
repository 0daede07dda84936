//! A norm over the channels of each position, whether these lie a plane apart or side by side.

mod planes;
mod rows;

use super::norm::Stack;

/// Positions that a task has: of planes, their numbers of one channel are a few lines of a cache.
const PIECE: usize = 128;

impl Stack {
    /// Tasks of a picture.
    fn pieces(&self) -> usize {
        self.plane.div_ceil(PIECE)
    }

    /// Pictures of one position each are rows: a task has several.
    fn are_rows(&self) -> bool {
        self.plane == 1
    }
}

/// What a norm gives, and what its way back needs.
#[derive(Debug, Clone)]
pub struct Normed {
    pub output: Vec<f32>,
    /// Of each task the means of its positions and then what 1 is divided by their deviations, both with room for [`PIECE`].
    pub statistics: Vec<f32>,
}

/// `(x - mean) / √(variance + epsilon) · weight + bias`, with mean and variance over a position's channels.
pub fn layer_norm(stack: &Stack, numbers: &[f32], [weight, bias]: [&[f32]; 2], epsilon: f32) -> Normed {
    let forward = if stack.are_rows() { rows::forward } else { planes::forward };
    forward(stack, numbers, [weight, bias], epsilon)
}

/// The gradients of numbers, weight and bias.
pub fn layer_norm_gradient(
    stack: &Stack,
    [numbers, statistics]: [&[f32]; 2],
    weight: &[f32],
    gradient: &[f32],
) -> [Vec<f32>; 3] {
    let backward = if stack.are_rows() { rows::backward } else { planes::backward };
    let (of_numbers, sums) = backward(stack, [numbers, statistics], weight, gradient);
    // In the order of the tasks, whoever has done them.
    let mut totals = vec![0.0f64; 2 * stack.channels];
    for sums in sums.chunks_exact(2 * stack.channels) {
        for (total, sum) in totals.iter_mut().zip(sums) {
            *total += f64::from(*sum);
        }
    }
    let of_bias = totals.split_off(stack.channels);
    let [of_weight, of_bias] = [totals, of_bias].map(|totals| totals.into_iter().map(|total| total as f32).collect());
    [of_numbers, of_weight, of_bias]
}
