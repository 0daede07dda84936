use burn::backend::autodiff::checkpoint::base::Checkpointer;
use burn::backend::autodiff::checkpoint::strategy::CheckpointStrategy;
use burn::backend::autodiff::grads::Gradients;
use burn::backend::autodiff::ops::{Backward, Ops, OpsKind};
use burn::backend::tensor::FloatTensor;
use burn::backend::{Autodiff, Backend, Dispatch, Flex, TensorMetadata, backend_extension};
use burn::tensor::Tensor;

use super::is_ours;
use super::numbers::{Numbers, in_order, slice, tensor};
use crate::kernel::{scale_gradient, scale_planes};

/// The planes by our kernel, or `None` where it does not apply.
pub fn scale_channels(map: &Tensor<4>, factors: &Tensor<4>) -> Option<Tensor<4>> {
    let [pictures, channels, ..] = map.dims();
    let fits = factors.dims() == [pictures, channels, 1, 1] && map.shape().num_elements() > 0;
    if !(fits && is_ours(map) && is_ours(factors)) {
        return None;
    }
    let [map, factors] = [map, factors].map(|tensor| tensor.clone().into_dispatch());
    Some(Tensor::from_dispatch(<Dispatch as Scaling>::scale(map, factors)))
}

/// Planes times a number each, as an operation of a backend.
#[backend_extension(Flex, Autodiff)]
pub trait Scaling: Backend {
    fn scale(map: FloatTensor<Self>, factors: FloatTensor<Self>) -> FloatTensor<Self>;
}

impl Scaling for Flex {
    fn scale(map: Numbers, factors: Numbers) -> Numbers {
        let [map, factors] = [map, factors].map(in_order);
        tensor(scale_planes(slice(&map), slice(&factors)), map.shape())
    }
}

#[derive(Debug)]
struct Gradient;

impl Backward<Flex, 2> for Gradient {
    type State = [Numbers; 2];

    fn backward(self, ops: Ops<[Numbers; 2], 2>, gradients: &mut Gradients, _: &mut Checkpointer) {
        let gradient = in_order(gradients.consume::<Flex>(&ops.node));
        let ([map, factors], [of_map, of_factors]) = (&ops.state, ops.parents);
        if let Some(node) = of_factors {
            let numbers = scale_gradient(slice(map), slice(&gradient), slice(factors).len());
            gradients.register::<Flex>(node.id, tensor(numbers, factors.shape()));
        }
        if let Some(node) = of_map {
            gradients.register::<Flex>(node.id, Flex::scale(gradient, factors.clone()));
        }
    }
}

impl<C: CheckpointStrategy> Scaling for Autodiff<Flex, C> {
    fn scale(map: FloatTensor<Self>, factors: FloatTensor<Self>) -> FloatTensor<Self> {
        let ((map, a), (factors, b)) = (map.into_parts(), factors.into_parts());
        match Gradient.prepare::<C>([a, b]).compute_bound().stateful() {
            OpsKind::Tracked(step) => {
                let saved = [map, factors].map(in_order);
                let output = Flex::scale(saved[0].clone(), saved[1].clone());
                step.finish(saved, output)
            }
            OpsKind::UnTracked(step) => step.finish(Flex::scale(map, factors)),
        }
    }
}
