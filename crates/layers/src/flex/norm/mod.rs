use burn::backend::autodiff::checkpoint::base::Checkpointer;
use burn::backend::autodiff::checkpoint::strategy::CheckpointStrategy;
use burn::backend::autodiff::grads::Gradients;
use burn::backend::autodiff::ops::{Backward, Ops, OpsKind};
use burn::backend::tensor::FloatTensor;
use burn::backend::{Autodiff, AutodiffBackend, Backend, Dispatch, Flex, TensorMetadata, backend_extension};
use burn::tensor::Tensor;

use super::numbers::{Numbers, changeable, in_order, slice, tensor};
use super::{beside, is_ours, plain};
use crate::Activation;
use crate::kernel::norm::{Open, Stack, apply, close, spread, spread_in_place, statistics};

/// Output, batch mean and batch variance by our kernels, or `None` where they do not apply.
pub fn batch_norm_train(
    input: &Tensor<4>,
    [gamma, beta]: [&Tensor<1>; 2],
    shortcut: Option<&Tensor<4>>,
    epsilon: f64,
    activation: Activation,
) -> Option<(Tensor<4>, [Tensor<1>; 2])> {
    let ours = is_ours(input) && is_ours(gamma) && is_ours(beta) && shortcut.is_none_or(is_ours);
    let fits = shortcut.is_none_or(|shortcut| shortcut.dims() == input.dims()) && input.shape().num_elements() > 0;
    if !(ours && fits) {
        return None;
    }
    let dispatch = |tensor: &Tensor<4>| tensor.clone().into_dispatch();
    let [gamma, beta] = [gamma, beta].map(|tensor| tensor.clone().into_dispatch());
    let (output, mean, variance) = match shortcut {
        None => <Dispatch as Normalization>::normalize(dispatch(input), gamma, beta, epsilon, activation),
        Some(shortcut) => {
            let shortcut = dispatch(shortcut);
            <Dispatch as Normalization>::normalize_and_add(dispatch(input), gamma, beta, shortcut, epsilon, activation)
        }
    };
    Some((Tensor::from_dispatch(output), [mean, variance].map(Tensor::from_dispatch)))
}

/// Normalization by given statistics where no gradient is asked for, or `None` where our kernels do not apply.
pub fn batch_norm(
    input: &Tensor<4>,
    parameters: [&Tensor<1>; 4],
    shortcut: Option<&Tensor<4>>,
    epsilon: f64,
    activation: Activation,
) -> Option<Tensor<4>> {
    if input.shape().num_elements() == 0 || shortcut.is_some_and(|shortcut| shortcut.dims() != input.dims()) {
        return None;
    }
    let [gamma, beta, mean, variance] = parameters.map(plain);
    let [gamma, beta, mean, variance] = [gamma?, beta?, mean?, variance?];
    let numbers = plain(input)?;
    let shortcut = match shortcut {
        Some(shortcut) => Some(plain(shortcut)?),
        None => None,
    };
    let [scale, shift] = line([slice(&gamma), slice(&beta), slice(&mean), slice(&variance)], epsilon);
    let shortcut = shortcut.as_ref().map(slice);
    Some(beside(input, apply(&stack(&numbers), slice(&numbers), [&scale, &shift], shortcut, activation)))
}

fn stack(input: &Numbers) -> Stack {
    let [batch, channels, height, width] = input.shape().dims();
    Stack { batch, channels, plane: height * width }
}

/// Scale and shift of each channel: `γ / √(σ² + ε)` and `β - μ · γ / √(σ² + ε)`.
fn line([gamma, beta, mean, variance]: [&[f32]; 4], epsilon: f64) -> [Vec<f32>; 2] {
    let scale: Vec<f32> =
        gamma.iter().zip(variance).map(|(gamma, variance)| gamma * inverse(*variance, epsilon)).collect();
    let shift = scale.iter().zip(beta).zip(mean).map(|((scale, beta), mean)| beta - mean * scale).collect();
    [scale, shift]
}

fn inverse(variance: f32, epsilon: f64) -> f32 {
    (1.0 / (f64::from(variance) + epsilon).sqrt()) as f32
}

/// Normalization by the batch's own statistics as an operation of a backend: output, mean and variance.
#[backend_extension(Flex, Autodiff)]
pub trait Normalization: Backend {
    fn normalize(
        input: FloatTensor<Self>,
        gamma: FloatTensor<Self>,
        beta: FloatTensor<Self>,
        epsilon: f64,
        activation: Activation,
    ) -> (FloatTensor<Self>, FloatTensor<Self>, FloatTensor<Self>);

    fn normalize_and_add(
        input: FloatTensor<Self>,
        gamma: FloatTensor<Self>,
        beta: FloatTensor<Self>,
        shortcut: FloatTensor<Self>,
        epsilon: f64,
        activation: Activation,
    ) -> (FloatTensor<Self>, FloatTensor<Self>, FloatTensor<Self>);
}

impl Normalization for Flex {
    fn normalize(
        input: Numbers,
        gamma: Numbers,
        beta: Numbers,
        epsilon: f64,
        activation: Activation,
    ) -> (Numbers, Numbers, Numbers) {
        Saved::forward([input, gamma, beta], None, epsilon, activation).1
    }

    fn normalize_and_add(
        input: Numbers,
        gamma: Numbers,
        beta: Numbers,
        shortcut: Numbers,
        epsilon: f64,
        activation: Activation,
    ) -> (Numbers, Numbers, Numbers) {
        Saved::forward([input, gamma, beta], Some(shortcut), epsilon, activation).1
    }
}

/// What the backward pass needs.
#[derive(Debug, Clone)]
struct Saved {
    input: Numbers,
    /// Only where a shortcut was added: without one, the input tells where the activation was open.
    output: Option<Numbers>,
    gamma: Numbers,
    line: [Vec<f32>; 2],
    mean: Vec<f32>,
    variance: Vec<f32>,
    epsilon: f64,
    activation: Activation,
}

impl Saved {
    fn forward(
        parts: [Numbers; 3],
        shortcut: Option<Numbers>,
        epsilon: f64,
        activation: Activation,
    ) -> (Self, (Numbers, Numbers, Numbers)) {
        let [input, gamma, beta] = parts.map(in_order);
        let stack = stack(&input);
        let [mean, variance] = statistics(&stack, slice(&input));
        let line = line([slice(&gamma), slice(&beta), &mean, &variance], epsilon);
        let shortcut = shortcut.map(in_order);
        let output = apply(&stack, slice(&input), [&line[0], &line[1]], shortcut.as_ref().map(slice), activation);
        let output = tensor(output, input.shape());
        let kept = (shortcut.is_some() && activation != Activation::Identity).then(|| output.clone());
        let of_channel = |numbers: &Vec<f32>| tensor(numbers.clone(), [stack.channels]);
        let results = (output, of_channel(&mean), of_channel(&variance));
        (Self { input, output: kept, gamma, line, mean, variance, epsilon, activation }, results)
    }

    /// The gradients of input, gamma and beta, and the shortcut's if it asks for one.
    fn backward(&self, gradient: Numbers, with_shortcut: bool) -> ([Numbers; 3], Option<Numbers>) {
        let stack = stack(&self.input);
        let mut gradient = changeable(gradient);
        let open = match &self.output {
            Some(output) => Open::Output(slice(output)),
            None => Open::Input([&self.line[0], &self.line[1]]),
        };
        let input = slice(&self.input);
        let [sums, products] = close(&stack, input, &self.mean, open, self.activation, gradient.storage_mut());
        let count = (stack.batch * stack.plane) as f64;
        let inverses: Vec<f64> =
            self.variance.iter().map(|variance| f64::from(inverse(*variance, self.epsilon))).collect();
        let factors: Vec<[f32; 3]> = slice(&self.gamma)
            .iter()
            .zip(&inverses)
            .zip(sums.iter().zip(&products))
            .map(|((gamma, inverse), (sum, product))| {
                let scale = f64::from(*gamma) * inverse;
                [scale, -scale * product * inverse * inverse / count, -scale * sum / count].map(|factor| factor as f32)
            })
            .collect();
        let of_gamma = products.iter().zip(&inverses).map(|(product, inverse)| (product * inverse) as f32).collect();
        let of_beta = sums.iter().map(|sum| *sum as f32).collect();
        let of_channel = |numbers: Vec<f32>| tensor(numbers, [stack.channels]);
        let (of_input, of_shortcut) = if with_shortcut {
            let of_input = spread(&stack, input, &self.mean, &factors, slice(&gradient));
            (tensor(of_input, self.input.shape()), Some(gradient))
        } else {
            spread_in_place(&stack, input, &self.mean, &factors, gradient.storage_mut());
            (gradient, None)
        };
        ([of_input, of_channel(of_gamma), of_channel(of_beta)], of_shortcut)
    }
}

#[derive(Debug)]
struct Gradient;

impl Backward<Flex, 3> for Gradient {
    type State = Saved;

    fn backward(self, ops: Ops<Saved, 3>, gradients: &mut Gradients, _: &mut Checkpointer) {
        let gradient = gradients.consume::<Flex>(&ops.node);
        let (parts, _) = ops.state.backward(gradient, false);
        for (node, part) in ops.parents.into_iter().zip(parts) {
            if let Some(node) = node {
                gradients.register::<Flex>(node.id, part);
            }
        }
    }
}

impl Backward<Flex, 4> for Gradient {
    type State = Saved;

    fn backward(self, ops: Ops<Saved, 4>, gradients: &mut Gradients, _: &mut Checkpointer) {
        let gradient = gradients.consume::<Flex>(&ops.node);
        let ([input, gamma, beta], shortcut) = ops.state.backward(gradient, ops.parents[3].is_some());
        for (node, part) in ops.parents.into_iter().zip([Some(input), Some(gamma), Some(beta), shortcut]) {
            if let (Some(node), Some(part)) = (node, part) {
                gradients.register::<Flex>(node.id, part);
            }
        }
    }
}

impl<C: CheckpointStrategy> Normalization for Autodiff<Flex, C> {
    fn normalize(
        input: FloatTensor<Self>,
        gamma: FloatTensor<Self>,
        beta: FloatTensor<Self>,
        epsilon: f64,
        activation: Activation,
    ) -> (FloatTensor<Self>, FloatTensor<Self>, FloatTensor<Self>) {
        let ((input, a), (gamma, b), (beta, c)) = (input.into_parts(), gamma.into_parts(), beta.into_parts());
        let (saved, (output, mean, variance)) = Saved::forward([input, gamma, beta], None, epsilon, activation);
        let output = match Backward::<Flex, 3>::prepare::<C>(Gradient, [a, b, c]).compute_bound().stateful() {
            OpsKind::Tracked(step) => step.finish(saved, output),
            OpsKind::UnTracked(step) => step.finish(output),
        };
        (output, Self::from_inner(mean), Self::from_inner(variance))
    }

    fn normalize_and_add(
        input: FloatTensor<Self>,
        gamma: FloatTensor<Self>,
        beta: FloatTensor<Self>,
        shortcut: FloatTensor<Self>,
        epsilon: f64,
        activation: Activation,
    ) -> (FloatTensor<Self>, FloatTensor<Self>, FloatTensor<Self>) {
        let ((input, a), (gamma, b), (beta, c)) = (input.into_parts(), gamma.into_parts(), beta.into_parts());
        let (shortcut, d) = shortcut.into_parts();
        let parts = [input, gamma, beta];
        let (saved, (output, mean, variance)) = Saved::forward(parts, Some(shortcut), epsilon, activation);
        let output = match Backward::<Flex, 4>::prepare::<C>(Gradient, [a, b, c, d]).compute_bound().stateful() {
            OpsKind::Tracked(step) => step.finish(saved, output),
            OpsKind::UnTracked(step) => step.finish(output),
        };
        (output, Self::from_inner(mean), Self::from_inner(variance))
    }
}
