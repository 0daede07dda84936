use burn::backend::autodiff::checkpoint::base::Checkpointer;
use burn::backend::autodiff::checkpoint::strategy::CheckpointStrategy;
use burn::backend::autodiff::grads::Gradients;
use burn::backend::autodiff::ops::{Backward, Ops, OpsKind};
use burn::backend::tensor::FloatTensor;
use burn::backend::{Autodiff, Backend, Dispatch, Flex, TensorMetadata, backend_extension};
use burn::tensor::Tensor;

use super::is_ours;
use super::numbers::{Numbers, changeable, in_order, slice, tensor};
use crate::Activation;
use crate::kernel;

/// The activation of each number by our kernel, or `None` where it does not apply.
pub fn smooth<const D: usize>(input: &Tensor<D>, activation: Activation) -> Option<Tensor<D>> {
    if !is_ours(input) || input.shape().num_elements() == 0 {
        return None;
    }
    Some(Tensor::from_dispatch(<Dispatch as Smoothing>::smooth(input.clone().into_dispatch(), activation)))
}

/// Activations as an operation of a backend.
#[backend_extension(Flex, Autodiff)]
pub trait Smoothing: Backend {
    fn smooth(input: FloatTensor<Self>, activation: Activation) -> FloatTensor<Self>;
}

impl Smoothing for Flex {
    fn smooth(input: Numbers, activation: Activation) -> Numbers {
        let shape = input.shape();
        tensor(kernel::smooth(slice(&in_order(input)), activation), shape)
    }
}

#[derive(Debug)]
struct Gradient;

impl Backward<Flex, 1> for Gradient {
    type State = (Numbers, Activation);

    fn backward(self, ops: Ops<Self::State, 1>, gradients: &mut Gradients, _: &mut Checkpointer) {
        let gradient = in_order(gradients.consume::<Flex>(&ops.node));
        let ([node], (input, activation)) = (ops.parents, ops.state);
        if let Some(node) = node {
            let mut gradient = changeable(gradient);
            kernel::smooth_gradient(slice(&input), gradient.storage_mut(), activation);
            gradients.register::<Flex>(node.id, gradient);
        }
    }
}

impl<C: CheckpointStrategy> Smoothing for Autodiff<Flex, C> {
    fn smooth(input: FloatTensor<Self>, activation: Activation) -> FloatTensor<Self> {
        let (input, node) = input.into_parts();
        let input = in_order(input);
        let output = tensor(kernel::smooth(slice(&input), activation), input.shape());
        match Gradient.prepare::<C>([node]).compute_bound().stateful() {
            OpsKind::Tracked(step) => step.finish((input, activation), output),
            OpsKind::UnTracked(step) => step.finish(output),
        }
    }
}
