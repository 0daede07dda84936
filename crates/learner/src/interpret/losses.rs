//! Examples with high losses, of any kind of target.

use std::path::PathBuf;

use firelight_datablock::FittedTarget;

use crate::{Learner, LearnerError};
use firelight_models::Model;

/// A validation example with a high loss, whatever its target is.
///
/// ```no_run
/// # use firelight_datablock::MultiCategories;
/// # use firelight_learner::{Learner, LearnerError};
/// # fn look(learn: Learner<MultiCategories>) -> Result<(), LearnerError> {
/// for high in learn.top_losses(9)? {
///     println!("{:.2} {} {:?}", high.loss, high.path.display(), high.target);
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct HighLoss<T> {
    /// The picture's file.
    pub path: PathBuf,
    /// Its target.
    pub target: T,
    /// What the model gives for it, activated.
    pub outputs: Vec<f32>,
    /// Its loss.
    pub loss: f32,
    /// Its row in [`Learner::predictions`](crate::Learner::predictions).
    pub row: usize,
    /// Its number in the validation part.
    pub item: usize,
}

impl<F: FittedTarget, M: Model + Sync> Learner<F, M> {
    /// The `k` validation examples with the highest losses, highest first. For classes [`interpret`](Self::interpret) tells more.
    ///
    /// # Errors
    ///
    /// Any [`LearnerError`] of data and classes.
    pub fn top_losses(&self, k: usize) -> Result<Vec<HighLoss<F::Target>>, LearnerError> {
        let all = self.predictions()?;
        let mut order: Vec<usize> = (0..all.losses.len()).collect();
        order.sort_by(|&a, &b| all.losses[b].total_cmp(&all.losses[a]));
        let valid = self.task.data.valid().dataset();
        let high = |row: usize| HighLoss {
            path: valid.path(all.items[row]).into_owned(),
            target: all.targets[row].clone(),
            outputs: all.row(row).to_vec(),
            loss: all.losses[row],
            row,
            item: all.items[row],
        };
        Ok(order.into_iter().take(k).map(high).collect())
    }
}
