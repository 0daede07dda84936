//! Mistakes of a model of one class an item.

use std::path::PathBuf;

use firelight_datablock::{Categories, Item};
use firelight_vocab::Groups;

use super::Interpretation;

/// An example with a high loss.
///
/// ```no_run
/// # use firelight_learner::Interpretation;
/// # fn look(seen: Interpretation) {
/// for mistake in seen.top_losses(9) {
///     let (predicted, actual) = (&seen.vocab()[mistake.predicted], &seen.vocab()[mistake.actual]);
///     println!("{}: {predicted} {:.2}, is {actual}", mistake.path.display(), mistake.predicted_probability);
/// }
/// # }
/// ```
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Mistake {
    /// The picture's file.
    pub path: PathBuf,
    /// The actual class.
    pub actual: usize,
    /// The class that was picked.
    pub predicted: usize,
    /// Probability of the actual class.
    pub actual_probability: f32,
    /// Probability of the picked class.
    pub predicted_probability: f32,
    /// Its loss.
    pub loss: f32,
    /// Its number in that part of the data.
    pub item: usize,
}

impl<I: Item + ?Sized> Interpretation<Categories<I>> {
    /// Groups by which the run's page sorts and gathers the classes.
    pub fn with_groups(mut self, groups: &Groups) -> Self {
        self.run.groups = Some(groups.clone());
        self
    }

    /// The `k` examples with the highest losses, highest first, with their files.
    pub fn top_losses(&self, k: usize) -> Vec<Mistake> {
        let losses = &self.predictions().losses;
        let mut order: Vec<usize> = (0..losses.len()).collect();
        order.sort_by(|&a, &b| losses[b].total_cmp(&losses[a]));
        order.truncate(k);
        order.into_iter().map(|row| self.mistake(row)).collect()
    }

    fn mistake(&self, row: usize) -> Mistake {
        let all = self.predictions();
        let (actual, predicted, item) = (all.targets[row], all.decided[row], all.items[row]);
        let probabilities = all.row(row);
        Mistake {
            path: self.path(item).into_owned(),
            actual,
            predicted,
            actual_probability: probabilities[actual],
            predicted_probability: probabilities[predicted],
            loss: all.losses[row],
            item,
        }
    }
}
