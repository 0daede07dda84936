//! The gradients of a batch: one way for one device, for several, and for several batches together.

use burn::optim::{GradientsAccumulator, GradientsParams};
use burn::tensor::{Tensor, Transaction};
use firelight_datablock::FittedTarget;
use firelight_losses::{Loss, Parts, Totals};

use crate::examples::Examples;
use crate::optim::{Factor, scale};
use crate::readings::Readings;
use firelight_models::{Model, Noise};

/// A model's training pass: from inputs to scores, with chance from the noise.
pub(crate) trait Forward<M, const D: usize>: Fn(&M, Tensor<D>, &mut Noise) -> Tensor<2> + Sync {}
impl<M, const D: usize, T: Fn(&M, Tensor<D>, &mut Noise) -> Tensor<2> + Sync> Forward<M, D> for T {}

/// The losses of some examples, term by term.
pub(super) fn parts<M, F, const D: usize>(
    model: &M,
    examples: Examples<D, F>,
    loss: &dyn Loss<F::Tensor>,
    forward: &impl Forward<M, D>,
    noise: &Noise,
) -> Parts
where
    M: Model,
    F: FittedTarget,
{
    // Each pass over the same examples draws the same numbers.
    let mut noise = noise.clone().from_row(examples.first);
    if model.draws_from_device() {
        // A stream of everybody's: each pass gets a start of its own, so that a run is the same again.
        examples.inputs.device().seed(noise.seed().wrapping_add(examples.first as u64));
    }
    examples.parts(loss, |inputs| forward(model, inputs, &mut noise))
}

/// What some examples contribute to a mean that others have a share in: the sums of their numerators and denominators, and for each
/// term of the loss the gradients of the sum of numerators times a factor.
pub(super) struct Contribution {
    pub totals: Totals,
    gradients: Vec<GradientsParams>,
}

impl Contribution {
    /// Of examples on the model's device, whose sums are read at once. `factor` keeps the gradients in the range of half precision.
    pub fn of<M, F, const D: usize>(
        model: &M,
        examples: Examples<D, F>,
        loss: &dyn Loss<F::Tensor>,
        forward: &impl Forward<M, D>,
        noise: &Noise,
        factor: f64,
        readings: &Readings,
    ) -> Self
    where
        M: Model,
        F: FittedTarget,
    {
        let again = examples.clone();
        let whole = parts(model, examples, loss, forward, noise);
        let mut totals = Totals::default();
        totals.add_read(&whole, readings.read(whole.register(Transaction::default())));
        let backward = |parts: &Parts, term: usize, model: &M| {
            let sum = parts.terms()[term].numerators.clone().sum() * factor;
            GradientsParams::from_grads(sum.backward(), model)
        };
        let mut gradients = vec![backward(&whole, 0, model)];
        for term in 1..whole.terms().len() {
            // A graph can be gone back through once, so a second term takes a second pass, whose copy keeps the norms' statistics
            // from moving twice. Sums of losses that divide by other numbers have one.
            let copy = model.valid().train();
            // The copy's parameters have the numbers that the model's have.
            gradients.push(backward(&parts(&copy, again.clone(), loss, forward, noise), term, &copy));
        }
        Self { totals, gradients }
    }

    /// With the gradients moved to another device.
    pub fn moved<M: Model>(mut self, device: &burn::tensor::Device, model: &M) -> Self {
        self.gradients = self.gradients.into_iter().map(|gradients| gradients.to_device(device, model)).collect();
        self
    }
}

/// Contributions that are added up, to be divided once.
pub(super) struct Gathered<M> {
    totals: Totals,
    gradients: Vec<GradientsAccumulator<M>>,
}

impl<M: Model> Gathered<M> {
    pub fn new() -> Self {
        Self { totals: Totals::default(), gradients: Vec::new() }
    }

    pub fn add(&mut self, model: &M, contribution: Contribution) {
        let Contribution { totals, gradients } = contribution;
        self.totals.merge(&totals);
        self.gradients.resize_with(self.gradients.len().max(gradients.len()), GradientsAccumulator::new);
        for (total, gradients) in self.gradients.iter_mut().zip(gradients) {
            total.accumulate(model, gradients);
        }
    }

    /// The gradients of the mean loss over all that was added, times `factor`, where those added are of sums times `added`. Begins
    /// anew.
    pub fn take(&mut self, model: &M, added: f64, factor: f64) -> GradientsParams {
        let totals = std::mem::take(&mut self.totals);
        let mut sum = GradientsAccumulator::new();
        for (total, [_, denominator]) in self.gradients.iter_mut().zip(totals.terms()) {
            // Nothing counts where all weights are 0, and its gradient is 0 already.
            let share = if *denominator == 0.0 { 1.0 } else { 1.0 / denominator };
            sum.accumulate(model, scale(model, total.grads(), Factor::Known(share * factor / added)));
        }
        sum.grads()
    }
}
