use burn::module::Module;
use burn::tensor::{Device, Tensor};
use firelight_layers::Activation;

use super::plan::{Block as Plan, Kind, Style};
use crate::conv_norm::{ConvNorm, ConvNormConfig};
use crate::squeeze::{Inner, SqueezeExcite};
use crate::{Fresh, Paths};

/// One block of a [`MobileNet`](super::MobileNet): up to five convolutions in a row, a squeeze and excitation among them, and a shortcut
/// where the shapes agree.
#[derive(Module, Debug)]
pub struct MobileBlock {
    layers: Vec<ConvNorm>,
    squeeze: Option<SqueezeExcite>,
    #[module(skip)]
    shape: Shape,
}

/// What is not learned of a block.
#[derive(Debug, Clone)]
pub(super) struct Shape {
    /// Of each layer.
    activations: Vec<Activation>,
    /// Names of each layer's convolution and norm.
    pub names: Vec<[String; 2]>,
    /// After how many layers the squeeze and excitation stands.
    squeezed: usize,
    shortcut: bool,
    pub stride: usize,
}

impl MobileBlock {
    pub(super) fn new(
        plan: &Plan,
        inputs: usize,
        stride: usize,
        style: &Style,
        fresh: &mut Fresh,
        device: &Device,
    ) -> Self {
        let (outputs, act) = (plan.channels, if plan.relu { Activation::Relu } else { style.activation });
        let middle = divisible(inputs as f64 * plan.expansion);
        let same = |kernel: usize, channels: usize, stride: usize| ConvNormConfig {
            groups: channels,
            ..style.conv([channels, channels], kernel).stride(stride)
        };
        let none = Activation::Identity;
        // Convolution, activation and names of each layer, as timm calls them.
        let mut layers: Vec<(ConvNormConfig, Activation, &str, &str)> = vec![];
        let mut squeezed = 0;
        match plan.kind {
            Kind::Conv => layers.push((style.conv([inputs, outputs], plan.kernel).stride(stride), act, "conv", "bn1")),
            Kind::Separable => {
                layers.push((same(plan.kernel, inputs, stride), act, "conv_dw", "bn1"));
                layers.push((style.conv([inputs, outputs], 1), none, "conv_pw", "bn2"));
                squeezed = 1;
            }
            Kind::Inverted => {
                layers.push((style.conv([inputs, middle], 1), act, "conv_pw", "bn1"));
                layers.push((same(plan.kernel, middle, stride), act, "conv_dw", "bn2"));
                layers.push((style.conv([middle, outputs], 1), none, "conv_pwl", "bn3"));
                squeezed = 2;
            }
            Kind::Edge => {
                layers.push((style.conv([inputs, middle], plan.kernel).stride(stride), act, "conv_exp", "bn1"));
                layers.push((style.conv([middle, outputs], 1), none, "conv_pwl", "bn2"));
            }
            Kind::Universal { start } => {
                if start > 0 {
                    let stride = if plan.kernel == 0 { stride } else { 1 };
                    layers.push((same(start, inputs, stride), none, "dw_start.conv", "dw_start.bn"));
                }
                layers.push((style.conv([inputs, middle], 1), act, "pw_exp.conv", "pw_exp.bn"));
                if plan.kernel > 0 {
                    layers.push((same(plan.kernel, middle, stride), act, "dw_mid.conv", "dw_mid.bn"));
                }
                layers.push((style.conv([middle, outputs], 1), none, "pw_proj.conv", "pw_proj.bn"));
            }
        }
        let squeeze = plan.squeeze.then(|| {
            let (width, inner) = match plan.kind {
                Kind::Separable => (inputs, inputs),
                _ => (middle, inputs),
            };
            // MobileNetV3 takes a quarter of what it squeezes, EfficientNet of what the block sees.
            let reduced = if style.hard {
                divisible(width as f64 / 4.0)
            } else {
                (inner as f64 / 4.0).round_ties_even() as usize
            };
            let inner = if style.hard { Inner::Relu } else { Inner::Silu };
            SqueezeExcite::new([width, reduced], inner, style.hard, fresh, device)
        });
        let shape = Shape {
            activations: layers.iter().map(|layer| layer.1).collect(),
            names: layers.iter().map(|layer| [layer.2.to_owned(), layer.3.to_owned()]).collect(),
            squeezed,
            shortcut: stride == 1 && inputs == outputs && (plan.kind != Kind::Conv || plan.skip),
            stride,
        };
        Self { layers: layers.iter().map(|layer| layer.0.init(fresh, device)).collect(), squeeze, shape }
    }

    pub(super) fn forward(&self, input: Tensor<4>, paths: &mut Paths<'_>) -> Tensor<4> {
        let Shape { activations, squeezed, shortcut, .. } = &self.shape;
        let last = self.layers.len() - 1;
        let path = paths.next_branch(&input, *shortcut && self.layers[last].trains());
        let mut x = input.clone();
        for (index, (layer, activation)) in self.layers.iter().zip(activations).enumerate() {
            if let Some(squeeze) = self.squeeze.as_ref().filter(|_| index == *squeezed) {
                x = squeeze.forward(x);
            }
            // An activation before the shortcut, which only lone convolutions have, stays before it.
            x = if index == last && *shortcut && *activation == Activation::Identity {
                layer.forward_and_add(x, input.clone(), &path, Activation::Identity)
            } else {
                layer.forward(x, *activation)
            };
        }
        if *shortcut && activations[last] != Activation::Identity { path.of(x) + input } else { x }
    }

    pub(super) fn folded(&self) -> Self {
        Self {
            layers: self.layers.iter().map(ConvNorm::folded).collect(),
            squeeze: self.squeeze.clone(),
            shape: self.shape.clone(),
        }
    }

    pub(super) fn shape(&self) -> &Shape {
        &self.shape
    }
}

/// The multiple of 8 next to a number of channels, but never less than nine tenths of it.
pub(crate) fn divisible(channels: f64) -> usize {
    let rounded = (((channels + 4.0) as usize) / 8 * 8).max(8);
    if (rounded as f64) < 0.9 * channels { rounded + 8 } else { rounded }
}
