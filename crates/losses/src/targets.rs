use burn::tensor::{Bool, Int, Tensor};

use crate::LossError;
use crate::scores::wide_dtype;

/// The targets of a batch with one class an example: its number, `[batch]`. What most losses compare with.
///
/// ```
/// use firelight_losses::{ClassNumbers, CrossEntropy, Loss};
///
/// let losses: Vec<Box<dyn Loss<ClassNumbers>>> = vec![Box::new(CrossEntropy::new())];
/// # assert_eq!(losses.len(), 1);
/// ```
pub type ClassNumbers = Tensor<1, Int>;

/// Checks class numbers on the host, where batches are put together: kernels do not, and an index out of
/// range is undefined on some devices.
///
/// # Errors
/// [`LossError::TargetOutOfRange`] for the first number that is no class.
///
/// ```
/// let error = firelight_losses::check_targets([3, 41], 37).unwrap_err();
/// assert_eq!(error.to_string(), "target 41 is out of range for 37 classes");
/// ```
pub fn check_targets(targets: impl IntoIterator<Item = i64>, classes: usize) -> Result<(), LossError> {
    for target in targets {
        if !usize::try_from(target).is_ok_and(|target| target < classes) {
            return Err(LossError::TargetOutOfRange { target, classes });
        }
    }
    Ok(())
}

/// Targets whose ignored rows point at class 0, so that every index is valid.
#[derive(Debug, Clone)]
pub(crate) struct Kept {
    /// `[batch]`.
    pub classes: Tensor<1, Int>,
    /// 1 for a row that counts, 0 for an ignored one: `[batch]`. `None` if all count.
    pub counted: Option<Tensor<1>>,
    ignored: Option<Tensor<1, Bool>>,
}

impl Kept {
    /// With counts in the precision of a loss of `output`.
    pub fn of(output: &Tensor<2>, targets: &Tensor<1, Int>, ignore_index: Option<i64>) -> Self {
        let targets = targets.clone().inner();
        let Some(index) = ignore_index else {
            return Self { classes: targets, counted: None, ignored: None };
        };
        let ignored = targets.clone().equal_elem(index);
        Self {
            classes: targets.mask_fill(ignored.clone(), 0),
            counted: Some(ignored.clone().bool_not().float().cast(wide_dtype(output))),
            ignored: Some(ignored),
        }
    }

    /// The classes as a column, for gathering: `[batch, 1]`.
    pub fn column(&self) -> Tensor<2, Int> {
        self.classes.clone().unsqueeze_dim(1)
    }

    /// `weights` with 0 for the ignored rows, both `[batch, 1]`.
    pub fn only(&self, weights: Option<Tensor<2>>) -> Option<Tensor<2>> {
        let counted = self.counted.clone().map(|counted| counted.unsqueeze_dim(1));
        match (weights, counted) {
            (Some(weights), Some(counted)) => Some(weights * counted),
            (weights, counted) => weights.or(counted),
        }
    }

    /// `rows`, `[batch, n]`, with 0 in the ignored ones.
    pub fn cleared(&self, rows: Tensor<2>) -> Tensor<2> {
        cleared(rows, self.ignored.as_ref())
    }
}

/// `rows`, `[batch, n]`, with 0 in the ignored ones, whatever they hold: 0 times what is not a number is not 0.
pub(crate) fn cleared(rows: Tensor<2>, ignored: Option<&Tensor<1, Bool>>) -> Tensor<2> {
    match ignored {
        Some(ignored) => {
            let shape = rows.dims();
            rows.mask_fill(ignored.clone().unsqueeze_dim::<2>(1).expand(shape), 0.0)
        }
        None => rows,
    }
}
