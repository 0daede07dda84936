use burn::tensor::Tensor;

use super::numbers::slice;
use super::{beside, plain};
use crate::kernel::channel_norm as kernel;
use crate::kernel::norm::Stack;

/// The norm where no gradient is asked for, or `None` where our kernel does not apply.
pub fn channel_norm(map: &Tensor<4>, [weight, bias]: [&Tensor<1>; 2], epsilon: f64) -> Option<Tensor<4>> {
    let [batch, channels, height, width] = map.dims();
    if weight.dims() != [channels] || bias.dims() != [channels] || map.shape().num_elements() == 0 {
        return None;
    }
    let (numbers, weight, bias) = (plain(map)?, plain(weight)?, plain(bias)?);
    let stack = Stack { batch, channels, plane: height * width };
    Some(beside(map, kernel(&stack, slice(&numbers), slice(&weight), slice(&bias), epsilon as f32)))
}
