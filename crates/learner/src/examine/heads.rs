//! Heads on features that stand still, and what they say of pictures that they have not seen.

use std::f64::consts::PI;

use burn::module::Module;
use burn::optim::GradientsParams;
use burn::tensor::{Int, Tensor, TensorData};
use firelight_losses::Loss;
use firelight_models::{Fresh, Head, HeadConfig};
use firelight_transforms::Chance;

use super::Examination;
use super::rows::Rows;
use crate::error::guarded;
use crate::optim::{Adam, GroupOptimizer};
use crate::readings::host;
use crate::task::Task;
use crate::{LearnerError, TargetDefaults};

/// Rows of a step.
const BATCH: usize = 64;
/// The first step's rate, which falls to 0 along half a cosine.
const RATE: f64 = 1e-3;
/// Rows that are judged together.
const JUDGED: usize = 4096;

/// What heads are trained on, and how.
pub(super) struct Heads<'a, F: TargetDefaults> {
    task: &'a Task<F>,
    rows: &'a Rows<F>,
    how: &'a Examination,
    scale: Scale,
}

impl<'a, F: TargetDefaults> Heads<'a, F> {
    /// On these rows.
    pub fn new(task: &'a Task<F>, rows: &'a Rows<F>, how: &'a Examination) -> Self {
        Self { task, rows, how, scale: Scale::of(&rows.values) }
    }

    /// Each item's activated scores by a head that was trained on the items of all other folds, row after row. `labels` are the classes that
    /// folds are dealt by.
    pub fn out_of_fold(&self, labels: &[Vec<usize>]) -> Result<Vec<f32>, LearnerError> {
        let (count, folds) = (self.rows.items.len(), self.how.folds);
        if count < folds {
            let remedy = "give fewer folds, or more pictures";
            return Err(LearnerError::Setting { setting: "folds", value: format!("{folds} of {count} items"), remedy });
        }
        let fold = dealt(labels, folds, self.how.seed);
        let bar = self.task.data.progress().bar(folds, "heads");
        let columns = self.task.data.train().dataset().fitted().outputs();
        let mut scores = vec![0.0; count * columns];
        for held_out in 0..folds {
            let (judged, trained): (Vec<usize>, Vec<usize>) = (0..count).partition(|&row| fold[row] == held_out);
            let given = self.given(&trained, &judged)?;
            for (row, given) in judged.into_iter().zip(given.chunks(columns.max(1))) {
                scores[row * columns..][..columns].copy_from_slice(given);
            }
            bar.inc(1);
        }
        Ok(scores)
    }

    /// Activated scores for the rows `judged` by a head that is trained on the rows `trained`, row after row.
    pub fn given(&self, trained: &[usize], judged: &[usize]) -> Result<Vec<f32>, LearnerError> {
        guarded(
            || "a head on features".into(),
            || {
                let fitted = self.task.data.train().dataset().fitted();
                let loss = fitted.loss();
                let head = self.trained(trained, loss.as_ref())?.valid();
                let inputs = |rows: &[usize]| self.scale.rows(&self.rows.values, rows);
                let scores = |rows: &[usize]| host(loss.activation(head.classify(inputs(rows))));
                Ok(judged.chunks(JUDGED).flat_map(scores).collect())
            },
        )?
    }

    /// A linear head, by the target's own loss.
    fn trained(&self, rows: &[usize], loss: &dyn Loss<F::Tensor>) -> Result<Head, LearnerError> {
        let (fitted, device) = (self.task.data.train().dataset().fitted(), self.task.training_device());
        let [_, columns] = self.rows.values.dims();
        let config = HeadConfig::new(columns, fitted.outputs()).with_hidden([]).with_concat_pool(false);
        let config = config.with_first_norm(false).with_dropout(0.0).with_units(fitted.units(&self.rows.targets));
        // The loss is convex in it, so that there is nothing to draw.
        let mut head = config.fresh(&mut Fresh::zeros(), &device);
        let mut optimizer = GroupOptimizer::new(Adam::default(), &["^layers\\.".to_owned()])?;
        let batch = BATCH.min(rows.len()).max(1);
        let steps = self.how.epochs * (rows.len() / batch);
        let mut step = 0_usize;
        for epoch in 0..self.how.epochs {
            let mut order = rows.to_vec();
            Chance::new(self.how.seed, epoch as u64, u64::MAX).shuffle(&mut order);
            for rows in order.chunks_exact(batch) {
                let rate = RATE * f64::midpoint(1.0, (PI * step as f64 / steps as f64).cos());
                let targets: Vec<F::Target> = rows.iter().map(|&row| self.rows.targets[row].clone()).collect();
                let inputs = Tensor::from_inner(self.scale.rows(&self.rows.values, rows));
                let output = head.classify(inputs);
                let gradients = loss.parts(output, fitted.collate(&targets, &device)).mean().backward();
                let gradients = GradientsParams::from_grads(gradients, &head);
                head = optimizer.step(head, gradients, &[rate], None)?;
                step += 1;
            }
        }
        Ok(head)
    }
}

/// What moves and scales each feature so that it has mean 0 and variance 1 over all rows.
struct Scale {
    mean: Tensor<2>,
    spread: Tensor<2>,
}

impl Scale {
    /// Some rows at a time: all of them together are the largest thing in memory as it is.
    fn of(values: &Tensor<2>) -> Self {
        let [rows, columns] = values.dims();
        let mut mean = Tensor::zeros([1, columns], &values.device());
        let mut square = mean.clone();
        for start in (0..rows).step_by(JUDGED) {
            let some = values.clone().narrow(0, start, JUDGED.min(rows - start));
            mean = mean + some.clone().sum_dim(0) / rows as f32;
            square = square + some.powi_scalar(2).sum_dim(0) / rows as f32;
        }
        // What does not vary stays at 0.
        let spread = (square - mean.clone().powi_scalar(2)).clamp_min(0.0).sqrt() + 1e-3;
        Self { mean, spread }
    }

    fn rows(&self, values: &Tensor<2>, rows: &[usize]) -> Tensor<2> {
        let numbers: Vec<i64> = rows.iter().map(|&row| row as i64).collect();
        let numbers: Tensor<1, Int> = Tensor::from_data(TensorData::new(numbers, [rows.len()]), &values.device());
        (values.clone().select(0, numbers) - self.mean.clone()) / self.spread.clone()
    }
}

/// Deals items to folds, those of one class in turn, so that each fold has its share of each class.
fn dealt(labels: &[Vec<usize>], folds: usize, seed: u64) -> Vec<usize> {
    let mut order: Vec<usize> = (0..labels.len()).collect();
    Chance::new(seed, 0, u64::MAX - 1).shuffle(&mut order);
    order.sort_by(|&a, &b| labels[a].cmp(&labels[b]));
    let mut fold = vec![0; labels.len()];
    for (place, item) in order.into_iter().enumerate() {
        fold[item] = place % folds;
    }
    fold
}
