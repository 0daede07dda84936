//! One step: what is asked of the device for it.

use burn::optim::GradientsParams;
use burn::tensor::{Tensor, Transaction};
use firelight_datablock::FittedTarget;
use firelight_layers::on_workers;
use firelight_losses::Totals;

use super::epoch::Fit;
use super::gradients::{Contribution, Forward, Gathered, parts};
use super::parallel::{Shares, contributions};
use crate::average::Average;
use crate::error::guarded;
use crate::examples::Examples;
use crate::optim::{Factor, GroupOptimizer, length, scale};
use crate::plan::Position;
use crate::readings::{Reader, Reading};
use crate::task::Task;
use crate::{LearnerError, Precision};
use firelight_models::{Model, Noise};

/// A step that is on its way: whether it counts is not known yet.
pub(super) struct Queued<M> {
    /// The batch's number in its epoch.
    pub number: usize,
    pub items: Vec<usize>,
    pub rates: Vec<f64>,
    /// The schedule's.
    pub momentum: Option<f64>,
    /// The optimizer's at that.
    pub own_momentum: f64,
    pub numbers: Numbers,
    pub update: Update<M>,
    /// The model with the mean of several devices' running statistics.
    pub moved: Option<M>,
}

/// Mean loss of a batch, and the length of the gradients that the update is made of, times the loss scale.
pub(super) enum Numbers {
    Known {
        loss: f64,
        length: f64,
    },
    /// In this order.
    Coming(Reading),
}

/// What is to come of a step.
pub(super) enum Update<M> {
    /// Further batches share the update.
    Shared,
    /// It is made once the numbers are there, of the gradients of the mean loss of all batches that share it, times the loss scale.
    Waits(GradientsParams),
    /// It is queued, too.
    Ahead {
        after: Weights<M>,
        /// The model if the step is left out, whose running statistics have moved all the same.
        left_out: M,
    },
}

/// What an update changes.
pub(super) struct Weights<M> {
    pub model: M,
    pub optimizer: GroupOptimizer,
    pub average: Option<Box<Average<M>>>,
}

/// What one device makes of a batch.
struct Pass {
    gradients: GradientsParams,
    /// `[1]`.
    length: Tensor<1>,
    /// Mean loss and length.
    numbers: Tensor<1>,
}

impl<F: FittedTarget, M: Model + Sync> Fit<'_, F, M> {
    /// Asks for forward, loss and backward of a batch; where a reader is there, for the update too, and then for the numbers. It comes after what
    /// is settled, or after `before`, as if that counted.
    pub(super) fn queue<const D: usize>(
        &self,
        before: Option<&Queued<M>>,
        examples: Examples<D, F>,
        gathered: &mut Gathered<M>,
        forward: &impl Forward<M, D>,
        complete: bool,
        reader: Option<&Reader>,
    ) -> Result<Queued<M>, LearnerError> {
        let (number, items) = (examples.number, examples.items.clone());
        let (rates, momentum) = self.plan.settings(&Position { step: number, ..self.position.clone() });
        let own_momentum = self.state.optimizer.as_ref().map_or(0.0, |own| own.momentum(momentum));
        let alone = self.task.options.devices.is_empty() && self.task.options.batches_an_update == 1;
        let ask = || match reader {
            Some(reader) => {
                let (numbers, update) = self.ahead(before, examples, forward, (&rates, momentum), reader)?;
                Ok((numbers, update, None))
            }
            None if alone => {
                let (steps, factor) = (self.state.history.steps.len(), self.factor());
                let Pass { gradients, numbers, .. } = self.pass(&self.state.model, steps, factor, examples, forward);
                let numbers = Reading::of(numbers, &self.task.readings);
                Ok((Numbers::Coming(numbers), Update::Waits(gradients), None))
            }
            None => self.shared(examples, gathered, forward, complete),
        };
        let (numbers, update, moved) = guarded(|| self.place(number, &items), ask)??;
        Ok(Queued { number, items, rates, momentum, own_momentum, numbers, update, moved })
    }

    /// What the loss is multiplied by.
    fn factor(&self) -> f64 {
        self.position.scale.factor_of(self.task.options.precision)
    }

    /// A step on copies of what is settled, or of what `before` leaves. Weights, moments and means are shared with those until the update
    /// makes others; statistics, which forward moves in their place, are the copy's own.
    fn ahead<const D: usize>(
        &self,
        before: Option<&Queued<M>>,
        examples: Examples<D, F>,
        forward: &impl Forward<M, D>,
        (rates, momentum): (&[f64], Option<f64>),
        reader: &Reader,
    ) -> Result<(Numbers, Update<M>), LearnerError> {
        let options = &self.task.options;
        let (mut scale, mut steps) = (self.position.scale.clone(), self.state.history.steps.len());
        let (model, optimizer, average) = match before {
            Some(Queued { update: Update::Ahead { after, .. }, .. }) => {
                if options.precision == Precision::F16 {
                    scale.raise();
                }
                steps += 1;
                (&after.model, Some(&after.optimizer), &after.average)
            }
            _ => (&self.state.model, self.state.optimizer.as_ref(), &self.state.average),
        };
        let optimizer = match optimizer {
            Some(optimizer) => optimizer.clone(),
            None => GroupOptimizer::new(options.rule.clone(), &model.groups())?,
        };
        let average = average.as_ref().map(|average| Box::new(average.fork()));
        let (model, factor) = (model.valid().train(), scale.factor_of(options.precision));
        let Pass { gradients, length, numbers } = self.pass(&model, steps, factor, examples, forward);
        let factor = Factor::on_device(length, factor, options.most_gradient);
        let weights = Weights { model: model.clone(), optimizer, average };
        let after = weights.updated(self.task, gradients, factor, (rates, momentum))?;
        let numbers = reader.ask(numbers, &self.task.readings);
        Ok((Numbers::Coming(numbers), Update::Ahead { after, left_out: model }))
    }

    /// Forward, loss and backward of a batch on one device. Nothing is read.
    fn pass<const D: usize>(
        &self,
        model: &M,
        steps: usize,
        factor: f64,
        examples: Examples<D, F>,
        forward: &impl Forward<M, D>,
    ) -> Pass {
        let (loss, options) = (&*self.task.loss, &self.task.options);
        let noise = Noise::new(options.seed, steps as u64);
        on_workers(self.task.data.device(), || {
            let again = options.sam.map(|sam| (sam, examples.clone()));
            let mean = parts(model, examples, loss, forward, &noise).mean();
            let mut gradients = GradientsParams::from_grads((mean.clone() * factor).backward(), model);
            // Running statistics are kept by the thread that moved them until a copy asks for them.
            drop(model.valid());
            if let Some((sam, examples)) = again {
                let uphill = sam.uphill(model, &gradients);
                let mean = parts(&uphill, examples, loss, forward, &noise).mean();
                gradients = GradientsParams::from_grads((mean * factor).backward(), &uphill);
            }
            let mean = mean.inner();
            let length = length(model, &gradients).unwrap_or_else(|| mean.zeros_like());
            // Both in one reading from the device.
            Pass { gradients, numbers: Tensor::cat(vec![mean, length.clone()], 0), length }
        })
    }

    /// The same of a batch that shares its update with others, or whose examples several devices share. The sums of numerators and denominators are
    /// read at once, in one reading a device, and the length of the gradients in one an update.
    fn shared<const D: usize>(
        &self,
        examples: Examples<D, F>,
        gathered: &mut Gathered<M>,
        forward: &impl Forward<M, D>,
        complete: bool,
    ) -> Result<(Numbers, Update<M>, Option<M>), LearnerError> {
        let Self { task, state, .. } = self;
        let (model, loss, options, home) = (&state.model, &*task.loss, &task.options, task.data.device());
        let noise = Noise::new(options.seed, state.history.steps.len() as u64);
        let factor = self.factor();
        // A sum grows with its batch, for which half precision has no room.
        let added = factor / task.data.train().batch_size() as f64;
        let (contributions, moved) = if options.devices.is_empty() {
            let contribution = on_workers(home, || {
                let contribution = Contribution::of(model, examples, loss, forward, &noise, added, &task.readings);
                drop(model.valid());
                contribution
            });
            (vec![contribution], None)
        } else {
            let shares = Shares::new(examples, task.data.train().dataset(), &options.devices);
            let (contributions, moved) =
                contributions(model, loss, shares, forward, &noise, added, (home, &task.readings))?;
            (contributions, Some(moved))
        };
        let mut totals = Totals::default();
        for contribution in contributions {
            totals.merge(&contribution.totals);
            gathered.add(model, contribution);
        }
        let loss = totals.mean();
        if !complete {
            return Ok((Numbers::Known { loss, length: 0.0 }, Update::Shared, moved));
        }
        let gradients = gathered.take(model, added, factor);
        let length = length(model, &gradients).map_or(0.0, |length| {
            let read = task.readings.read(Transaction::default().register(length));
            read.iter().flat_map(|length| length.iter::<f64>()).sum()
        });
        Ok((Numbers::Known { loss, length }, Update::Waits(gradients), moved))
    }
}

impl<M: Model> Weights<M> {
    /// After an update by gradients times a factor: in place where nobody else holds them.
    pub fn updated<F: FittedTarget>(
        self,
        task: &Task<F>,
        gradients: GradientsParams,
        factor: Factor,
        (rates, momentum): (&[f64], Option<f64>),
    ) -> Result<Self, LearnerError> {
        let Self { model, mut optimizer, average } = self;
        on_workers(task.data.device(), || {
            let gradients = scale(&model, gradients, factor);
            let model = optimizer.step(model, gradients, rates, momentum)?;
            let average = average.zip(task.options.ema).map(|(average, ema)| Box::new(average.after(&model, ema)));
            Ok(Self { model, optimizer, average })
        })
    }
}
