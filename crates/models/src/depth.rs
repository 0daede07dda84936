//! Stochastic depth: branches that are left out of a training step.

use burn::tensor::Tensor;

use crate::Noise;

/// How often the blocks of a body are left out of a training step, picture by picture: their branch gives 0 then, and the shortcut beside
/// it is all that is left of the block. Where it is kept it is divided by the share of steps that keep it, so that its mean is what
/// evaluation has.
///
/// Source: Huang and others, *Deep Networks with Stochastic Depth* (<https://arxiv.org/abs/1603.09382>), with their linear rule: rates rise from 0
/// at the first block, whose features all others need. As in timm (`drop_path_rate`) the last block of a `ResNet`, `RegNet`, `ConvNeXt` or
/// `ViT` has the whole rate, and that of an `EfficientNet` or `MobileNet` a step less; the small net, which timm has not, is as a `ResNet`.
///
/// ```
/// use burn::tensor::Device;
/// use firelight_models::{Arch, Backbone, Body};
///
/// let body = Arch::Small.body(42, &Device::flex()).with_drop_path(0.1);
/// let Body::Small(net) = body else { unreachable!() };
/// assert_eq!(net.depth().rates(), [0.0, 0.05, 0.1]);
/// ```
#[derive(Debug, Clone)]
pub struct StochasticDepth {
    rate: f64,
    blocks: usize,
    /// Of the rate, from 0 on.
    steps: usize,
    /// Of a block, each beside a shortcut of its own.
    branches: usize,
}

impl StochasticDepth {
    /// Of so many blocks, the last of which has the whole rate. The rate is 0.
    pub(crate) fn of(blocks: usize) -> Self {
        Self { rate: 0.0, blocks, steps: blocks.saturating_sub(1).max(1), branches: 1 }
    }

    /// Of so many blocks, where the one after the last would have the whole rate.
    pub(crate) fn short_of(blocks: usize) -> Self {
        Self { steps: blocks.max(1), ..Self::of(blocks) }
    }

    pub(crate) fn with_branches(mut self, branches: usize) -> Self {
        self.branches = branches;
        self
    }

    /// What the rates of the blocks rise to, from 0 up to, but not including, 1.
    pub fn rate(&self) -> f64 {
        self.rate
    }

    /// How often each block is left out, from input to output; one without a shortcut never is.
    pub fn rates(&self) -> Vec<f64> {
        (0..self.blocks).map(|block| self.rate * block as f64 / self.steps as f64).collect()
    }

    /// Other rates.
    ///
    /// # Panics
    ///
    /// If the rate is not from 0 up to, but not including, 1.
    pub(crate) fn set_rate(&mut self, rate: f64) {
        assert!((0.0..1.0).contains(&rate), "a drop path must be at least 0 and below 1, not {rate}");
        self.rate = rate;
    }
}

/// Which branches of a body a pass takes: all, or in a training step those that are drawn.
///
/// ```
/// use burn::tensor::{Device, Tensor};
/// use firelight_models::{Backbone, Fresh, Paths, SmallNet};
///
/// let device = Device::flex();
/// let net = SmallNet::new(3, &mut Fresh::seeded(42), &device);
/// let pictures = Tensor::ones([1, 3, 32, 32], &device);
/// let map = net.forward_along(pictures.clone(), &mut Paths::all());
/// assert_eq!(map.into_data(), net.forward(pictures).into_data());
/// ```
#[derive(Debug)]
pub struct Paths<'a> {
    noise: Option<&'a mut Noise>,
    pictures: usize,
    /// Of the branches that are yet to come.
    rates: std::vec::IntoIter<f64>,
}

impl<'a> Paths<'a> {
    /// Every branch, as in evaluation.
    pub fn all() -> Self {
        Self { noise: None, pictures: 1, rates: Vec::new().into_iter() }
    }

    /// Those that `noise` keeps, for items of so many pictures.
    pub fn drawn(depth: &StochasticDepth, pictures: usize, noise: &'a mut Noise) -> Self {
        let rates: Vec<f64> = depth.rates().into_iter().flat_map(|rate| vec![rate; depth.branches]).collect();
        Self { noise: Some(noise), pictures, rates: rates.into_iter() }
    }

    /// The path of the next branch, which sees `x`, `[n, …]`; to be asked once for each branch, in their order. Nothing is drawn, and nothing
    /// left out, of a branch that does not train, nor on a plain device.
    pub fn next_branch<const D: usize>(&mut self, x: &Tensor<D>, trains: bool) -> Path {
        let rate = self.rates.next().unwrap_or(0.0);
        let device = x.device();
        let Some(noise) = self.noise.as_mut().filter(|_| rate > 0.0 && trains && device.is_autodiff()) else {
            return Path(None);
        };
        let (count, share) = (x.dims()[0], 1.0 - rate);
        let kept = noise.keep([count / self.pictures, self.pictures], share, &device) * (1.0 / share);
        Path(Some(Tensor::from_inner(kept.reshape([count]))))
    }
}

/// Which pictures of a batch keep a branch.
#[derive(Debug)]
pub struct Path(Option<Tensor<1>>);

impl Path {
    /// Whether all do, as they are.
    pub fn is_whole(&self) -> bool {
        self.0.is_none()
    }

    /// What a branch gives, `[n, …]`: 0 for pictures that do not keep it, and for the others as much more as keeps its mean.
    pub fn of<const D: usize>(&self, branch: Tensor<D>) -> Tensor<D> {
        let Some(kept) = &self.0 else { return branch };
        let mut shape = [1; D];
        shape[0] = kept.dims()[0];
        let kept = kept.clone().cast(branch.dtype()).reshape(shape);
        branch * kept
    }
}
