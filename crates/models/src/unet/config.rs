use burn::tensor::Device;
use serde::{Deserialize, Serialize};

use super::{Decoder, UNet};
use crate::{BodyConfig, Fresh};

/// What a [`UNet`] is made from; the defaults are fastai's `unet_learner`.
///
/// | setting | default | meaning |
/// |---|---|---|
/// | `last_cross` | true | the pictures themselves join the last map, before two more convolutions |
///
/// It serialises, with the body's settings among its own, so that a file can say which network its weights belong to.
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
    #[serde(flatten)]
    body: BodyConfig,
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
    /// A U-Net whose map has `classes` channels, on a body for one picture of three channels (an [`Arch`](crate::Arch)) or for others.
    pub fn new(body: impl Into<BodyConfig>, classes: usize) -> Self {
        Self { body: body.into(), classes, last_cross: true }
    }

    /// Whether the pictures join the last map (fastai's `last_cross`).
    pub fn with_last_cross(mut self, last_cross: bool) -> Self {
        self.last_cross = last_cross;
        self
    }

    /// What the body is made from.
    pub fn body(&self) -> &BodyConfig {
        &self.body
    }

    /// Channels of the map.
    pub fn classes(&self) -> usize {
        self.classes
    }

    /// Whether the pictures join the last map.
    pub fn last_cross(&self) -> bool {
        self.last_cross
    }

    /// What makes no sense, if anything does: a map without a channel, or what makes none of the [body](BodyConfig::problem).
    pub fn problem(&self) -> Option<String> {
        let no_class = || (self.classes == 0).then(|| "a U-Net needs at least one class".into());
        self.body.problem().or_else(no_class)
    }

    /// How many weights the decoder's convolutions have, without biases; many more than any decoder has count as `usize::MAX`.
    pub fn numbers(&self) -> usize {
        let convolution = |kernel: usize, inputs: usize, outputs: usize| {
            (kernel * kernel).saturating_mul(inputs).saturating_mul(outputs)
        };
        let enlarged = |channels: usize, outputs: usize| convolution(1, channels, outputs.saturating_mul(4));
        let [features, last, end] = [self.features(), self.last(), self.end()];
        let twice = features.saturating_mul(2);
        let mut all = vec![convolution(3, features, twice), convolution(3, twice, features)];
        for BlockWidths { coarse, joined, outputs, .. } in self.blocks() {
            all.extend([
                enlarged(coarse, coarse / 2),
                convolution(3, joined, outputs),
                convolution(3, outputs, outputs),
            ]);
        }
        all.extend([enlarged(last, last), convolution(1, end, self.classes)]);
        if self.last_cross {
            all.extend([convolution(3, end, end); 2]);
        }
        all.into_iter().fold(0, usize::saturating_add)
    }

    /// A U-Net whose weights, the body's first, depend on `seed` alone.
    ///
    /// # Panics
    ///
    /// If there is a [`problem`](Self::problem).
    pub fn init(&self, seed: u64, device: &Device) -> UNet {
        self.fresh(&mut Fresh::seeded(seed), device)
    }

    /// [`init`](Self::init) with numbers from `fresh`: zeros where trained weights follow.
    ///
    /// # Panics
    ///
    /// As [`init`](Self::init).
    pub fn fresh(&self, fresh: &mut Fresh, device: &Device) -> UNet {
        let body = self.body.fresh_body(fresh, device);
        UNet::new(body, self.decoder(fresh, device))
    }

    /// What goes on such a body that is there already. Its weights are fastai's: Kaiming normal (fan in) with biases
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
        let mut skips = self.body.stage_channels();
        skips.pop();
        let mut coarse = self.features();
        let blocks = skips.into_iter().enumerate().rev().map(|(index, skip)| {
            let joined = skip.saturating_add(coarse / 2);
            let outputs = if index == 0 { joined / 2 } else { joined };
            let block = BlockWidths { coarse, skip, joined, outputs };
            coarse = outputs;
            block
        });
        blocks.collect()
    }

    /// Channels of the body's coarsest map.
    pub(super) fn features(&self) -> usize {
        self.body.features()
    }

    /// Channels of the last block's output.
    pub(super) fn last(&self) -> usize {
        self.blocks().last().map_or(self.features(), |block| block.outputs)
    }

    /// Channels of the map that the last convolution sees.
    pub(super) fn end(&self) -> usize {
        self.last().saturating_add(if self.last_cross { self.body.inputs() } else { 0 })
    }
}
