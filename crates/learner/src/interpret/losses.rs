//! Examples with high losses, of any kind of target.

use std::path::PathBuf;

use firelight_datablock::FittedTarget;

use crate::{Learner, LearnerError, Part, SeenItem};
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
    /// The `k` validation examples with the highest losses, highest first, with all that the model gives for them. [`interpret`](Self::interpret)
    /// tells more.
    ///
    /// # Errors
    ///
    /// Any [`LearnerError`] of data and classes.
    pub fn top_losses(&self, k: usize) -> Result<Vec<HighLoss<F::Target>>, LearnerError> {
        let loader = self.task.part(Part::Valid)?;
        let (valid, seeing) = (loader.dataset(), self.state.seeing());
        let (mut high, mut rows): (Vec<HighLoss<F::Target>>, usize) = (Vec::new(), 0);
        // Rows of maps are large: those of the highest losses alone are kept.
        self.task.each_row(seeing, &loader, false, |SeenItem { item, target, outputs, loss, .. }| {
            let row = rows;
            rows += 1;
            let place = high.partition_point(|other| other.loss.total_cmp(&loss).is_ge());
            if place < k {
                let (path, target, outputs) = (valid.path(item).into_owned(), target.clone(), outputs.to_vec());
                high.insert(place, HighLoss { path, target, outputs, loss, row, item });
                high.truncate(k);
            }
            Ok(())
        })?;
        Ok(high)
    }
}
