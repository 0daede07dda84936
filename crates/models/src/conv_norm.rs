use burn::module::{Module, Param};
use burn::nn::conv::{Conv2d, Conv2dConfig};
use burn::nn::{BatchNorm, BatchNormConfig, Initializer, PaddingConfig2d};
use burn::tensor::{Device, Tensor};
use firelight_layers::{Activation, Kept, add, convolve, convolve_kept, normalize};

use crate::Fresh;
use crate::depth::Path;

/// A convolution without bias and the batch norm after it: the step all bodies are made of.
///
/// [`folded`](Self::folded) joins the two for inference; the norm is then absent and the convolution has a bias.
///
/// ```
/// use burn::module::Module;
/// use burn::tensor::{Device, Tensor};
/// use firelight_models::Arch;
///
/// // Folded, a body has convolutions with biases in place of its norms, and gives the same.
/// let device = Device::flex();
/// let body = Arch::Small.body(42, &device);
/// let pictures = Tensor::ones([1, 3, 32, 32], &device);
/// let gap = (body.forward(pictures.clone()) - body.folded().forward(pictures)).abs().max();
/// assert!(gap.into_scalar::<f32>() < 1e-4);
/// ```
#[derive(Module, Debug)]
pub struct ConvNorm {
    conv: Conv2d,
    norm: Option<BatchNorm>,
    /// Of a folded one, whose weights stay.
    #[module(skip)]
    kept: Kept,
}

/// What a [`ConvNorm`] is made from.
#[derive(Debug, Clone)]
pub(super) struct ConvNormConfig {
    /// Input and output channels.
    pub channels: [usize; 2],
    /// Side of the square kernel.
    pub kernel: usize,
    pub stride: usize,
    pub groups: usize,
    pub padding: PaddingConfig2d,
    pub norm_epsilon: f64,
    /// Share of the batch's statistics in the running ones, per training step.
    pub norm_momentum: f64,
}

impl ConvNormConfig {
    /// Stride 1, one group, half the kernel of padding on each side; torch's batch norm.
    pub fn new(channels: [usize; 2], kernel: usize) -> Self {
        let half = kernel / 2;
        Self {
            channels,
            kernel,
            stride: 1,
            groups: 1,
            padding: PaddingConfig2d::Explicit(half, half, half, half),
            norm_epsilon: 1e-5,
            norm_momentum: 0.1,
        }
    }

    pub fn stride(mut self, stride: usize) -> Self {
        self.stride = stride;
        self
    }

    /// Weights are normal with variance `2 / (kernel² · outputs / groups)` (He and others, 2015, fan out).
    pub fn init(&self, fresh: &mut Fresh, device: &Device) -> ConvNorm {
        let [inputs, outputs] = self.channels;
        let shape = [outputs, inputs / self.groups, self.kernel, self.kernel];
        let fan_out = self.kernel * self.kernel * outputs / self.groups;
        let mut conv = Conv2dConfig::new(self.channels, [self.kernel; 2])
            .with_stride([self.stride; 2])
            .with_groups(self.groups)
            .with_padding(self.padding.clone())
            .with_bias(false)
            .with_initializer(Initializer::Zeros)
            .init(device);
        conv.weight = fresh.normal(shape, (2.0 / fan_out as f64).sqrt(), device);
        let norm = BatchNormConfig::new(outputs)
            .with_epsilon(self.norm_epsilon)
            .with_momentum(self.norm_momentum)
            .init(device);
        ConvNorm { conv, norm: Some(norm), kept: Kept::default() }
    }
}

impl ConvNorm {
    /// `[n, inputs, h, w]` to `[n, outputs, h', w']`, with an activation.
    pub fn forward(&self, input: Tensor<4>, activation: Activation) -> Tensor<4> {
        match &self.norm {
            Some(norm) => normalize(norm, convolve(&self.conv, input, Activation::Identity), None, activation),
            None => convolve_kept(&self.conv, &self.kept, input, None, activation),
        }
    }

    /// Channels that it takes, of one group.
    pub(super) fn inputs(&self) -> usize {
        self.conv.weight.dims()[1]
    }

    /// Whether its weights train.
    pub(super) fn trains(&self) -> bool {
        self.conv.weight.is_require_grad()
    }

    /// What a path keeps of the same, plus a shortcut, which comes before the activation.
    pub fn forward_and_add(
        &self,
        input: Tensor<4>,
        shortcut: Tensor<4>,
        path: &Path,
        activation: Activation,
    ) -> Tensor<4> {
        if !path.is_whole() {
            return add(path.of(self.forward(input, Activation::Identity)), shortcut, activation);
        }
        match &self.norm {
            Some(norm) => {
                normalize(norm, convolve(&self.conv, input, Activation::Identity), Some(shortcut), activation)
            }
            None => convolve_kept(&self.conv, &self.kept, input, Some(shortcut), activation),
        }
    }

    /// The same map in evaluation as one convolution: `w' = w · γ / √(σ² + ε)`, `b' = β - μ · γ / √(σ² + ε)`, with the
    /// running mean μ and variance σ².
    ///
    /// The result is for inference: it has no batch norm left to train, and its record does not fit the unfolded module.
    pub fn folded(&self) -> Self {
        let Some(norm) = &self.norm else {
            return self.clone();
        };
        let scale = norm.gamma.val() / (norm.running_var.value_sync() + norm.epsilon).sqrt();
        let shift = norm.beta.val() - norm.running_mean.value_sync() * scale.clone();
        let [outputs] = scale.dims();
        let mut conv = self.conv.clone();
        conv.weight = Param::from_tensor((self.conv.weight.val() * scale.reshape([outputs, 1, 1, 1])).detach());
        conv.bias = Some(Param::from_tensor(shift.detach()));
        Self { conv, norm: None, kept: Kept::default() }
    }
}
