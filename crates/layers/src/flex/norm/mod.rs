//! Batch norm: which tensors the kernels are for. The operations of the backend are in `operations`, the way back in `saved`.

mod operations;
mod saved;

use burn::backend::{Dispatch, TensorMetadata};
use burn::tensor::Tensor;

use self::operations::{Normalization, Rescaling};
use super::numbers::{Numbers, slice};
use super::{beside, is_ours, plain};
use crate::Activation;
use crate::kernel::norm::{Stack, apply};

/// Output, batch mean and batch variance by our kernels, or `None` where they do not apply.
pub fn batch_norm_train<const D: usize>(
    input: &Tensor<D>,
    parameters: [&Tensor<1>; 2],
    shortcut: Option<&Tensor<D>>,
    epsilon: f64,
    activation: Activation,
) -> Option<(Tensor<D>, [Tensor<1>; 2])> {
    if !(parameters.into_iter().all(is_ours) && fits(input, parameters[0], shortcut)) {
        return None;
    }
    let dispatch = |tensor: &Tensor<D>| tensor.clone().into_dispatch();
    let [gamma, beta] = parameters.map(|tensor| tensor.clone().into_dispatch());
    let (output, mean, variance) = match shortcut {
        None => <Dispatch as Normalization>::normalize(dispatch(input), gamma, beta, epsilon, activation),
        Some(shortcut) => {
            let shortcut = dispatch(shortcut);
            <Dispatch as Normalization>::normalize_and_add(dispatch(input), gamma, beta, shortcut, epsilon, activation)
        }
    };
    Some((Tensor::from_dispatch(output), [mean, variance].map(Tensor::from_dispatch)))
}

/// Normalization by given statistics, which get no gradient, or `None` where our kernels do not apply. Parameters are gamma, beta,
/// mean and variance.
pub fn batch_norm<const D: usize>(
    input: &Tensor<D>,
    parameters: [&Tensor<1>; 4],
    shortcut: Option<&Tensor<D>>,
    epsilon: f64,
    activation: Activation,
) -> Option<Tensor<D>> {
    if !(parameters.into_iter().all(is_ours) && fits(input, parameters[0], shortcut)) {
        return None;
    }
    let [gamma, beta, mean, variance] = parameters;
    let (mean, variance) = (plain(mean)?, plain(variance)?);
    let tracked = gamma.is_tracked() || beta.is_tracked() || input.is_tracked();
    if tracked || shortcut.is_some_and(Tensor::is_tracked) {
        let statistics = [&mean, &variance].map(|numbers| slice(numbers).to_vec());
        let on_graph = || batch_norm_on_graph(input, [gamma, beta], shortcut, statistics, epsilon, activation);
        return input.device().is_autodiff().then(on_graph);
    }
    let (gamma, beta, numbers) = (plain(gamma)?, plain(beta)?, plain(input)?);
    let shortcut = match shortcut {
        Some(shortcut) => Some(plain(shortcut)?),
        None => None,
    };
    let [scale, shift] = line([slice(&gamma), slice(&beta), slice(&mean), slice(&variance)], epsilon);
    let shortcut = shortcut.as_ref().map(slice);
    Some(beside(input, apply(&stack(&numbers), slice(&numbers), [&scale, &shift], shortcut, activation)))
}

fn batch_norm_on_graph<const D: usize>(
    input: &Tensor<D>,
    parameters: [&Tensor<1>; 2],
    shortcut: Option<&Tensor<D>>,
    statistics: [Vec<f32>; 2],
    epsilon: f64,
    activation: Activation,
) -> Tensor<D> {
    let [gamma, beta] = parameters.map(|parameter| on_graph(parameter).into_dispatch());
    let input = input.clone().into_dispatch();
    Tensor::from_dispatch(match shortcut {
        None => <Dispatch as Rescaling>::rescale(input, gamma, beta, statistics, epsilon, activation),
        Some(shortcut) => {
            let shortcut = on_graph(shortcut).into_dispatch();
            <Dispatch as Rescaling>::rescale_and_add(input, gamma, beta, shortcut, statistics, epsilon, activation)
        }
    })
}

/// A tensor on an autodiff device, whether it is on a graph or not.
fn on_graph<const D: usize>(tensor: &Tensor<D>) -> Tensor<D> {
    if tensor.device().is_autodiff() { tensor.clone() } else { Tensor::from_inner(tensor.clone()) }
}

/// Whether the kernels, which work plane by plane, are made for these. Rows of features have planes of one number.
fn fits<const D: usize>(input: &Tensor<D>, gamma: &Tensor<1>, shortcut: Option<&Tensor<D>>) -> bool {
    let of_shortcut = |shortcut: &Tensor<D>| is_ours(shortcut) && shortcut.dims() == input.dims();
    let planes = D > 2 && input.shape().num_elements() > 0 && gamma.dims() == [input.dims()[1]];
    planes && is_ours(input) && shortcut.is_none_or(of_shortcut)
}

fn stack(input: &Numbers) -> Stack {
    let shape = input.shape();
    Stack { batch: shape[0], channels: shape[1], plane: shape[2..].iter().product() }
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
