use burn::backend::autodiff::checkpoint::strategy::CheckpointStrategy;
use burn::backend::autodiff::ops::{Backward, NodeGuard, OpsKind};
use burn::backend::tensor::FloatTensor;
use burn::backend::{Autodiff, AutodiffBackend, Backend, Flex, backend_extension};

use super::super::numbers::Numbers;
use super::saved::{Gradient, Saved};
use crate::Activation;

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

/// Normalization by given statistics as an operation of a backend.
#[backend_extension(Flex, Autodiff)]
pub trait Rescaling: Backend {
    fn rescale(
        input: FloatTensor<Self>,
        gamma: FloatTensor<Self>,
        beta: FloatTensor<Self>,
        statistics: [Vec<f32>; 2],
        epsilon: f64,
        activation: Activation,
    ) -> FloatTensor<Self>;

    fn rescale_and_add(
        input: FloatTensor<Self>,
        gamma: FloatTensor<Self>,
        beta: FloatTensor<Self>,
        shortcut: FloatTensor<Self>,
        statistics: [Vec<f32>; 2],
        epsilon: f64,
        activation: Activation,
    ) -> FloatTensor<Self>;
}

impl Normalization for Flex {
    fn normalize(
        input: Numbers,
        gamma: Numbers,
        beta: Numbers,
        epsilon: f64,
        activation: Activation,
    ) -> (Numbers, Numbers, Numbers) {
        Saved::forward([input, gamma, beta], None, None, epsilon, activation).1
    }

    fn normalize_and_add(
        input: Numbers,
        gamma: Numbers,
        beta: Numbers,
        shortcut: Numbers,
        epsilon: f64,
        activation: Activation,
    ) -> (Numbers, Numbers, Numbers) {
        Saved::forward([input, gamma, beta], None, Some(shortcut), epsilon, activation).1
    }
}

impl Rescaling for Flex {
    fn rescale(
        input: Numbers,
        gamma: Numbers,
        beta: Numbers,
        statistics: [Vec<f32>; 2],
        epsilon: f64,
        activation: Activation,
    ) -> Numbers {
        Saved::forward([input, gamma, beta], Some(statistics), None, epsilon, activation).1.0
    }

    fn rescale_and_add(
        input: Numbers,
        gamma: Numbers,
        beta: Numbers,
        shortcut: Numbers,
        statistics: [Vec<f32>; 2],
        epsilon: f64,
        activation: Activation,
    ) -> Numbers {
        Saved::forward([input, gamma, beta], Some(statistics), Some(shortcut), epsilon, activation).1.0
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
        let (saved, (output, mean, variance)) = Saved::forward([input, gamma, beta], None, None, epsilon, activation);
        let output = recorded::<C, 3>([a, b, c], saved, output);
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
        let (saved, (output, mean, variance)) = Saved::forward(parts, None, Some(shortcut), epsilon, activation);
        let output = recorded::<C, 4>([a, b, c, d], saved, output);
        (output, Self::from_inner(mean), Self::from_inner(variance))
    }
}

impl<C: CheckpointStrategy> Rescaling for Autodiff<Flex, C> {
    fn rescale(
        input: FloatTensor<Self>,
        gamma: FloatTensor<Self>,
        beta: FloatTensor<Self>,
        statistics: [Vec<f32>; 2],
        epsilon: f64,
        activation: Activation,
    ) -> FloatTensor<Self> {
        let ((input, a), (gamma, b), (beta, c)) = (input.into_parts(), gamma.into_parts(), beta.into_parts());
        let (saved, (output, _, _)) = Saved::forward([input, gamma, beta], Some(statistics), None, epsilon, activation);
        recorded::<C, 3>([a, b, c], saved, output)
    }

    fn rescale_and_add(
        input: FloatTensor<Self>,
        gamma: FloatTensor<Self>,
        beta: FloatTensor<Self>,
        shortcut: FloatTensor<Self>,
        statistics: [Vec<f32>; 2],
        epsilon: f64,
        activation: Activation,
    ) -> FloatTensor<Self> {
        let ((input, a), (gamma, b), (beta, c)) = (input.into_parts(), gamma.into_parts(), beta.into_parts());
        let (shortcut, d) = shortcut.into_parts();
        let parts = [input, gamma, beta];
        let (saved, (output, _, _)) = Saved::forward(parts, Some(statistics), Some(shortcut), epsilon, activation);
        recorded::<C, 4>([a, b, c, d], saved, output)
    }
}

/// An output with the way back to its inputs, where one of them wants that.
fn recorded<C: CheckpointStrategy, const N: usize>(
    inputs: [NodeGuard; N],
    saved: Saved,
    output: Numbers,
) -> FloatTensor<Autodiff<Flex, C>>
where
    Gradient: Backward<Flex, N, State = Saved>,
{
    match Gradient.prepare::<C>(inputs).compute_bound().stateful() {
        OpsKind::Tracked(step) => step.finish(saved, output),
        OpsKind::UnTracked(step) => step.finish(output),
    }
}
