//! Numbers for pairs of classes, by name.

mod aligned;
mod confusion;
mod cost;
mod csv;
mod groups;
pub mod meaning;
mod pair;
mod show;
mod similarity;
mod soft;
mod stored;
mod table;
mod vectors;

pub use aligned::{Aligned, AlignedCost};
pub use confusion::Confusion;
pub use cost::{CostMatrix, Distance, OrdinalDistance, TreeDistance};
pub use groups::GroupSoftLabels;
pub use meaning::Meaning;
pub use pair::PairWeights;
pub(crate) use show::short;
pub use similarity::Similarity;
pub use soft::SoftLabels;
pub(crate) use table::same_names;
pub use table::{ClassMatrix, MatrixRows};
pub use vectors::ClassVectors;
