use burn::backend::autodiff::checkpoint::base::Checkpointer;
use burn::backend::autodiff::checkpoint::strategy::CheckpointStrategy;
use burn::backend::autodiff::grads::Gradients;
use burn::backend::autodiff::ops::{Backward, Ops, OpsKind};
use burn::backend::tensor::FloatTensor;
use burn::backend::{Autodiff, Backend, Dispatch, Flex, TensorMetadata, backend_extension};
use burn::tensor::Tensor;

use super::is_ours;
use super::numbers::{Numbers, in_order, slice, tensor};
use crate::kernel::{LinearShape, bias};

/// The layer by our kernels, or `None` where they do not apply.
pub fn linear(x: &Tensor<2>, weight: &Tensor<2>, bias: &Tensor<1>) -> Option<Tensor<2>> {
    let ([rows, inputs], [of_weight, outputs]) = (x.dims(), weight.dims());
    let fits = inputs == of_weight && bias.dims() == [outputs] && rows * inputs * outputs > 0;
    if !(fits && is_ours(x) && is_ours(weight) && is_ours(bias)) {
        return None;
    }
    let [x, weight] = [x, weight].map(|tensor| tensor.clone().into_dispatch());
    Some(Tensor::from_dispatch(<Dispatch as Layer>::apply(x, weight, bias.clone().into_dispatch())))
}

/// A linear layer as an operation of a backend.
#[backend_extension(Flex, Autodiff)]
pub trait Layer: Backend {
    fn apply(x: FloatTensor<Self>, weight: FloatTensor<Self>, bias: FloatTensor<Self>) -> FloatTensor<Self>;
}

impl Layer for Flex {
    fn apply(x: Numbers, weight: Numbers, bias: Numbers) -> Numbers {
        let [x, weight, bias] = [x, weight, bias].map(in_order);
        let shape = rows(&x, &weight);
        tensor(shape.forward(slice(&x), slice(&weight), Some(slice(&bias))), [shape.rows, shape.outputs])
    }
}

fn rows(x: &Numbers, weight: &Numbers) -> LinearShape {
    let ([rows, inputs], [_, outputs]) = (x.shape().dims(), weight.shape().dims());
    LinearShape { rows, inputs, outputs }
}

#[derive(Debug)]
struct Gradient;

impl Backward<Flex, 3> for Gradient {
    type State = [Numbers; 2];

    fn backward(self, ops: Ops<[Numbers; 2], 3>, gradients: &mut Gradients, _: &mut Checkpointer) {
        let gradient = in_order(gradients.consume::<Flex>(&ops.node));
        let [x, weight] = &ops.state;
        let (shape, gradient) = (rows(x, weight), slice(&gradient));
        let [of_x, of_weight, of_bias] = ops.parents;
        if let Some(node) = of_weight {
            let numbers = shape.weight_gradient(slice(x), gradient);
            gradients.register::<Flex>(node.id, tensor(numbers, [shape.inputs, shape.outputs]));
        }
        if let Some(node) = of_bias {
            gradients.register::<Flex>(node.id, tensor(bias::of_rows(shape.outputs, gradient), [shape.outputs]));
        }
        if let Some(node) = of_x {
            let numbers = shape.input_gradient(slice(weight), gradient);
            gradients.register::<Flex>(node.id, tensor(numbers, [shape.rows, shape.inputs]));
        }
    }
}

impl<C: CheckpointStrategy> Layer for Autodiff<Flex, C> {
    fn apply(x: FloatTensor<Self>, weight: FloatTensor<Self>, bias: FloatTensor<Self>) -> FloatTensor<Self> {
        let ((x, a), (weight, b), (bias, c)) = (x.into_parts(), weight.into_parts(), bias.into_parts());
        match Gradient.prepare::<C>([a, b, c]).compute_bound().stateful() {
            OpsKind::Tracked(step) => {
                let [x, weight] = [x, weight].map(in_order);
                let output = Flex::apply(x.clone(), weight.clone(), bias);
                step.finish([x, weight], output)
            }
            OpsKind::UnTracked(step) => step.finish(Flex::apply(x, weight, bias)),
        }
    }
}
