use burn::backend::autodiff::checkpoint::base::Checkpointer;
use burn::backend::autodiff::grads::Gradients;
use burn::backend::autodiff::ops::{Backward, Ops};
use burn::backend::{Flex, TensorMetadata};

use super::super::numbers::{Numbers, changeable, in_order, slice, tensor};
use super::{inverse, line, stack};
use crate::Activation;
use crate::kernel::norm::{Open, Stack, apply, close, scale, scale_in_place, spread, spread_in_place, statistics};

/// What the backward pass needs.
#[derive(Debug, Clone)]
pub struct Saved {
    input: Numbers,
    /// Only where a shortcut was added: without one, the input tells where the activation was open.
    output: Option<Numbers>,
    gamma: Numbers,
    line: [Vec<f32>; 2],
    mean: Vec<f32>,
    variance: Vec<f32>,
    /// Whether mean and variance are the input's own, so that its gradient goes through them too.
    own: bool,
    epsilon: f64,
    activation: Activation,
}

impl Saved {
    /// Also output, mean and variance. Without `given` statistics the input's own are taken.
    pub fn forward(
        parts: [Numbers; 3],
        given: Option<[Vec<f32>; 2]>,
        shortcut: Option<Numbers>,
        epsilon: f64,
        activation: Activation,
    ) -> (Self, (Numbers, Numbers, Numbers)) {
        let [input, gamma, beta] = parts.map(in_order);
        let stack = stack(&input);
        let own = given.is_none();
        let [mean, variance] = given.unwrap_or_else(|| statistics(&stack, slice(&input)));
        let line = line([slice(&gamma), slice(&beta), &mean, &variance], epsilon);
        let shortcut = shortcut.map(in_order);
        let output = apply(&stack, slice(&input), [&line[0], &line[1]], shortcut.as_ref().map(slice), activation);
        let output = tensor(output, input.shape());
        let kept = (shortcut.is_some() && activation != Activation::Identity).then(|| output.clone());
        let of_channel = |numbers: &Vec<f32>| tensor(numbers.clone(), [stack.channels]);
        let results = (output, of_channel(&mean), of_channel(&variance));
        (Self { input, output: kept, gamma, line, mean, variance, own, epsilon, activation }, results)
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
        let inverses: Vec<f64> =
            self.variance.iter().map(|variance| f64::from(inverse(*variance, self.epsilon))).collect();
        let of_gamma = products.iter().zip(&inverses).map(|(product, inverse)| (product * inverse) as f32).collect();
        let of_beta = sums.iter().map(|sum| *sum as f32).collect();
        let of_channel = |numbers: Vec<f32>| tensor(numbers, [stack.channels]);
        let (of_input, of_shortcut) = match (self.own, with_shortcut) {
            (true, false) => {
                let factors = self.factors(&stack, &inverses, [&sums, &products]);
                spread_in_place(&stack, input, &self.mean, &factors, gradient.storage_mut());
                (gradient, None)
            }
            (true, true) => {
                let factors = self.factors(&stack, &inverses, [&sums, &products]);
                let of_input = spread(&stack, input, &self.mean, &factors, slice(&gradient));
                (tensor(of_input, self.input.shape()), Some(gradient))
            }
            (false, false) => {
                scale_in_place(&stack, &self.line[0], gradient.storage_mut());
                (gradient, None)
            }
            (false, true) => {
                let of_input = scale(&stack, &self.line[0], slice(&gradient));
                (tensor(of_input, self.input.shape()), Some(gradient))
            }
        };
        ([of_input, of_channel(of_gamma), of_channel(of_beta)], of_shortcut)
    }

    /// What the gradient of the input is made of where it goes through its own statistics, channel by channel.
    fn factors(&self, stack: &Stack, inverses: &[f64], [sums, products]: [&[f64]; 2]) -> Vec<[f32; 3]> {
        let count = (stack.batch * stack.plane) as f64;
        slice(&self.gamma)
            .iter()
            .zip(inverses)
            .zip(sums.iter().zip(products))
            .map(|((gamma, inverse), (sum, product))| {
                let scale = f64::from(*gamma) * inverse;
                [scale, -scale * product * inverse * inverse / count, -scale * sum / count].map(|factor| factor as f32)
            })
            .collect()
    }
}

/// The way back.
#[derive(Debug)]
pub struct Gradient;

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
