//! Running a model over items without training it.

use burn::tensor::Tensor;
use firelight_datablock::{DataLoader, FittedTarget, progress};
use firelight_losses::{Decision, Loss};

use crate::metrics::{Metric, Outcomes};
use crate::models::Model;
use crate::{Learner, LearnerError};

/// Loss and metrics over a part of the data.
///
/// ```no_run
/// # use firelight_datablock::Categories;
/// # use firelight_learner::{Learner, LearnerError};
/// # use firelight_losses::CrossEntropy;
/// # fn look(mut learn: Learner<Categories, CrossEntropy>) -> Result<(), LearnerError> {
/// let evaluation = learn.evaluate()?;
/// println!("loss {:.3}, metrics {:?}", evaluation.loss, evaluation.metrics);
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Evaluation {
    /// Mean loss.
    pub loss: f64,
    /// Metrics in the learner's order.
    pub metrics: Vec<Option<f64>>,
}

/// A part of the data.
///
/// ```no_run
/// # use firelight_datablock::Categories;
/// # use firelight_learner::{Learner, LearnerError, Part};
/// # use firelight_losses::CrossEntropy;
/// # fn look(mut learn: Learner<Categories, CrossEntropy>) -> Result<(), LearnerError> {
/// let gap = learn.evaluate()?.loss - learn.evaluate_on(Part::Train)?.loss; // how much it has learned by heart
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Part {
    /// The training part, in its own order, without augmentation and with its last pictures.
    Train,
    /// The validation part.
    #[default]
    Valid,
}

/// What a model makes of items, in the order of the data set: fastai's `get_preds`.
///
/// ```no_run
/// # use firelight_datablock::Categories;
/// # use firelight_learner::{Learner, LearnerError};
/// # use firelight_losses::CrossEntropy;
/// # fn look(mut learn: Learner<Categories, CrossEntropy>) -> Result<(), LearnerError> {
/// let seen = learn.predictions()?;
/// let unsure = (0..seen.items.len()).filter(|&row| seen.row(row)[seen.decided[row]] < 0.5).count();
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Predictions<T> {
    /// Which items of the data set these are.
    pub items: Vec<usize>,
    /// Activated outputs (probabilities for classes), row after row.
    pub outputs: Vec<f32>,
    /// Numbers in a row.
    pub columns: usize,
    /// Targets, one a row.
    pub targets: Vec<T>,
    /// Classes that the decision rule picks, one a row.
    pub decided: Vec<usize>,
    /// Losses, one a row.
    pub losses: Vec<f32>,
}

impl<T> Predictions<T> {
    /// The activated outputs of row `index`.
    ///
    /// # Panics
    ///
    /// If there is no such row.
    pub fn row(&self, index: usize) -> &[f32] {
        &self.outputs[index * self.columns..(index + 1) * self.columns]
    }
}

/// Adds up loss, metrics and predictions batch by batch.
pub(super) struct Tally<'a, T, L> {
    loss: &'a L,
    decision: &'a Decision,
    metrics: &'a mut [Box<dyn Metric<T>>],
    sum: f64,
    weight: f64,
    predictions: Predictions<T>,
}

impl<'a, T: Clone, L> Tally<'a, T, L> {
    pub fn new(loss: &'a L, decision: &'a Decision, metrics: &'a mut [Box<dyn Metric<T>>]) -> Self {
        for metric in metrics.iter_mut() {
            metric.reset();
        }
        let predictions = Predictions {
            items: Vec::new(),
            outputs: Vec::new(),
            columns: 0,
            targets: Vec::new(),
            decided: Vec::new(),
            losses: Vec::new(),
        };
        Self { loss, decision, metrics, sum: 0.0, weight: 0.0, predictions }
    }

    /// Adds a batch of raw outputs.
    pub fn add<B: Clone>(&mut self, items: &[usize], output: Tensor<2>, tensor: B, targets: &[T])
    where
        L: Loss<B>,
    {
        let columns = output.dims()[1];
        let weights = self.loss.mean_weights(&output, &tensor).map(host);
        let losses = host(self.loss.per_example(output.clone(), tensor));
        let outputs = host(self.loss.activation(output));
        let decided: Vec<usize> = outputs.chunks(columns.max(1)).map(|row| pick(self.decision, row)).collect();

        self.sum += losses.iter().map(|&loss| f64::from(loss)).sum::<f64>();
        self.weight += match weights {
            Some(weights) => weights.iter().map(|&weight| f64::from(weight)).sum::<f64>(),
            None => losses.len() as f64,
        };
        let outcomes = Outcomes { outputs: &outputs, columns, targets, decided: &decided, decision: self.decision };
        for metric in self.metrics.iter_mut() {
            metric.update(&outcomes);
        }

        let all = &mut self.predictions;
        all.columns = columns;
        all.items.extend_from_slice(items);
        all.outputs.extend(outputs);
        all.targets.extend_from_slice(targets);
        all.decided.extend(decided);
        all.losses.extend(losses);
    }

    pub fn finish(self) -> (Evaluation, Predictions<T>) {
        let loss = if self.weight > 0.0 { self.sum / self.weight } else { 0.0 };
        let metrics = self.metrics.iter().map(|metric| metric.value()).collect();
        (Evaluation { loss, metrics }, self.predictions)
    }
}

/// The one class that a rule picks.
pub(crate) fn pick(decision: &Decision, row: &[f32]) -> usize {
    decision.rank(row, 1).first().copied().unwrap_or_default()
}

/// The numbers of a tensor, row by row.
pub(crate) fn host<const D: usize>(tensor: Tensor<D>) -> Vec<f32> {
    tensor.into_data().iter::<f32>().collect()
}

impl<F: FittedTarget, L: Loss<F::Tensor>, M: Model + Sync> Learner<F, L, M> {
    /// Loss and metrics over the validation part.
    ///
    /// # Errors
    ///
    /// Any [`LearnerError`] of data and classes.
    pub fn evaluate(&mut self) -> Result<Evaluation, LearnerError> {
        self.evaluate_on(Part::Valid)
    }

    /// Loss and metrics over a part of the data.
    ///
    /// # Errors
    ///
    /// As [`evaluate`](Self::evaluate).
    pub fn evaluate_on(&mut self, part: Part) -> Result<Evaluation, LearnerError> {
        self.run(&self.part(part), 0, true).map(|(evaluation, _)| evaluation)
    }

    /// What the model makes of the validation part, in its order: fastai's `get_preds`.
    ///
    /// # Errors
    ///
    /// Any [`LearnerError`] of data and classes.
    pub fn predictions(&mut self) -> Result<Predictions<F::Target>, LearnerError> {
        self.predictions_on(Part::Valid)
    }

    /// What the model makes of a part of the data, in its order.
    ///
    /// # Errors
    ///
    /// As [`predictions`](Self::predictions).
    pub fn predictions_on(&mut self, part: Part) -> Result<Predictions<F::Target>, LearnerError> {
        self.run(&self.part(part), 0, false).map(|(_, predictions)| predictions)
    }

    /// A loader that serves a part as validation does.
    pub(crate) fn part(&self, part: Part) -> DataLoader<F> {
        match part {
            Part::Train => {
                let train = self.data.train().view().without_sampling();
                train.with_shuffle(false).with_augment(false).with_drop_last(false)
            }
            Part::Valid => self.data.valid().view(),
        }
    }

    /// One pass over a loader; `epoch` draws its augmentation, where it has one. Without `metrics` the evaluation has none.
    pub(crate) fn run(
        &mut self,
        loader: &DataLoader<F>,
        epoch: usize,
        metrics: bool,
    ) -> Result<(Evaluation, Predictions<F::Target>), LearnerError> {
        self.check_classes()?;
        let model = self.model.for_inference();
        let loader = loader.view().with_device(&self.data.device().clone().inner());
        let bar = progress::bar(loader.num_batches(), "valid");
        let metrics = if metrics { &mut self.metrics[..] } else { &mut [] };
        let mut tally = Tally::new(&self.loss, &self.decision, metrics);
        for batch in loader.batches(epoch)? {
            let batch = batch?;
            let targets: Vec<_> = batch.items.iter().map(|&i| loader.dataset().targets()[i].clone()).collect();
            let features = model.features_in_chunks(batch.inputs);
            tally.add(&batch.items, model.classify(features), batch.targets, &targets);
            bar.inc(1);
        }
        Ok(tally.finish())
    }
}
