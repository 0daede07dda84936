use burn::module::Module;
use burn::tensor::ops::MaxPoolOptions;
use burn::tensor::{Device, Tensor};
use firelight_layers::{Activation, max_pool2d};

use crate::Fresh;
use crate::conv_norm::{ConvNorm, ConvNormConfig};

/// The body of a residual network (He and others, <https://arxiv.org/abs/1512.03385>) as torchvision lays it out: a stem
/// that divides the sides by 4, then four layers, the last three of which halve them again.
///
/// The bottleneck form has its stride in the 3×3 convolution.
///
/// ```
/// use burn::tensor::{Device, Tensor};
/// use firelight_models::{Fresh, ResNet};
///
/// let device = Device::flex();
/// let net = ResNet::new(3, [1, 1, 1, 1], false, &mut Fresh::seeded(42), &device);
/// assert_eq!(net.forward(Tensor::zeros([1, 3, 64, 64], &device)).dims(), [1, 512, 2, 2]);
/// ```
#[derive(Module, Debug)]
pub struct ResNet {
    conv1: ConvNorm,
    layer1: Vec<Residual>,
    layer2: Vec<Residual>,
    layer3: Vec<Residual>,
    layer4: Vec<Residual>,
}

impl ResNet {
    /// Makes a body for pictures of `channels` with `blocks` residual blocks a layer, of two 3×3 convolutions each, or with `bottleneck`
    /// of 1×1, 3×3 and 1×1 that give four times the channels.
    pub fn new(channels: usize, blocks: [usize; 4], bottleneck: bool, fresh: &mut Fresh, device: &Device) -> Self {
        let conv1 = ConvNormConfig::new([channels, 64], 7).stride(2).init(fresh, device);
        let mut inputs = 64;
        let mut layer = |index: usize| -> Vec<Residual> {
            let width = 64 << index;
            let outputs = if bottleneck { 4 * width } else { width };
            (0..blocks[index])
                .map(|block| {
                    let stride = if block == 0 && index > 0 { 2 } else { 1 };
                    let residual = Residual::new([inputs, width, outputs], stride, bottleneck, fresh, device);
                    inputs = outputs;
                    residual
                })
                .collect()
        };
        Self { conv1, layer1: layer(0), layer2: layer(1), layer3: layer(2), layer4: layer(3) }
    }

    /// Channels of the pictures it takes.
    pub fn channels(&self) -> usize {
        self.conv1.inputs()
    }

    /// The stem's output before it is pooled, then those of the four layers, finest first.
    pub fn stages(&self, pictures: Tensor<4>) -> Vec<Tensor<4>> {
        let stem = self.conv1.forward(pictures, Activation::Relu);
        let mut x = pooled(stem.clone());
        let layers = self.layers().map(|layer| {
            x = layer.iter().fold(x.clone(), |x, block| block.forward(x));
            x.clone()
        });
        std::iter::once(stem).chain(layers).collect()
    }

    /// `[n, channels, h, w]` to `[n, features, h/32, w/32]` (rounded up).
    pub fn forward(&self, pictures: Tensor<4>) -> Tensor<4> {
        let stem = pooled(self.conv1.forward(pictures, Activation::Relu));
        self.layers().flatten().fold(stem, |x, block| block.forward(x))
    }

    /// Every batch norm folded into its convolution; see [`ConvNorm::folded`].
    pub fn folded(&self) -> Self {
        let fold = |layer: &[Residual]| layer.iter().map(Residual::folded).collect();
        Self {
            conv1: self.conv1.folded(),
            layer1: fold(&self.layer1),
            layer2: fold(&self.layer2),
            layer3: fold(&self.layer3),
            layer4: fold(&self.layer4),
        }
    }

    fn layers(&self) -> impl Iterator<Item = &Vec<Residual>> {
        [&self.layer1, &self.layer2, &self.layer3, &self.layer4].into_iter()
    }
}

/// The second half of the stem.
fn pooled(stem: Tensor<4>) -> Tensor<4> {
    max_pool2d(stem, MaxPoolOptions::new([3, 3]).with_stride([2, 2]).with_padding([1, 1]))
}

/// Two or three convolutions beside a shortcut: `relu(f(x) + shortcut(x))`.
#[derive(Module, Debug)]
pub struct Residual {
    conv1: ConvNorm,
    conv2: ConvNorm,
    conv3: Option<ConvNorm>,
    downsample: Option<ConvNorm>,
}

impl Residual {
    fn new(
        [inputs, width, outputs]: [usize; 3],
        stride: usize,
        bottleneck: bool,
        fresh: &mut Fresh,
        device: &Device,
    ) -> Self {
        let mut make = |config: ConvNormConfig| config.init(fresh, device);
        let (conv1, conv2, conv3) = if bottleneck {
            (
                make(ConvNormConfig::new([inputs, width], 1)),
                make(ConvNormConfig::new([width, width], 3).stride(stride)),
                Some(make(ConvNormConfig::new([width, outputs], 1))),
            )
        } else {
            (
                make(ConvNormConfig::new([inputs, width], 3).stride(stride)),
                make(ConvNormConfig::new([width, outputs], 3)),
                None,
            )
        };
        let downsample =
            (stride != 1 || inputs != outputs).then(|| make(ConvNormConfig::new([inputs, outputs], 1).stride(stride)));
        Self { conv1, conv2, conv3, downsample }
    }

    fn forward(&self, input: Tensor<4>) -> Tensor<4> {
        let mut x = self.conv1.forward(input.clone(), Activation::Relu);
        let last = match &self.conv3 {
            Some(conv3) => {
                x = self.conv2.forward(x, Activation::Relu);
                conv3
            }
            None => &self.conv2,
        };
        let shortcut = match &self.downsample {
            Some(downsample) => downsample.forward(input, Activation::Identity),
            None => input,
        };
        last.forward_and_add(x, shortcut, Activation::Relu)
    }

    fn folded(&self) -> Self {
        Self {
            conv1: self.conv1.folded(),
            conv2: self.conv2.folded(),
            conv3: self.conv3.as_ref().map(ConvNorm::folded),
            downsample: self.downsample.as_ref().map(ConvNorm::folded),
        }
    }
}
