use burn::backend::autodiff::checkpoint::base::Checkpointer;
use burn::backend::autodiff::checkpoint::strategy::CheckpointStrategy;
use burn::backend::autodiff::grads::Gradients;
use burn::backend::autodiff::ops::{Backward, Ops, OpsKind};
use burn::backend::tensor::FloatTensor;
use burn::backend::{Autodiff, AutodiffBackend, Backend, Dispatch, Flex, TensorMetadata, backend_extension};
use burn::tensor::Tensor;

use super::numbers::{Numbers, changeable, in_order, slice};
use super::{beside, is_ours, plain};
use crate::kernel;

/// Probabilities, highest scores and logarithms of the sums by our kernel, or `None` where it does not apply.
pub fn softmax(scores: &Tensor<2>, least: f32) -> Option<[Tensor<2>; 3]> {
    let [batch, classes] = scores.dims();
    let numbers = plain(scores).filter(|_| batch * classes > 0)?;
    let [probabilities, highest, log_sum] = kernel::softmax(slice(&numbers), classes, least);
    let column = |numbers| beside(&scores.clone().narrow(1, 0, 1), numbers);
    Some([beside(scores, probabilities), column(highest), column(log_sum)])
}

/// The sums by our kernel, or `None` where it does not apply.
pub fn weigh(scores: &Tensor<2>, weights: &Tensor<2>, offsets: Option<&Tensor<2>>, least: f32) -> Option<Tensor<2>> {
    let [batch, classes] = scores.dims();
    let fits = weights.dims() == [batch, classes] && offsets.is_none_or(|offsets| offsets.dims() == [batch, 1]);
    let (numbers, weights) = (plain(scores).filter(|_| fits && batch * classes > 0)?, plain(weights)?);
    let offsets = match offsets {
        Some(offsets) => Some(plain(offsets)?),
        None => None,
    };
    let sums = kernel::weigh(slice(&numbers), slice(&weights), offsets.as_ref().map(slice), classes, least);
    Some(beside(&scores.clone().narrow(1, 0, 1), sums))
}

/// The values joined to the graph, or `None` where our operation does not apply.
pub fn with_gradient(input: &Tensor<2>, values: &Tensor<1>, gradient: &Tensor<2>) -> Option<Tensor<1>> {
    let ours = is_ours(input) && is_ours(values) && is_ours(gradient) && input.shape().num_elements() > 0;
    let apart = !values.is_tracked() && !gradient.is_tracked();
    let fits = gradient.dims() == input.dims() && values.dims()[0] == input.dims()[0];
    if !(ours && apart && fits) {
        return None;
    }
    let on_graph = |tensor: Tensor<1>| if tensor.device().is_autodiff() { tensor } else { Tensor::from_inner(tensor) };
    let values = on_graph(values.clone()).into_dispatch();
    let gradient =
        if gradient.device().is_autodiff() { gradient.clone() } else { Tensor::from_inner(gradient.clone()) };
    let joined = <Dispatch as Joining>::join(input.clone().into_dispatch(), values, gradient.into_dispatch());
    Some(Tensor::from_dispatch(joined))
}

/// Values whose gradients are known, as an operation of a backend.
#[backend_extension(Flex, Autodiff)]
pub trait Joining: Backend {
    fn join(input: FloatTensor<Self>, values: FloatTensor<Self>, gradient: FloatTensor<Self>) -> FloatTensor<Self>;
}

impl Joining for Flex {
    fn join(_: Numbers, values: Numbers, _: Numbers) -> Numbers {
        values
    }
}

#[derive(Debug)]
struct Gradient;

impl Backward<Flex, 1> for Gradient {
    type State = Numbers;

    fn backward(self, ops: Ops<Numbers, 1>, gradients: &mut Gradients, _: &mut Checkpointer) {
        let factors = in_order(gradients.consume::<Flex>(&ops.node));
        let ([node], gradient) = (ops.parents, ops.state);
        if let Some(node) = node {
            let mut gradient = changeable(gradient);
            let [_, classes] = gradient.shape().dims();
            kernel::scale_rows(gradient.storage_mut(), slice(&factors), classes);
            gradients.register::<Flex>(node.id, gradient);
        }
    }
}

impl<C: CheckpointStrategy> Joining for Autodiff<Flex, C> {
    fn join(input: FloatTensor<Self>, values: FloatTensor<Self>, gradient: FloatTensor<Self>) -> FloatTensor<Self> {
        let (_, node) = input.into_parts();
        let (values, gradient) = (Self::inner(values), Self::inner(gradient));
        match Gradient.prepare::<C>([node]).compute_bound().stateful() {
            OpsKind::Tracked(step) => step.finish(gradient, values),
            OpsKind::UnTracked(step) => step.finish(values),
        }
    }
}
