use burn::backend::autodiff::checkpoint::base::Checkpointer;
use burn::backend::autodiff::checkpoint::strategy::CheckpointStrategy;
use burn::backend::autodiff::grads::Gradients;
use burn::backend::autodiff::ops::{Backward, Ops, OpsKind};
use burn::backend::tensor::FloatTensor;
use burn::backend::{Autodiff, Backend, Dispatch, Flex, TensorMetadata, backend_extension};
use burn::tensor::Tensor;

use super::is_ours;
use super::numbers::{Numbers, in_order, slice, tensor};
use crate::kernel::norm::Stack;
use crate::kernel::{Normed, layer_norm as kernel, layer_norm_gradient};

/// A norm over the last dimension by our kernels, or `None` where they do not apply.
pub fn layer_norm<const D: usize>(rows: &Tensor<D>, parameters: [&Tensor<1>; 2], epsilon: f64) -> Option<Tensor<D>> {
    let channels = rows.dims()[D - 1];
    let batch = rows.shape().num_elements() / channels.max(1);
    normed(rows, parameters, Stack { batch, channels, plane: 1 }, epsilon)
}

/// A norm over the channels of a map, likewise.
pub fn channel_norm(map: &Tensor<4>, parameters: [&Tensor<1>; 2], epsilon: f64) -> Option<Tensor<4>> {
    let [batch, channels, height, width] = map.dims();
    normed(map, parameters, Stack { batch, channels, plane: height * width }, epsilon)
}

fn normed<const D: usize>(
    numbers: &Tensor<D>,
    parameters: [&Tensor<1>; 2],
    stack: Stack,
    epsilon: f64,
) -> Option<Tensor<D>> {
    let fits = |parameter: &Tensor<1>| is_ours(parameter) && parameter.dims() == [stack.channels];
    if numbers.shape().num_elements() == 0 || !is_ours(numbers) || !parameters.into_iter().all(fits) {
        return None;
    }
    let [weight, bias] = parameters.map(|parameter| parameter.clone().into_dispatch());
    let numbers = numbers.clone().into_dispatch();
    Some(Tensor::from_dispatch(<Dispatch as LayerNormalization>::layer_normalize(
        numbers,
        weight,
        bias,
        stack,
        epsilon as f32,
    )))
}

/// A norm over the channels of each position as an operation of a backend.
#[backend_extension(Flex, Autodiff)]
pub trait LayerNormalization: Backend {
    fn layer_normalize(
        numbers: FloatTensor<Self>,
        weight: FloatTensor<Self>,
        bias: FloatTensor<Self>,
        stack: Stack,
        epsilon: f32,
    ) -> FloatTensor<Self>;
}

impl LayerNormalization for Flex {
    fn layer_normalize(numbers: Numbers, weight: Numbers, bias: Numbers, stack: Stack, epsilon: f32) -> Numbers {
        Saved::forward(numbers, weight, bias, stack, epsilon).1
    }
}

/// What the backward pass needs.
#[derive(Debug, Clone)]
struct Saved {
    numbers: Numbers,
    weight: Numbers,
    statistics: Vec<f32>,
    stack: Stack,
}

impl Saved {
    fn forward(numbers: Numbers, weight: Numbers, bias: Numbers, stack: Stack, epsilon: f32) -> (Self, Numbers) {
        let [numbers, weight, bias] = [numbers, weight, bias].map(in_order);
        let Normed { output, statistics } = kernel(&stack, slice(&numbers), [slice(&weight), slice(&bias)], epsilon);
        let output = tensor(output, numbers.shape());
        (Self { numbers, weight, statistics, stack }, output)
    }
}

#[derive(Debug)]
struct Gradient;

impl Backward<Flex, 3> for Gradient {
    type State = Saved;

    fn backward(self, ops: Ops<Saved, 3>, gradients: &mut Gradients, _: &mut Checkpointer) {
        let gradient = in_order(gradients.consume::<Flex>(&ops.node));
        let Saved { numbers, weight, statistics, stack } = &ops.state;
        let parts = layer_norm_gradient(stack, [slice(numbers), statistics], slice(weight), slice(&gradient));
        let shapes = [numbers.shape(), weight.shape(), weight.shape()];
        for ((node, part), shape) in ops.parents.into_iter().zip(parts).zip(shapes) {
            if let Some(node) = node {
                gradients.register::<Flex>(node.id, tensor(part, shape));
            }
        }
    }
}

impl<C: CheckpointStrategy> LayerNormalization for Autodiff<Flex, C> {
    fn layer_normalize(
        numbers: FloatTensor<Self>,
        weight: FloatTensor<Self>,
        bias: FloatTensor<Self>,
        stack: Stack,
        epsilon: f32,
    ) -> FloatTensor<Self> {
        let ((numbers, a), (weight, b), (bias, c)) = (numbers.into_parts(), weight.into_parts(), bias.into_parts());
        let (saved, output) = Saved::forward(numbers, weight, bias, stack, epsilon);
        match Gradient.prepare::<C>([a, b, c]).compute_bound().stateful() {
            OpsKind::Tracked(step) => step.finish(saved, output),
            OpsKind::UnTracked(step) => step.finish(output),
        }
    }
}
