mod end;
mod units;

use burn::module::Module;
use burn::nn::{BatchNorm, BatchNormConfig, Dropout, DropoutConfig, Initializer, Linear, LinearConfig};
use burn::tensor::activation::relu;
use burn::tensor::{Device, FloatDType, Tensor};
use firelight_costs::{ClassHead, Vocab};
use serde::{Deserialize, Serialize};

pub use end::{FixedFrame, FixedUnits, HeadEnd, ParentScores, Subspaces};
pub use units::Units;

use crate::{Fresh, Noise};

/// What turns a feature map into class scores; the defaults are fastai's `create_head`.
///
/// | setting | default | meaning |
/// |---|---|---|
/// | `hidden` | `[512]` | widths of the linear layers before the last; may be empty |
/// | `dropout` | 0.5 | before the last linear layer; the others have half of it |
/// | `concat_pool` | true | maximum and average over the map, else the average alone |
/// | `first_norm` | true | batch norm before the first linear layer (else that layer has a bias) |
/// | `final_norm` | false | batch norm on the scores |
/// | `end` | linear | what comes last, where that knows of a tree ([`ClassHead`]) |
/// | `units` | none | mean and spread of the numbers that it tells, for values ([`Units`]) |
///
/// ```
/// use burn::module::Module;
/// use burn::tensor::Device;
/// use firelight_models::HeadConfig;
///
/// let head = HeadConfig::new(512, 37).init(42, &Device::flex());
/// // 546 304 that train, and the running means and variances of two batch norms.
/// assert_eq!(head.num_params(), 546_304 + 2 * (1024 + 512));
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct HeadConfig {
    features: usize,
    classes: usize,
    hidden: Vec<usize>,
    dropout: f64,
    concat_pool: bool,
    first_norm: bool,
    final_norm: bool,
    #[serde(default, skip_serializing_if = "ClassHead::is_linear")]
    end: ClassHead,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    units: Option<Units>,
}

/// Far more than any head has; each takes memory, however narrow it is.
const MOST_HIDDEN: usize = 64;

impl HeadConfig {
    /// A head for a body that gives `features` channels, and for `classes` scores.
    pub fn new(features: usize, classes: usize) -> Self {
        Self {
            features,
            classes,
            hidden: vec![512],
            dropout: 0.5,
            concat_pool: true,
            first_norm: true,
            final_norm: false,
            end: ClassHead::Linear,
            units: None,
        }
    }

    /// Widths of the linear layers before the last (fastai's `lin_ftrs`).
    pub fn with_hidden(mut self, hidden: impl Into<Vec<usize>>) -> Self {
        self.hidden = hidden.into();
        self
    }

    /// Dropout before the last linear layer (fastai's `ps`), at least 0 and below 1; the layers before it have half.
    pub fn with_dropout(mut self, dropout: f64) -> Self {
        self.dropout = dropout;
        self
    }

    /// Whether the maximum is pooled beside the average.
    pub fn with_concat_pool(mut self, concat_pool: bool) -> Self {
        self.concat_pool = concat_pool;
        self
    }

    /// Whether the pooled features are batch-normalised (fastai's `first_bn`).
    pub fn with_first_norm(mut self, first_norm: bool) -> Self {
        self.first_norm = first_norm;
        self
    }

    /// Whether the scores are batch-normalised (fastai's `bn_final`).
    pub fn with_final_norm(mut self, final_norm: bool) -> Self {
        self.final_norm = final_norm;
        self
    }

    /// What comes last. The width of a row is then [`outputs`](Self::outputs).
    pub fn with_end(mut self, end: ClassHead) -> Self {
        self.end = end;
        self
    }

    /// Tells values in these units; for a linear head.
    pub fn with_units(mut self, units: impl Into<Option<Units>>) -> Self {
        self.units = units.into();
        self
    }

    /// What comes last.
    pub fn end(&self) -> &ClassHead {
        &self.end
    }

    /// Numbers of a row: the scores, and what follows them for the loss alone.
    pub fn outputs(&self) -> usize {
        self.end.outputs(self.classes)
    }

    /// Channels that the body gives.
    pub fn features(&self) -> usize {
        self.features
    }

    /// Number of scores.
    pub fn classes(&self) -> usize {
        self.classes
    }

    /// Width of what [`Head::pool`] gives.
    pub fn pooled_features(&self) -> usize {
        if self.concat_pool { self.features.saturating_mul(2) } else { self.features }
    }

    /// Makes the head; its weights depend on `seed` alone (Kaiming normal; norms 1 and 0.001).
    ///
    /// # Panics
    ///
    /// If a width is zero or the dropout is not in `0..1`.
    pub fn init(&self, seed: u64, device: &Device) -> Head {
        self.fresh(&mut Fresh::seeded(seed), device)
    }

    /// What makes no sense, if anything does: a dropout that is not from 0 up to, but not including, 1; a width of 0; more than 64 hidden
    /// layers.
    pub fn problem(&self) -> Option<String> {
        if !(0.0..1.0).contains(&self.dropout) {
            return Some(format!("dropout must be at least 0 and below 1, not {}", self.dropout));
        }
        if self.hidden.len() > MOST_HIDDEN {
            return Some(format!("a head has at most {MOST_HIDDEN} hidden layers, not {}", self.hidden.len()));
        }
        if let Some(classes) = self.end.vocab().map(Vocab::len).filter(|classes| *classes != self.classes) {
            return Some(format!("its last layer is made for {classes} classes, and it has {}", self.classes));
        }
        if let Some(units) = &self.units {
            let problem = units.problem(self.classes);
            let of_classes =
                || (!self.end.is_linear()).then(|| "its units are for values, and its end is for classes".into());
            if let Some(problem) = problem.or_else(of_classes) {
                return Some(problem);
            }
        }
        let empty = self.classes == 0 || self.branches().iter().any(|widths| widths.contains(&0));
        empty.then(|| "a head needs at least one feature, one class and no empty layer".into())
    }

    /// How many numbers its linear layers have, without biases; many more than any head has count as `usize::MAX`.
    pub fn numbers(&self) -> usize {
        let branches = self.branches();
        let layers = branches.iter().flat_map(|widths| widths.windows(2));
        layers.fold(0, |sum, of| sum.saturating_add(of[0].saturating_mul(of[1])))
    }

    /// Of each chain of layers that begins with the pooled features the widths of what goes into and out of them: one chain, or two where
    /// groups have scores of their own.
    fn branches(&self) -> Vec<Vec<usize>> {
        let to = |last: usize| [self.pooled_features()].iter().chain(&self.hidden).chain([&last]).copied().collect();
        match &self.end {
            ClassHead::Subspaces(tree) => vec![to(tree.axes())],
            ClassHead::Parents(groups) => vec![to(self.classes), to(groups.len())],
            _ => vec![to(self.classes)],
        }
    }

    /// [`init`](Self::init) with numbers from `fresh`: zeros where trained weights follow.
    ///
    /// # Panics
    ///
    /// As [`init`](Self::init).
    pub fn fresh(&self, fresh: &mut Fresh, device: &Device) -> Head {
        let problem = self.problem();
        assert!(problem.is_none(), "{}: {self:?}", problem.unwrap_or_default());
        let mut branches = self.branches().into_iter();
        let mut branch = || self.branch(&branches.next().unwrap_or_default(), fresh, device);
        let layers = branch();
        let width = layers.last().map_or(0, HeadLayer::outputs);
        let final_norm = self.final_norm.then(|| BatchNormConfig::new(width).with_momentum(0.01).init(device));
        let end = match &self.units {
            Some(units) => Some(HeadEnd::in_units(units, device)),
            None => HeadEnd::of(&self.end, branch, device),
        };
        Head { layers, final_norm, concat_pool: self.concat_pool, end }
    }

    /// Layers of these widths, one after the other.
    fn branch(&self, widths: &[usize], fresh: &mut Fresh, device: &Device) -> Vec<HeadLayer> {
        let last = widths.len().saturating_sub(2);
        let layer = |(index, of): (usize, &[usize])| {
            let dropout = if index == last { self.dropout } else { self.dropout / 2.0 };
            let norm = index > 0 || self.first_norm;
            HeadLayer::new([of[0], of[1]], norm, dropout, fresh, device)
        };
        widths.windows(2).enumerate().map(layer).collect()
    }
}

/// Pools a feature map and turns it into scores; made by [`HeadConfig::init`].
///
/// ```
/// use burn::tensor::{Device, Tensor};
/// use firelight_models::HeadConfig;
///
/// let device = Device::flex();
/// let head = HeadConfig::new(8, 3).init(42, &device);
/// let pooled = head.pool(Tensor::zeros([2, 8, 7, 7], &device));
/// assert_eq!((pooled.dims(), head.classify(pooled.clone()).dims()), ([2, 16], [2, 3]));
/// ```
#[derive(Module, Debug)]
pub struct Head {
    layers: Vec<HeadLayer>,
    final_norm: Option<BatchNorm>,
    concat_pool: bool,
    end: Option<HeadEnd>,
}

impl Head {
    /// Whether it normalises by its batch, of which one picture is too few.
    pub(crate) fn has_norms(&self) -> bool {
        self.final_norm.is_some() || self.layers.iter().any(|layer| layer.norm.is_some())
    }

    /// Feature map `[n, f, h, w]` to `[n, 2f]`: first the maximum of every channel, then the average (`[n, f]`, the
    /// average, without `concat_pool`). They are `f32`, also of a map in half precision.
    pub fn pool(&self, map: Tensor<4>) -> Tensor<2> {
        let map: Tensor<3> = map.cast(FloatDType::F32).flatten(2, 3);
        let average = map.clone().mean_dim(2);
        let pooled = if self.concat_pool { Tensor::cat(vec![map.max_dim(2), average], 1) } else { average };
        pooled.squeeze_dim(2)
    }

    /// Pooled features `[n, 2f]` to scores `[n, classes]`, or rows of [`HeadConfig::outputs`]. On an autodiff device dropout draws from the
    /// device's own stream.
    pub fn classify(&self, features: Tensor<2>) -> Tensor<2> {
        self.through(features, HeadLayer::forward)
    }

    fn through(&self, features: Tensor<2>, mut step: impl FnMut(&HeadLayer, Tensor<2>) -> Tensor<2>) -> Tensor<2> {
        let scores = chain(&self.layers, features.clone(), &mut step);
        let scores = match &self.final_norm {
            Some(norm) => norm.forward(scores),
            None => scores,
        };
        match &self.end {
            Some(end) => end.row(scores, |layers| chain(layers, features, &mut step)),
            None => scores,
        }
    }

    /// The same in a training step, where dropout draws from `noise`: on an autodiff device, unless the head is frozen.
    pub fn classify_in_training(&self, features: Tensor<2>, noise: &mut Noise) -> Tensor<2> {
        self.through(features, |layer, x| layer.forward_in_training(x, noise))
    }

    /// Feature map `[n, f, h, w]` to scores `[n, classes]`, or rows of [`HeadConfig::outputs`].
    pub fn forward(&self, map: Tensor<4>) -> Tensor<2> {
        self.classify(self.pool(map))
    }
}

/// Layers one after the other, with what is below 0 cut off between them.
fn chain(
    layers: &[HeadLayer],
    features: Tensor<2>,
    mut step: impl FnMut(&HeadLayer, Tensor<2>) -> Tensor<2>,
) -> Tensor<2> {
    let last = layers.len().saturating_sub(1);
    layers.iter().enumerate().fold(features, |x, (index, layer)| {
        let x = step(layer, x);
        if index < last { relu(x) } else { x }
    })
}

/// Batch norm, dropout, linear: one step of a [`Head`].
#[derive(Module, Debug)]
pub struct HeadLayer {
    norm: Option<BatchNorm>,
    dropout: Dropout,
    linear: Linear,
}

impl HeadLayer {
    fn new([inputs, outputs]: [usize; 2], norm: bool, dropout: f64, fresh: &mut Fresh, device: &Device) -> Self {
        let norm = norm.then(|| {
            let mut norm = BatchNormConfig::new(inputs).init(device);
            norm.beta = Initializer::Constant { value: 1e-3 }.init([inputs], device);
            norm
        });
        let mut linear = LinearConfig::new(inputs, outputs)
            .with_bias(norm.is_none())
            .with_initializer(Initializer::Zeros)
            .init(device);
        linear.weight = fresh.normal([inputs, outputs], (2.0 / inputs as f64).sqrt(), device);
        Self { norm, dropout: DropoutConfig::new(dropout).init(), linear }
    }

    /// Numbers of a row that it gives.
    fn outputs(&self) -> usize {
        self.linear.weight.dims()[1]
    }

    fn forward(&self, x: Tensor<2>) -> Tensor<2> {
        self.linear.forward(self.dropout.forward(self.normalized(x)))
    }

    fn forward_in_training(&self, x: Tensor<2>, noise: &mut Noise) -> Tensor<2> {
        let x = self.normalized(x);
        // Both as burn's layer has it: the device allows a graph, and the layer takes part in it.
        let device = x.device();
        if !(self.dropout.training.is_enabled() && device.is_autodiff() && self.dropout.prob > 0.0) {
            return self.linear.forward(x);
        }
        let share = 1.0 - self.dropout.prob;
        let kept = noise.keep(x.dims(), share, &device) * (1.0 / share);
        self.linear.forward(x * Tensor::from_inner(kept))
    }

    fn normalized(&self, x: Tensor<2>) -> Tensor<2> {
        match &self.norm {
            Some(norm) => norm.forward(x),
            None => x,
        }
    }
}
