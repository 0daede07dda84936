//! Predicting from several augmented views of a picture.

use firelight_datablock::FittedTarget;

use super::predictions::Predictions;
use crate::part::Part;
use crate::{Learner, LearnerError};
use firelight_models::Model;

/// Test-time augmentation, fastai's `tta`: what the model says of augmented views is blended with what it says of the
/// picture as validation sees it, `(1 − beta) · views + beta · plain`.
///
/// | setting | default | fastai's default |
/// |---|---|---|
/// | `passes` | 4 | `n` 4 |
/// | `beta` | 0.25 | 0.25 |
/// | `most` | `false`: the views' mean | `use_max` `False` |
///
/// A number stands for that many passes with the other defaults.
///
/// ```
/// use firelight_learner::Tta;
///
/// assert_eq!(Tta::from(8), Tta { passes: 8, beta: 0.25, most: false });
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Tta {
    /// Augmented views of each picture; 0 leaves the plain prediction.
    pub passes: usize,
    /// Share of the plain view, from 0 to 1.
    pub beta: f32,
    /// Takes the largest of each output over all views, the plain one among them, instead of blending; of probabilities the result
    /// need not sum to 1. `beta` then has no part.
    pub most: bool,
}

impl Default for Tta {
    fn default() -> Self {
        Self { passes: 4, beta: 0.25, most: false }
    }
}

impl From<usize> for Tta {
    fn from(passes: usize) -> Self {
        Self { passes, ..Self::default() }
    }
}

impl<F: FittedTarget, M: Model + Sync> Learner<F, M> {
    /// Predictions over the validation part from augmented views and the plain one: `learn.tta(4)?`.
    ///
    /// The views are those of the loaders' seed in epochs 0, 1, …, so they are the same at every call. Losses are blended in
    /// either case. A calibration in place is that of single views: each is calibrated before they are blended.
    ///
    /// # Errors
    ///
    /// [`LearnerError::Setting`] for a `beta` outside 0 to 1, and any [`LearnerError`] of data and classes.
    pub fn tta(&self, how: impl Into<Tta>) -> Result<Predictions<F::Target>, LearnerError> {
        let Tta { passes, beta, most } = how.into();
        if !(0.0..=1.0).contains(&beta) {
            let remedy = "give the plain view a share from 0 to 1";
            return Err(LearnerError::Setting { setting: "tta beta", value: beta.to_string(), remedy });
        }
        if passes > 0 && self.task.data.valid().dataset().fitted().moves() {
            let (value, remedy) =
                (passes.to_string(), "views of targets that move with the picture cannot be blended; leave it out");
            return Err(LearnerError::Setting { setting: "tta passes", value, remedy });
        }
        let (task, seeing, valid) = (&self.task, self.state.seeing(), self.task.part(Part::Valid)?);
        let (_, mut plain) = task.predict(seeing, &valid, 0, false)?;
        if passes == 0 {
            return Ok(plain);
        }
        let mut views = Views::of(&plain, valid.dataset().len(), most);
        for pass in 0..passes {
            let (_, seen) = task.predict(seeing, &valid.view().with_augment(true), pass, false)?;
            views.add(&seen);
        }
        views.blend(&mut plain, beta);
        plain.decided = task.picks(&plain.outputs, plain.columns);
        Ok(plain)
    }
}

/// What the augmented passes said, by item: a broken picture may be left out of one.
struct Views {
    columns: usize,
    /// Whether largest outputs are kept, and not sums.
    most: bool,
    outputs: Vec<f32>,
    losses: Vec<f32>,
    passes: Vec<f32>,
}

impl Views {
    fn of<T>(plain: &Predictions<T>, items: usize, most: bool) -> Self {
        let (columns, start) = (plain.columns, if most { f32::NEG_INFINITY } else { 0.0 });
        let outputs = vec![start; items * columns];
        Self { columns, most, outputs, losses: vec![0.0; items], passes: vec![0.0; items] }
    }

    fn add<T>(&mut self, seen: &Predictions<T>) {
        for (row, &item) in seen.items.iter().enumerate() {
            for (view, &output) in self.outputs[item * self.columns..].iter_mut().zip(seen.row(row)) {
                *view = if self.most { view.max(output) } else { *view + output };
            }
            self.losses[item] += seen.losses[row];
            self.passes[item] += 1.0;
        }
    }

    fn blend<T>(&self, plain: &mut Predictions<T>, beta: f32) {
        for (row, &item) in plain.items.iter().enumerate().filter(|&(_, &item)| self.passes[item] > 0.0) {
            let passes = self.passes[item];
            let lerp = |views: f32, plain: f32| views + beta * (plain - views);
            let views = &self.outputs[item * self.columns..];
            for (output, view) in plain.outputs[row * self.columns..][..self.columns].iter_mut().zip(views) {
                *output = if self.most { output.max(*view) } else { lerp(view / passes, *output) };
            }
            plain.losses[row] = lerp(self.losses[item] / passes, plain.losses[row]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Predictions, Views};

    fn near(a: f32, b: f32) {
        assert!((a - b).abs() < 1e-6, "{a} is not {b}");
    }

    fn of(outputs: [f32; 2]) -> Predictions<usize> {
        let losses = vec![outputs[0]];
        Predictions {
            items: vec![1],
            outputs: outputs.to_vec(),
            columns: 2,
            targets: vec![0],
            decided: vec![0],
            losses,
        }
    }

    /// fastai 2.8.12: `lerp(mean of the views, plain, beta)`, and with `use_max` the largest of all, unblended.
    fn blended(plain: [f32; 2], views: [[f32; 2]; 2], most: bool) -> ([f32; 2], f32) {
        let mut plain = of(plain);
        let mut all = Views::of(&plain, 2, most);
        for view in views {
            all.add(&of(view));
        }
        all.blend(&mut plain, 0.25);
        ([plain.outputs[0], plain.outputs[1]], plain.losses[0])
    }

    #[test]
    fn views_and_the_plain_picture_are_blended_as_fastai_blends_them() {
        let (mean, loss) = blended([0.6, 0.4], [[0.1, 0.9], [0.3, 0.7]], false);
        near(mean[0], 0.3);
        near(mean[1], 0.7);
        near(loss, 0.3);
    }

    /// B14: outputs of a regression may all be negative, and so is the largest of them.
    #[test]
    fn the_most_is_the_largest_of_all_views_whatever_its_sign() {
        let most = |plain, views| blended(plain, views, true).0.map(f32::to_bits);
        assert_eq!(most([0.6, 0.4], [[0.1, 0.9], [0.3, 0.7]]), [0.6, 0.9].map(f32::to_bits));
        assert_eq!(most([-3.0, -1.0], [[-2.0, -4.0], [-5.0, -3.0]]), [-2.0, -1.0].map(f32::to_bits));
    }
}
