use std::sync::Arc;

use firelight_vocab::Vocab;

use crate::digest;
use crate::matrix::meaning::Cost;
use crate::matrix::{ClassMatrix, Meaning};

/// A matrix in the order of a vocab, checked: what losses and decisions work with.
///
/// Made by [`ClassMatrix::align`] alone, and cheap to clone.
///
/// ```
/// use firelight_costs::{CostMatrix, Vocab};
///
/// let cost = CostMatrix::uniform(&Vocab::from_labels(["cat", "dog"])).with("cat", "dog", 3.0)?;
/// let other_order = Vocab::ordered(["dog", "cat"])?;
/// let aligned = cost.align(&other_order)?;
/// assert_eq!(aligned.matrix().row(1), [3.0, 0.0]); // a cat, taken for a dog and for a cat
/// # Ok::<(), firelight_costs::CostError>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Aligned<M> {
    matrix: Arc<ClassMatrix<M>>,
}

/// Costs ready for a decision.
pub type AlignedCost = Aligned<Cost>;

impl<M: Meaning> Aligned<M> {
    pub(crate) fn new(matrix: ClassMatrix<M>) -> Self {
        Self { matrix: Arc::new(matrix) }
    }

    /// The classes it is aligned to.
    pub fn vocab(&self) -> &Vocab {
        self.matrix.vocab()
    }

    /// The entries with their names.
    pub fn matrix(&self) -> &ClassMatrix<M> {
        &self.matrix
    }

    /// Eight digits for its entries and class names.
    pub fn digest(&self) -> String {
        digest(self.vocab(), self.matrix.values.iter().copied())
    }
}
