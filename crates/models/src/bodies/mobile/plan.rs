use burn::nn::PaddingConfig2d;
use firelight_layers::Activation;

use crate::conv_norm::ConvNormConfig;

/// What a kind of block is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// One convolution.
    Conv,
    /// A depthwise convolution and a 1×1.
    Separable,
    /// A 1×1 that widens, a depthwise and a 1×1 that narrows (`MobileNetV2`).
    Inverted,
    /// A whole convolution that widens, and a 1×1 that narrows (`EfficientNetV2`'s fused block).
    Edge,
    /// An inverted one with a depthwise convolution of side `start` before it, if it is not 0; the one in its middle may be absent, with a kernel
    /// of 0 (`MobileNetV4`).
    Universal { start: usize },
}

/// Equal blocks in a row, of which the first may have a stride.
#[derive(Debug, Clone, Copy)]
pub(super) struct Block {
    pub kind: Kind,
    pub repeats: usize,
    pub kernel: usize,
    pub stride: usize,
    pub expansion: f64,
    pub channels: usize,
    pub squeeze: bool,
    /// `ReLU` in place of the network's activation.
    pub relu: bool,
    /// A shortcut around a lone convolution.
    pub skip: bool,
}

impl Block {
    const fn new(kind: Kind, repeats: usize, kernel: usize, stride: usize, expansion: f64, channels: usize) -> Self {
        Self { kind, repeats, kernel, stride, expansion, channels, squeeze: false, relu: false, skip: false }
    }

    pub const fn conv(repeats: usize, kernel: usize, stride: usize, channels: usize) -> Self {
        Self::new(Kind::Conv, repeats, kernel, stride, 1.0, channels)
    }

    pub const fn separable(repeats: usize, kernel: usize, stride: usize, channels: usize) -> Self {
        Self::new(Kind::Separable, repeats, kernel, stride, 1.0, channels)
    }

    pub const fn inverted(repeats: usize, kernel: usize, stride: usize, expansion: f64, channels: usize) -> Self {
        Self::new(Kind::Inverted, repeats, kernel, stride, expansion, channels)
    }

    pub const fn edge(repeats: usize, kernel: usize, stride: usize, expansion: f64, channels: usize) -> Self {
        Self::new(Kind::Edge, repeats, kernel, stride, expansion, channels)
    }

    /// With the sides of the kernels at its start and in its middle.
    pub const fn universal(
        repeats: usize,
        [start, kernel]: [usize; 2],
        stride: usize,
        expansion: f64,
        channels: usize,
    ) -> Self {
        Self::new(Kind::Universal { start }, repeats, kernel, stride, expansion, channels)
    }

    pub const fn squeezed(mut self) -> Self {
        self.squeeze = true;
        self
    }

    pub const fn relu(mut self) -> Self {
        self.relu = true;
        self
    }

    pub const fn skip(mut self) -> Self {
        self.skip = true;
        self
    }
}

/// A network of blocks, as its paper's table has it.
#[derive(Debug)]
pub(super) struct Plan {
    /// Channels of the first convolution, which has a stride of 2.
    pub stem: usize,
    pub stages: &'static [&'static [Block]],
    /// Channels of a last 1×1 convolution, of those that have one.
    pub top: Option<usize>,
    pub style: Style,
}

/// What all convolutions of a network share.
#[derive(Debug, Clone, Copy)]
pub(super) struct Style {
    pub activation: Activation,
    /// `TensorFlow`'s padding, where the extra row and column are at the bottom and right.
    pub same: bool,
    pub epsilon: f64,
    /// `MobileNetV3`'s squeeze and excitation: `ReLU` and a hard sigmoid.
    pub hard: bool,
}

impl Style {
    pub const fn new(activation: Activation) -> Self {
        Self { activation, same: false, epsilon: 1e-5, hard: false }
    }

    pub const fn tensorflow(mut self) -> Self {
        (self.same, self.epsilon) = (true, 1e-3);
        self
    }

    pub const fn hard(mut self) -> Self {
        self.hard = true;
        self
    }

    pub fn conv(&self, channels: [usize; 2], kernel: usize) -> ConvNormConfig {
        let config = ConvNormConfig { norm_epsilon: self.epsilon, ..ConvNormConfig::new(channels, kernel) };
        if self.same { ConvNormConfig { padding: PaddingConfig2d::Same, ..config } } else { config }
    }
}
