use std::sync::Arc;

use burn::backend::autodiff::checkpoint::base::Checkpointer;
use burn::backend::autodiff::checkpoint::strategy::CheckpointStrategy;
use burn::backend::autodiff::grads::Gradients;
use burn::backend::autodiff::ops::{Backward, Ops, OpsKind};
use burn::backend::tensor::FloatTensor;
use burn::backend::{Autodiff, Backend, Dispatch, Flex, backend_extension};
use burn::tensor::Tensor;
use burn::tensor::ops::MaxPoolOptions;

use super::is_ours;
use super::numbers::{Numbers, in_order, slice, tensor};
use crate::kernel::{Window, max_pool, max_pool_gradient};

/// The pool by our kernels, or `None` where they do not apply.
pub fn max_pool2d(input: &Tensor<4>, options: &MaxPoolOptions<2>) -> Option<Tensor<4>> {
    let [batch, channels, height, width] = input.dims();
    let window = Window {
        batch,
        channels: [channels; 2],
        groups: channels,
        size: [height, width],
        kernel: options.kernel_size,
        stride: options.stride,
        padding: options.padding,
        dilation: options.dilation,
    };
    // A window that can lie in the padding alone, or that ends beyond it, is left to burn.
    let fits = (0..2).all(|axis| {
        let (before, after) = window.padding[axis];
        let reach = window.dilation[axis] * (window.kernel[axis] - 1) + 1;
        before == after && window.dilation[axis] == 1 && before < reach && reach <= window.size[axis] + before
    });
    if !(is_ours(input) && fits && !options.ceil_mode && window.taps() <= 256 && input.shape().num_elements() > 0) {
        return None;
    }
    Some(Tensor::from_dispatch(<Dispatch as Pooling>::max_pool(input.clone().into_dispatch(), window)))
}

/// Max pooling as an operation of a backend.
#[backend_extension(Flex, Autodiff)]
pub trait Pooling: Backend {
    fn max_pool(input: FloatTensor<Self>, window: Window) -> FloatTensor<Self>;
}

impl Pooling for Flex {
    fn max_pool(input: Numbers, window: Window) -> Numbers {
        output(max_pool(&window, slice(&in_order(input))).0, &window)
    }
}

fn output(numbers: Vec<f32>, window: &Window) -> Numbers {
    let [height, width] = window.output_size();
    tensor(numbers, [window.batch, window.channels[0], height, width])
}

#[derive(Debug)]
struct Gradient;

impl Backward<Flex, 1> for Gradient {
    type State = (Arc<Vec<u8>>, Window);

    fn backward(self, ops: Ops<Self::State, 1>, gradients: &mut Gradients, _: &mut Checkpointer) {
        let gradient = in_order(gradients.consume::<Flex>(&ops.node));
        let ([node], (taps, window)) = (ops.parents, ops.state);
        if let Some(node) = node {
            let [height, width] = window.size;
            let numbers = max_pool_gradient(&window, &taps, slice(&gradient));
            gradients.register::<Flex>(node.id, tensor(numbers, [window.batch, window.channels[0], height, width]));
        }
    }
}

impl<C: CheckpointStrategy> Pooling for Autodiff<Flex, C> {
    fn max_pool(input: FloatTensor<Self>, window: Window) -> FloatTensor<Self> {
        let (input, node) = input.into_parts();
        let (numbers, taps) = max_pool(&window, slice(&in_order(input)));
        match Gradient.prepare::<C>([node]).compute_bound().stateful() {
            OpsKind::Tracked(step) => step.finish((Arc::new(taps), window), output(numbers, &window)),
            OpsKind::UnTracked(step) => step.finish(output(numbers, &window)),
        }
    }
}
