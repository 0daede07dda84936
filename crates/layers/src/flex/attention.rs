use burn::backend::autodiff::checkpoint::base::Checkpointer;
use burn::backend::autodiff::checkpoint::strategy::CheckpointStrategy;
use burn::backend::autodiff::grads::Gradients;
use burn::backend::autodiff::ops::{Backward, Ops, OpsKind};
use burn::backend::tensor::FloatTensor;
use burn::backend::{Autodiff, Backend, Dispatch, Flex, TensorMetadata, backend_extension};
use burn::tensor::Tensor;

use super::is_ours;
use super::numbers::{Numbers, in_order, slice, tensor};
use crate::kernel::{AttentionShape, attention, attention_gradient};

/// Attention by our kernel, or `None` where it does not apply.
pub fn attend(all: &Tensor<3>, heads: usize) -> Option<Tensor<3>> {
    let [pictures, tokens, width] = all.dims();
    if !is_ours(all) || pictures * tokens * width == 0 {
        return None;
    }
    Some(Tensor::from_dispatch(<Dispatch as Attention>::attend(all.clone().into_dispatch(), heads)))
}

/// Attention as an operation of a backend.
#[backend_extension(Flex, Autodiff)]
pub trait Attention: Backend {
    fn attend(all: FloatTensor<Self>, heads: usize) -> FloatTensor<Self>;
}

impl Attention for Flex {
    fn attend(all: Numbers, heads: usize) -> Numbers {
        let all = in_order(all);
        let shape = shape(&all, heads);
        tensor(attention(&shape, slice(&all)), [shape.pictures, shape.tokens, heads * shape.each])
    }
}

fn shape(all: &Numbers, heads: usize) -> AttentionShape {
    let [pictures, tokens, width] = all.shape().dims();
    AttentionShape { pictures, tokens, heads, each: width / 3 / heads }
}

#[derive(Debug)]
struct Gradient;

impl Backward<Flex, 1> for Gradient {
    type State = (Numbers, usize);

    fn backward(self, ops: Ops<Self::State, 1>, gradients: &mut Gradients, _: &mut Checkpointer) {
        let gradient = in_order(gradients.consume::<Flex>(&ops.node));
        let ([node], (all, heads)) = (ops.parents, ops.state);
        if let Some(node) = node {
            let numbers = attention_gradient(&shape(&all, heads), slice(&all), slice(&gradient));
            gradients.register::<Flex>(node.id, tensor(numbers, all.shape()));
        }
    }
}

impl<C: CheckpointStrategy> Attention for Autodiff<Flex, C> {
    fn attend(all: FloatTensor<Self>, heads: usize) -> FloatTensor<Self> {
        let (all, node) = all.into_parts();
        let all = in_order(all);
        let output = Flex::attend(all.clone(), heads);
        match Gradient.prepare::<C>([node]).compute_bound().stateful() {
            OpsKind::Tracked(step) => step.finish((all, heads), output),
            OpsKind::UnTracked(step) => step.finish(output),
        }
    }
}
