use burn::module::Module;
use burn::nn::conv::Conv2d;
use burn::nn::{BatchNorm, BatchNormConfig, Initializer, Linear, LinearConfig};
use burn::tensor::{Device, Tensor};
use firelight_layers::{Activation, convolve, normalize};

use crate::bodies::arch::NeckKind;
use crate::fresh_layers::pointwise;
use crate::layer_norm::LayerNorm2d;
use crate::{Arch, Body, Fresh};

/// The whole network as it was published: body, average pool, what the family has after it, one linear layer (`fc`).
///
/// It gives the scores of the data the weights were trained on (1000 classes for `ImageNet`); fine-tuning takes the
/// [`body`](Self::body) and puts a [`Head`](crate::Head) on it.
///
/// ```
/// use burn::tensor::{Device, Tensor};
/// use firelight_models::Arch;
///
/// let device = Device::flex();
/// let network = Arch::Small.classifier(10, 42, &device);
/// assert_eq!(network.forward(Tensor::zeros([2, 3, 32, 32], &device)).dims(), [2, 10]);
/// ```
#[derive(Module, Debug)]
pub struct Classifier {
    /// Pictures to feature map.
    pub body: Body,
    /// Averaged features to those that the last layer sees.
    pub neck: Option<Neck>,
    /// These to scores.
    pub fc: Linear,
    class_token: bool,
}

impl AsRef<Body> for Classifier {
    fn as_ref(&self) -> &Body {
        &self.body
    }
}

impl Classifier {
    /// Puts what the published networks of `arch` have on its body, with a fresh linear layer for `classes`.
    pub fn new(body: Body, arch: Arch, classes: usize, fresh: &mut Fresh, device: &Device) -> Self {
        let kind = arch.0.neck;
        let neck = Neck::new(kind, arch.features(), fresh, device);
        let inputs = last_inputs(arch);
        let bound = 1.0 / (inputs as f64).sqrt();
        let mut fc = LinearConfig::new(inputs, classes).with_initializer(Initializer::Zeros).init(device);
        fc.weight = fresh.uniform([inputs, classes], bound, device);
        fc.bias = Some(fresh.uniform([classes], bound, device));
        Self { body, neck, fc, class_token: kind == NeckKind::ClassToken }
    }

    /// The same with the body's batch norms in its convolutions; see [`Body::folded`].
    pub fn folded(&self) -> Self {
        Self { body: self.body.folded(), ..self.clone() }
    }

    /// Normalised pictures `[n, 3, h, w]` to scores `[n, classes]`: those of pictures in half precision are of weights in `f32`, and `f32`.
    pub fn forward(&self, pictures: Tensor<4>) -> Tensor<2> {
        let map = self.body.forward(pictures).cast(self.fc.weight.val().dtype());
        let [count, features, ..] = map.dims();
        let means = if self.class_token {
            // Alike at every position: one of them is the token, without the rounding of a mean.
            map.slice([0..count, features / 2..features, 0..1, 0..1])
        } else {
            map.flatten::<3>(2, 3).mean_dim(2).reshape([count, features, 1, 1])
        };
        let seen = match &self.neck {
            Some(neck) => neck.forward(means),
            None => means,
        };
        self.fc.forward(seen.flatten(1, 3))
    }
}

/// How many numbers the last layer of a published network sees.
pub(crate) fn last_inputs(arch: Arch) -> usize {
    match arch.0.neck {
        NeckKind::Plain | NeckKind::Norm => arch.features(),
        NeckKind::HardSwish(outputs) | NeckKind::NormRelu(outputs) => outputs,
        NeckKind::ClassToken => arch.features() / 2,
    }
}

/// What a published network has between the pool and its last layer.
#[derive(Module, Debug)]
#[allow(clippy::large_enum_variant)]
pub enum Neck {
    /// A layer norm.
    Norm(NeckNorm),
    /// A 1×1 convolution.
    Conv(NeckConv),
}

/// A layer norm of the features.
#[derive(Module, Debug)]
pub struct NeckNorm {
    norm: LayerNorm2d,
}

/// More features by a 1×1 convolution: with a batch norm and `ReLU`, or with a bias and hard swish.
#[derive(Module, Debug)]
pub struct NeckConv {
    conv: Conv2d,
    norm: Option<BatchNorm>,
}

impl Neck {
    fn new(kind: NeckKind, features: usize, fresh: &mut Fresh, device: &Device) -> Option<Self> {
        match kind {
            NeckKind::Plain | NeckKind::ClassToken => None,
            NeckKind::Norm => Some(Self::Norm(NeckNorm { norm: LayerNorm2d::new(features, device) })),
            NeckKind::HardSwish(outputs) => {
                Some(Self::Conv(NeckConv { conv: pointwise([features, outputs], fresh, device), norm: None }))
            }
            NeckKind::NormRelu(outputs) => {
                let mut conv = pointwise([features, outputs], fresh, device);
                conv.bias = None;
                Some(Self::Conv(NeckConv { conv, norm: Some(BatchNormConfig::new(outputs).init(device)) }))
            }
        }
    }

    /// `[n, features, 1, 1]` to `[n, outputs, 1, 1]`.
    fn forward(&self, means: Tensor<4>) -> Tensor<4> {
        match self {
            Self::Norm(NeckNorm { norm }) => norm.forward(means),
            Self::Conv(NeckConv { conv, norm: Some(norm) }) => {
                normalize(norm, convolve(conv, means, Activation::Identity), None, Activation::Relu)
            }
            Self::Conv(NeckConv { conv, norm: None }) => convolve(conv, means, Activation::HardSwish),
        }
    }
}
