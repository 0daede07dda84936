//! Which examples of several labels have one too many, or lack one.

use serde::{Deserialize, Serialize};

use crate::probabilities::{Probabilities, Rows};
use crate::{DoctorError, LabelErrors};

/// A class that an example is likely to have wrongly, or to lack.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct SeveralError {
    /// The example, counted from 0.
    pub item: usize,
    /// The class.
    pub class: usize,
    /// Whether the example is labelled with it. What is suggested is the opposite.
    pub given: bool,
    /// Probability of what is given, from 0 to 1: less is worse.
    pub self_confidence: f64,
    /// How good the example's labels are together, from 0 to 1: its self-confidences of all classes from best to worst, each the next
    /// four fifths of a moving average. Less is worse.
    pub quality: f64,
}

impl LabelErrors {
    /// Examples of several labels, each class for itself against the rest: which ones have it and should not, or should and have not.
    /// The examples come in the order of their quality, and the classes of one in that of their self-confidence; for two sides margin and
    /// self-confidence are one order.
    ///
    /// Probabilities are those of sigmoids, a row of classes for each example.
    ///
    /// ```
    /// use firelight_doctor::LabelErrors;
    ///
    /// let probabilities = [[0.9, 0.1], [0.9, 0.9], [0.1, 0.9], [0.95, 0.1], [0.1, 0.2]];
    /// let labels = [vec![0], vec![0, 1], vec![1], vec![], vec![]]; // the fourth lacks class 0
    /// let errors = LabelErrors::new().find_several(&probabilities, &labels)?;
    /// assert_eq!((errors.len(), errors[0].item, errors[0].class, errors[0].given), (1, 3, 0, false));
    /// # Ok::<(), firelight_doctor::DoctorError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`DoctorError::Length`], [`DoctorError::Columns`], [`DoctorError::Probability`] or [`DoctorError::UnknownClass`].
    pub fn find_several(
        &self,
        probabilities: &[impl AsRef<[f32]>],
        labels: &[impl AsRef<[usize]>],
    ) -> Result<Vec<SeveralError>, DoctorError> {
        let rows = Rows::new(probabilities, labels.len())?;
        let mut has = vec![vec![0; labels.len()]; rows.classes()];
        for (item, classes) in labels.iter().enumerate() {
            for &class in classes.as_ref() {
                rows.check(item, class)?;
                has[class][item] = 1;
            }
        }
        let quality: Vec<f64> = (0..labels.len()).map(|item| quality(&rows, item, &has)).collect();
        let mut errors: Vec<SeveralError> = Vec::new();
        for (class, has) in has.iter().enumerate() {
            errors.extend(self.found(&rows.one_class(class), has).into_iter().map(|error| SeveralError {
                item: error.item,
                class,
                given: error.given == 1,
                self_confidence: error.self_confidence,
                quality: quality[error.item],
            }));
        }
        errors.sort_by(|a, b| {
            let by_item = a.quality.total_cmp(&b.quality).then(a.item.cmp(&b.item));
            by_item.then(a.self_confidence.total_cmp(&b.self_confidence)).then(a.class.cmp(&b.class))
        });
        Ok(errors)
    }
}

/// An example's self-confidences as one number.
fn quality(rows: &impl Probabilities, item: usize, has: &[Vec<usize>]) -> f64 {
    /// What the worse one weighs.
    const NEXT: f64 = 0.8;
    let own = |(class, has): (usize, &Vec<usize>)| {
        let probability = rows.at(item, class);
        if has[item] == 1 { probability } else { 1.0 - probability }
    };
    let mut own: Vec<f64> = has.iter().enumerate().map(own).collect();
    own.sort_by(|a, b| b.total_cmp(a));
    own.into_iter().reduce(|mean, next| NEXT * next + (1.0 - NEXT) * mean).unwrap_or(1.0)
}
