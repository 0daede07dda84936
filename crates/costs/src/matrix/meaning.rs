//! What the numbers of a class matrix mean.

use std::fmt::Debug;

use crate::CostError;
use crate::matrix::ClassMatrix;

/// What the entries of a [`ClassMatrix`] mean, and so which are mistakes. Closed: these are all.
///
/// ```
/// use firelight_costs::Meaning;
/// use firelight_costs::meaning::{Cost, Pair};
///
/// assert_ne!(Cost::NAME, Pair::NAME);
/// ```
pub trait Meaning: Clone + Debug + Default + PartialEq + Send + Sync + sealed::Sealed + 'static {
    /// What one entry is called, in texts and files.
    const NAME: &'static str;

    /// What stands over a picture of all of them.
    const TITLE: &'static str;

    /// # Errors
    /// What the entries must not be.
    fn check(matrix: &ClassMatrix<Self>) -> Result<(), CostError>;

    /// The diagonal entry of a row that a long table leaves unsaid; `others` is the sum of the rest of the row.
    fn diagonal(others: f64) -> f64;

    #[doc(hidden)]
    fn allows_non_dominant(&self) -> bool {
        false
    }

    #[doc(hidden)]
    fn stored(_allow_non_dominant: bool) -> Self {
        Self::default()
    }
}

/// Targets: each row a distribution, its own class on top. See [`SoftLabels`](crate::SoftLabels).
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Soft {
    pub(crate) allow_non_dominant: bool,
    /// What each sibling got, where the rows were made so; for the text of a mistake.
    pub(crate) each: Option<f64>,
}

/// What a mistake costs: 0 on the diagonal. See [`CostMatrix`](crate::CostMatrix).
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Cost;

/// Factors on the loss of an example. See [`PairWeights`](crate::PairWeights).
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Pair;

/// How alike two classes are, 0 to 1. See [`Similarity`](crate::Similarity).
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Likeness;

/// How often a class was predicted for another. See [`Confusion`](crate::Confusion).
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Counts;

mod sealed {
    pub trait Sealed {}
    impl Sealed for super::Soft {}
    impl Sealed for super::Cost {}
    impl Sealed for super::Pair {}
    impl Sealed for super::Likeness {}
    impl Sealed for super::Counts {}
}
