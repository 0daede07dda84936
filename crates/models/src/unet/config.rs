use burn::tensor::Device;
use serde::{Deserialize, Serialize};

use super::{Decoder, UNet};
use crate::{Arch, Fresh};

/// What a [`UNet`] is made from; the defaults are fastai's `unet_learner`.
///
/// | setting | default | meaning |
/// |---|---|---|
/// | `last_cross` | true | the pictures themselves join the last map, before two more convolutions |
///
/// It serialises, so that a file can say which network its weights belong to.
///
/// ```
/// use burn::tensor::Device;
/// use firelight_models::{Arch, Fresh, UNet, UNetConfig};
///
/// let (config, device) = (UNetConfig::new(Arch::Small, 2), Device::flex());
/// let body = Arch::Small.body(1, &device); // or one with trained weights
/// let model = UNet::new(body, config.decoder(&mut Fresh::seeded(2), &device));
/// # drop(model);
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UNetConfig {
    arch: Arch,
    classes: usize,
    last_cross: bool,
}

/// Channels that go into and come out of one [`UNetBlock`](super::UNetBlock).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct BlockWidths {
    /// Of the coarse map.
    pub coarse: usize,
    /// Of the body's map.
    pub skip: usize,
    /// Of the two joined: half the coarse map's, and the body's.
    pub joined: usize,
    pub outputs: usize,
}

impl UNetConfig {
    /// A U-Net on a body of `arch` whose map has `classes` channels.
    pub fn new(arch: Arch, classes: usize) -> Self {
        Self { arch, classes, last_cross: true }
    }

    /// Whether the pictures join the last map (fastai's `last_cross`).
    pub fn with_last_cross(mut self, last_cross: bool) -> Self {
        self.last_cross = last_cross;
        self
    }

    /// The body's architecture.
    pub fn arch(&self) -> Arch {
        self.arch
    }

    /// Channels of the map.
    pub fn classes(&self) -> usize {
        self.classes
    }

    /// Whether the pictures join the last map.
    pub fn last_cross(&self) -> bool {
        self.last_cross
    }

    /// What makes no sense, if anything does: a map without a channel.
    pub fn problem(&self) -> Option<String> {
        (self.classes == 0).then(|| "a U-Net needs at least one class".into())
    }

    /// How many weights the decoder's convolutions have, without biases; many more than any decoder has count as `usize::MAX`.
    pub fn numbers(&self) -> usize {
        let [features, last] = [self.features(), self.last()];
        let middle = 9 * 2 * (features * 2 * features);
        let block = |of: &BlockWidths| of.coarse * 2 * of.coarse + 9 * of.outputs * (of.joined + of.outputs);
        let blocks: usize = self.blocks().iter().map(block).sum();
        let plain = last * 4 * last;
        let end = self.end();
        let cross = if self.last_cross { 9 * 2 * end * end } else { 0 };
        (middle + blocks + plain + cross).saturating_add(end.saturating_mul(self.classes))
    }

    /// A U-Net whose weights, the body's first, depend on `seed` alone.
    ///
    /// # Panics
    ///
    /// If there is no class.
    pub fn init(&self, seed: u64, device: &Device) -> UNet {
        self.fresh(&mut Fresh::seeded(seed), device)
    }

    /// [`init`](Self::init) with numbers from `fresh`: zeros where trained weights follow.
    ///
    /// # Panics
    ///
    /// As [`init`](Self::init).
    pub fn fresh(&self, fresh: &mut Fresh, device: &Device) -> UNet {
        let body = self.arch.fresh_body(fresh, device);
        UNet::new(body, self.decoder(fresh, device))
    }

    /// What goes on a body of the architecture that is there already. Its weights are fastai's: Kaiming normal (fan in) with biases
    /// of 0; where a map is enlarged, alike for the four pixels that come of one; the last convolution's are torch's.
    ///
    /// # Panics
    ///
    /// As [`init`](Self::init).
    pub fn decoder(&self, fresh: &mut Fresh, device: &Device) -> Decoder {
        let problem = self.problem();
        assert!(problem.is_none(), "{}: {self:?}", problem.unwrap_or_default());
        Decoder::new(self, fresh, device)
    }

    /// Of the blocks, from the coarsest map to the finest. The last one halves its channels.
    pub(super) fn blocks(&self) -> Vec<BlockWidths> {
        let skips = &self.arch.stage_channels()[..self.arch.stage_channels().len() - 1];
        let mut coarse = self.features();
        let blocks = skips.iter().enumerate().rev().map(|(index, &skip)| {
            let joined = coarse / 2 + skip;
            let outputs = if index == 0 { joined / 2 } else { joined };
            let block = BlockWidths { coarse, skip, joined, outputs };
            coarse = outputs;
            block
        });
        blocks.collect()
    }

    /// Channels of the body's coarsest map.
    pub(super) fn features(&self) -> usize {
        self.arch.features()
    }

    /// Channels of the last block's output.
    pub(super) fn last(&self) -> usize {
        self.blocks().last().map_or(self.features(), |block| block.outputs)
    }

    /// Channels of the map that the last convolution sees.
    pub(super) fn end(&self) -> usize {
        self.last() + if self.last_cross { PICTURE } else { 0 }
    }
}

/// Channels of a picture.
const PICTURE: usize = 3;
