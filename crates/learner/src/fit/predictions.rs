//! What a model gives for items, on the host.

use firelight_transforms::Size;

/// What a model makes of items, in the order of the data set: fastai's `get_preds`.
///
/// ```no_run
/// # use firelight_datablock::Categories;
/// # use firelight_learner::{Learner, LearnerError};
/// # fn look(learn: Learner<Categories>) -> Result<(), LearnerError> {
/// let seen = learn.predictions()?;
/// let unsure = (0..seen.items.len()).filter(|&row| seen.row(row)[seen.decided[row]] < 0.5).count();
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Predictions<T> {
    /// Which items of the data set these are.
    pub items: Vec<usize>,
    /// Activated outputs (probabilities for classes, calibrated where a calibration is in place), row after row.
    pub outputs: Vec<f32>,
    /// Numbers in a row.
    pub columns: usize,
    /// Targets, one a row.
    pub targets: Vec<T>,
    /// Classes that the decision rule picks, one a row; 0 where a row is not one class's number each, as of masks and of two targets.
    pub decided: Vec<usize>,
    /// Losses, one a row; none of [`predictions_of`](crate::Learner::predictions_of).
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

/// An item of a pass over a part of the data: what the model gives for it beside what is true.
///
/// ```no_run
/// # use firelight_learner::SeenItem;
/// fn is_sure(seen: &SeenItem<usize>) -> bool {
///     seen.outputs.iter().any(|probability| *probability > 0.99)
/// }
/// ```
#[derive(Debug)]
#[non_exhaustive]
pub struct SeenItem<'a, T> {
    /// Its number in that part of the data.
    pub item: usize,
    /// The size of the picture that the model saw.
    pub size: Size,
    /// What the model gives for it, activated, and calibrated where a calibration is in place.
    pub outputs: &'a [f32],
    /// The same before a calibration.
    pub uncalibrated: &'a [f32],
    /// Its target as it lies in that picture.
    pub target: &'a T,
    /// Its loss.
    pub loss: f32,
}

impl<'a, T> SeenItem<'a, T> {
    /// The same item with a part of its outputs, which are of two targets and not calibrated, and of its target.
    pub(crate) fn part<P>(&self, outputs: &'a [f32], target: &'a P) -> SeenItem<'a, P> {
        SeenItem { item: self.item, size: self.size, outputs, uncalibrated: outputs, target, loss: self.loss }
    }
}

impl<T: Clone> Predictions<T> {
    /// Adds an item, and the class that is decided for it.
    pub(crate) fn push(&mut self, seen: &SeenItem<T>, decided: usize) {
        self.columns = seen.outputs.len();
        self.items.push(seen.item);
        self.outputs.extend(seen.outputs);
        self.targets.push(seen.target.clone());
        self.decided.push(decided);
        self.losses.push(seen.loss);
    }

    /// The rows of outputs, in order.
    pub(crate) fn rows(&self) -> Vec<&[f32]> {
        self.outputs.chunks(self.columns.max(1)).collect()
    }
}

impl<T> Default for Predictions<T> {
    fn default() -> Self {
        let (items, outputs, targets, decided, losses) = Default::default();
        Self { items, outputs, columns: 0, targets, decided, losses }
    }
}
