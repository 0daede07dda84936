use std::sync::{Arc, OnceLock};

use burn::backend::autodiff::checkpoint::base::Checkpointer;
use burn::backend::autodiff::checkpoint::strategy::CheckpointStrategy;
use burn::backend::autodiff::grads::Gradients;
use burn::backend::autodiff::ops::{Backward, Ops, OpsKind};
use burn::backend::tensor::FloatTensor;
use burn::backend::{Autodiff, Backend, Dispatch, Flex, TensorMetadata, backend_extension};
use burn::tensor::Tensor;
use burn::tensor::ops::ConvOptions;

use super::numbers::{Numbers, changeable, in_order, slice, tensor};
use super::{is_ours, like, plain};
use crate::Activation;
use crate::kernel::norm::Stack;
use crate::kernel::{
    Beside, Finish, Window, bias, close, depthwise, forward_with, input_gradient, transformed, weight_gradient,
};

/// The convolution by our kernels, or `None` where they do not apply.
pub fn conv2d(
    input: &Tensor<4>,
    weight: &Tensor<4>,
    bias: Option<&Tensor<1>>,
    options: &ConvOptions<2>,
    activation: Activation,
) -> Option<Tensor<4>> {
    let ours = is_ours(input) && is_ours(weight) && bias.is_none_or(is_ours);
    let window = window(input, weight, options).filter(|_| ours)?;
    let (input, weight) = (input.clone().into_dispatch(), weight.clone().into_dispatch());
    Some(Tensor::from_dispatch(match bias {
        None => <Dispatch as Convolution>::convolve(input, weight, window, activation),
        Some(bias) => <Dispatch as Convolution>::convolve_with_bias(
            input,
            weight,
            bias.clone().into_dispatch(),
            window,
            activation,
        ),
    }))
}

/// The convolution, and a shortcut before its activation, where no gradient is asked for; `None` elsewhere, and where our kernels do not
/// apply.
pub fn conv2d_and_add(
    input: &Tensor<4>,
    weight: &Tensor<4>,
    bias: Option<&Tensor<1>>,
    options: &ConvOptions<2>,
    shortcut: Option<&Tensor<4>>,
    activation: Activation,
    kept: Option<&KeptWeights>,
) -> Option<Tensor<4>> {
    let window = window(input, weight, options)?;
    let [height, width] = window.output_size();
    let shape = [window.batch, window.channels[1], height, width];
    if shortcut.is_some_and(|shortcut| shortcut.dims() != shape) {
        return None;
    }
    let (numbers, weight) = (plain(input)?, plain(weight)?);
    let bias = bias.map_or(Some(None), |bias| plain(bias).map(Some))?;
    let shortcut = shortcut.map_or(Some(None), |shortcut| plain(shortcut).map(Some))?;
    let beside = shortcut.as_ref().map_or(Beside::Nothing, |shortcut| Beside::Planes(slice(shortcut)));
    let finish = Finish { bias: bias.as_ref().map(slice), beside, activation };
    let transformed = kept.and_then(|kept| kept.of(&weight, &window));
    Some(like(input, finished(&numbers, &weight, transformed, &window, &finish), shape))
}

/// What the forward pass makes of a layer's weights, of the first that it meets: it holds these, so that nobody changes them in their place.
#[derive(Debug, Clone, Default)]
pub struct KeptWeights(Arc<OnceLock<(Numbers, Vec<f32>)>>);

impl KeptWeights {
    /// Of these weights, or nothing if others came first, or reading them is all there is to do.
    fn of(&self, weight: &Numbers, window: &Window) -> Option<&[f32]> {
        if self.0.get().is_none()
            && let Some(transformed) = transformed(window, slice(weight))
        {
            // Another thread may have been faster; what it keeps is the same.
            let _ = self.0.set((weight.clone(), transformed));
        }
        let (of, transformed) = self.0.get()?;
        std::ptr::eq(slice(of), slice(weight)).then_some(transformed.as_slice())
    }
}

/// The shape of the convolution, if its parts fit: burn's own operation says what is wrong if not.
fn window(input: &Tensor<4>, weight: &Tensor<4>, options: &ConvOptions<2>) -> Option<Window> {
    let ([batch, inputs, height, width], [outputs, of_group, rows, columns]) = (input.dims(), weight.dims());
    let window = Window {
        batch,
        channels: [inputs, outputs],
        groups: options.groups,
        size: [height, width],
        kernel: [rows, columns],
        stride: options.stride,
        padding: options.padding,
        dilation: options.dilation,
    };
    let whole = inputs == of_group * options.groups && outputs % options.groups == 0;
    let fits = (0..2).all(|axis| {
        let (before, after) = window.padding[axis];
        window.kernel[axis] > 0
            && window.size[axis] > 0
            && window.size[axis] + before + after > window.dilation[axis] * (window.kernel[axis] - 1)
    });
    (whole && fits && batch * inputs * outputs > 0).then_some(window)
}

/// Convolution as an operation of a backend.
#[backend_extension(Flex, Autodiff)]
pub trait Convolution: Backend {
    fn convolve(
        input: FloatTensor<Self>,
        weight: FloatTensor<Self>,
        window: Window,
        activation: Activation,
    ) -> FloatTensor<Self>;

    fn convolve_with_bias(
        input: FloatTensor<Self>,
        weight: FloatTensor<Self>,
        bias: FloatTensor<Self>,
        window: Window,
        activation: Activation,
    ) -> FloatTensor<Self>;
}

impl Convolution for Flex {
    fn convolve(input: Numbers, weight: Numbers, window: Window, activation: Activation) -> Numbers {
        run(&in_order(input), &in_order(weight), None, &window, activation)
    }

    fn convolve_with_bias(
        input: Numbers,
        weight: Numbers,
        bias: Numbers,
        window: Window,
        activation: Activation,
    ) -> Numbers {
        run(&in_order(input), &in_order(weight), Some(&in_order(bias)), &window, activation)
    }
}

fn run(input: &Numbers, weight: &Numbers, bias: Option<&Numbers>, window: &Window, activation: Activation) -> Numbers {
    let [height, width] = window.output_size();
    let output =
        finished(input, weight, None, window, &Finish { bias: bias.map(slice), activation, ..Finish::default() });
    tensor(output, [window.batch, window.channels[1], height, width])
}

fn finished(
    input: &Numbers,
    weight: &Numbers,
    transformed: Option<&[f32]>,
    window: &Window,
    finish: &Finish,
) -> Vec<f32> {
    if window.is_depthwise() {
        depthwise::forward(window, slice(input), slice(weight), finish)
    } else {
        forward_with(window, slice(input), slice(weight), transformed, finish)
    }
}

/// What the backward pass needs.
#[derive(Debug, Clone)]
struct Saved {
    input: Numbers,
    weight: Numbers,
    /// Only where an activation follows.
    output: Option<Numbers>,
    window: Window,
    activation: Activation,
}

impl Saved {
    fn new(input: Numbers, weight: Numbers, window: Window, activation: Activation) -> Self {
        Self { input: in_order(input), weight: in_order(weight), output: None, window, activation }
    }

    fn forward(&mut self, bias: Option<&Numbers>) -> Numbers {
        let output = run(&self.input, &self.weight, bias, &self.window, self.activation);
        self.output = (self.activation != Activation::Identity).then(|| output.clone());
        output
    }

    /// The gradient before the activation.
    fn open(&self, gradient: Numbers) -> Numbers {
        let Some(output) = &self.output else { return in_order(gradient) };
        let mut gradient = changeable(gradient);
        close(slice(output), self.activation.bounds(), gradient.storage_mut());
        gradient
    }

    fn input_gradient(&self, gradient: &Numbers) -> Numbers {
        let [weight, gradient] = [slice(&self.weight), slice(gradient)];
        let numbers = if self.window.is_depthwise() {
            depthwise::input_gradient(&self.window, weight, gradient)
        } else {
            input_gradient(&self.window, weight, gradient)
        };
        tensor(numbers, self.input.shape())
    }

    fn weight_gradient(&self, gradient: &Numbers) -> Numbers {
        let [input, gradient] = [slice(&self.input), slice(gradient)];
        let numbers = if self.window.is_depthwise() {
            depthwise::weight_gradient(&self.window, input, gradient)
        } else {
            weight_gradient(&self.window, input, gradient)
        };
        tensor(numbers, self.weight.shape())
    }

    fn bias_gradient(&self, gradient: &Numbers) -> Numbers {
        let channels = self.window.channels[1];
        let stack = Stack { batch: self.window.batch, channels, plane: self.window.output_plane() };
        tensor(bias::of_planes(&stack, slice(gradient)), [channels])
    }
}

#[derive(Debug)]
struct Gradient;

impl Backward<Flex, 2> for Gradient {
    type State = Saved;

    fn backward(self, ops: Ops<Saved, 2>, gradients: &mut Gradients, _: &mut Checkpointer) {
        let gradient = ops.state.open(gradients.consume::<Flex>(&ops.node));
        let [input, weight] = ops.parents;
        if let Some(node) = weight {
            gradients.register::<Flex>(node.id, ops.state.weight_gradient(&gradient));
        }
        if let Some(node) = input {
            gradients.register::<Flex>(node.id, ops.state.input_gradient(&gradient));
        }
    }
}

impl Backward<Flex, 3> for Gradient {
    type State = Saved;

    fn backward(self, ops: Ops<Saved, 3>, gradients: &mut Gradients, _: &mut Checkpointer) {
        let gradient = ops.state.open(gradients.consume::<Flex>(&ops.node));
        let [input, weight, bias] = ops.parents;
        if let Some(node) = weight {
            gradients.register::<Flex>(node.id, ops.state.weight_gradient(&gradient));
        }
        if let Some(node) = bias {
            gradients.register::<Flex>(node.id, ops.state.bias_gradient(&gradient));
        }
        if let Some(node) = input {
            gradients.register::<Flex>(node.id, ops.state.input_gradient(&gradient));
        }
    }
}

impl<C: CheckpointStrategy> Convolution for Autodiff<Flex, C> {
    fn convolve(
        input: FloatTensor<Self>,
        weight: FloatTensor<Self>,
        window: Window,
        activation: Activation,
    ) -> FloatTensor<Self> {
        let ((input, a), (weight, b)) = (input.into_parts(), weight.into_parts());
        match Backward::<Flex, 2>::prepare::<C>(Gradient, [a, b]).compute_bound().stateful() {
            OpsKind::Tracked(step) => {
                let mut saved = Saved::new(input, weight, window, activation);
                let output = saved.forward(None);
                step.finish(saved, output)
            }
            OpsKind::UnTracked(step) => step.finish(Flex::convolve(input, weight, window, activation)),
        }
    }

    fn convolve_with_bias(
        input: FloatTensor<Self>,
        weight: FloatTensor<Self>,
        bias: FloatTensor<Self>,
        window: Window,
        activation: Activation,
    ) -> FloatTensor<Self> {
        let ((input, a), (weight, b), (bias, c)) = (input.into_parts(), weight.into_parts(), bias.into_parts());
        match Backward::<Flex, 3>::prepare::<C>(Gradient, [a, b, c]).compute_bound().stateful() {
            OpsKind::Tracked(step) => {
                let mut saved = Saved::new(input, weight, window, activation);
                let output = saved.forward(Some(&in_order(bias)));
                step.finish(saved, output)
            }
            OpsKind::UnTracked(step) => step.finish(Flex::convolve_with_bias(input, weight, bias, window, activation)),
        }
    }
}
