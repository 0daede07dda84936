//! A batch on its way into a step, perhaps mixed.

use burn::tensor::{Int, Tensor, TensorData};
use firelight_datablock::{Batch, Dataset, FittedTarget};
use firelight_losses::{Loss, Parts};
use firelight_transforms::{Chance, CutMix, MixUp, Size};

/// Inputs and targets of a step.
#[derive(Clone)]
pub(crate) struct Examples<const D: usize, F: FittedTarget> {
    pub inputs: Tensor<D>,
    pub targets: F::Tensor,
    /// The targets on the host, as they lie in the pictures.
    pub placed: Vec<F::Target>,
    /// Which items of the training part they are.
    pub items: Vec<usize>,
    /// What was mixed into the inputs.
    pub mixed: Option<Mixed<F>>,
    /// The batch's number in its epoch.
    pub number: usize,
    /// The row of the batch that the first of them is: 0 but for a share of a batch.
    pub first: usize,
}

/// Partners of the examples of a batch.
#[derive(Clone)]
pub(crate) struct Mixed<F: FittedTarget> {
    pub targets: F::Tensor,
    pub placed: Vec<F::Target>,
    /// What share of each example is its own.
    pub shares: Vec<f32>,
}

impl<const D: usize, F: FittedTarget> Examples<D, F> {
    /// What a mean of the losses is made of. The loss of mixed examples is `share · loss(own) + (1 − share) · loss(partner)`, which
    /// needs no soft targets and so works with every loss.
    pub fn parts(self, loss: &dyn Loss<F::Tensor>, forward: impl FnOnce(Tensor<D>) -> Tensor<2>) -> Parts {
        let output = forward(self.inputs);
        let Some(Mixed { targets, shares, .. }) = self.mixed else {
            return loss.parts(output, self.targets);
        };
        let count = shares.len();
        let share: Tensor<1> = Tensor::from_data(TensorData::new(shares, [count]), &output.device());
        let own = loss.parts(output.clone(), self.targets);
        own.mix(loss.parts(output, targets), &share)
    }
}

/// How the pictures of a training batch are mixed, and their targets with them.
///
/// Class numbers are not made soft: the loss of a mixed example is the mixture of its losses on both targets. So both work with
/// every loss and every kind of target; but `CutMix` does not with targets that move with the picture.
///
/// ```
/// use firelight_learner::Mix;
/// use firelight_transforms::{CutMix, MixUp};
///
/// assert_eq!(Mix::from(MixUp::new(0.4)), Mix::Up(MixUp::new(0.4)));
/// let mix: Mix = CutMix::default().into();
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub enum Mix {
    /// Pictures are blended.
    Up(MixUp),
    /// A rectangle of another picture is pasted.
    Cut(CutMix),
}

impl From<MixUp> for Mix {
    fn from(mix: MixUp) -> Self {
        Self::Up(mix)
    }
}

impl From<CutMix> for Mix {
    fn from(mix: CutMix) -> Self {
        Self::Cut(mix)
    }
}

/// Whether and how batches are mixed. The draws depend on seed, epoch and the batch's number alone.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Mixing {
    pub mix: Option<Mix>,
    pub seed: u64,
}

impl Mixing {
    /// The examples of a batch of epoch number `epoch`.
    pub fn examples<F: FittedTarget>(self, batch: Batch<F>, dataset: &Dataset<F>, epoch: usize) -> Examples<4, F> {
        let number = batch.number;
        let Some(mix) = self.mix else {
            let Batch { inputs, targets, placed, items, .. } = batch;
            return Examples { inputs, targets, placed, items, mixed: None, number, first: 0 };
        };
        // Numbers that no picture has; `u64::MAX` is the shuffle's.
        let mut chance = Chance::new(self.seed, epoch as u64, u64::MAX - 1 - number as u64);
        let [examples, channels, height, width] = batch.inputs.dims();
        let device = batch.inputs.device();
        let (inputs, partners, shares) = match mix {
            Mix::Up(mix) => {
                let draw = mix.draw(examples, &mut chance);
                let share: Tensor<1> = Tensor::from_data(TensorData::new(draw.shares.clone(), [examples]), &device);
                let share: Tensor<4> = share.reshape([examples, 1, 1, 1]);
                let other = partners_of(&batch.inputs, &draw.partners);
                (batch.inputs * share.clone() + other * (share.neg() + 1.0), draw.partners, draw.shares)
            }
            Mix::Cut(mix) => {
                let draw = mix.draw(examples, Size::new(width as u32, height as u32), &mut chance);
                let span = |start: u32, length: u32| start as usize..(start + length) as usize;
                let (down, across) =
                    (span(draw.patch.top, draw.patch.size.height), span(draw.patch.left, draw.patch.size.width));
                let inputs = if down.is_empty() || across.is_empty() {
                    batch.inputs
                } else {
                    let place = [0..examples, 0..channels, down, across];
                    let other = partners_of(&batch.inputs, &draw.partners).slice(place.clone());
                    batch.inputs.slice_assign(place, other)
                };
                (inputs, draw.partners, vec![draw.share; examples])
            }
        };
        let partners: Vec<_> = partners.iter().map(|&partner| batch.placed[partner].clone()).collect();
        let mixed = Some(Mixed { targets: dataset.fitted().collate(&partners, &device), placed: partners, shares });
        let Batch { targets, placed, items, .. } = batch;
        Examples { inputs, targets, placed, items, mixed, number, first: 0 }
    }
}

fn partners_of(pictures: &Tensor<4>, partners: &[usize]) -> Tensor<4> {
    let numbers: Vec<i64> = partners.iter().map(|&partner| partner as i64).collect();
    let numbers: Tensor<1, Int> = Tensor::from_data(TensorData::new(numbers, [partners.len()]), &pictures.device());
    pictures.clone().select(0, numbers)
}

#[cfg(test)]
mod tests {
    use super::*;
    use burn::tensor::Device;
    use firelight_datablock::Categories;
    use firelight_losses::CrossEntropy;

    /// Reference test T12: the loss of examples mixed with the partners 2, 0, 3, 1.
    #[test]
    fn a_mixed_loss_has_fastais_values() {
        let device = Device::flex();
        let scores = Tensor::from_data(
            [[2.0, 1.0, 0.1, -1.0], [0.5, 2.5, 0.3, 0.0], [-0.2, 0.7, 2.1, 1.9], [1.0, -1.0, 0.0, 3.0]],
            &device,
        );
        let examples = Examples::<1, Categories> {
            inputs: Tensor::zeros([1], &device),
            targets: Tensor::<1, Int>::from_data([0, 1, 3, 2], &device),
            placed: vec![0, 1, 3, 2],
            items: vec![0, 1, 2, 3],
            mixed: Some(Mixed {
                targets: Tensor::from_data([3, 0, 2, 1], &device),
                placed: vec![3, 0, 2, 1],
                shares: vec![0.9, 0.6, 0.75, 0.5],
            }),
            number: 0,
            first: 0,
        };
        let loss = examples.parts(&CrossEntropy::new(), |_| scores).mean().into_scalar::<f32>();
        assert!((loss - 1.610_257_2).abs() < 1e-6, "{loss}");
    }
}
