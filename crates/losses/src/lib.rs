#![doc = include_str!("../README.md")]

mod binary;
mod caution;
mod constant;
mod cost_log;
mod cross_entropy;
mod describe;
mod distillation;
mod error;
mod expected_cost;
mod focal;
mod hierarchical;
mod loss;
mod pair_weighted;
mod parts;
mod reduction;
mod regression;
mod scores;
mod similarity;
mod soft_label;
mod targets;
mod totals;
mod tree_wasserstein;
mod weighing;
mod weighted;

pub use binary::BinaryCrossEntropy;
pub use caution::{Caution, LossTraits};
pub use constant::Constant;
pub use cost_log::CostLog;
pub use cross_entropy::CrossEntropy;
pub use distillation::Distillation;
pub use error::LossError;
pub use expected_cost::{CostRegularized, ExpectedCost};
pub use firelight_costs::{
    Aligned, AlignedCost, ClassMatrix, ClassWeights, Confusion, CostError, CostMatrix, Decision, Distance,
    GroupSoftLabels, Groups, MatrixRows, Meaning, OrdinalDistance, PairWeights, Similarity, SoftLabels, Taxonomy,
    TreeDistance, Vocab, VocabError, meaning,
};
pub use focal::Focal;
pub use hierarchical::HierarchicalCrossEntropy;
pub use loss::Loss;
pub use pair_weighted::{PairMean, PairWeighted};
pub use parts::{Parts, Term};
pub use reduction::Reduction;
pub use regression::{MeanAbsolute, MeanSquared};
pub use similarity::SimilarityCrossEntropy;
pub use soft_label::SoftLabelCrossEntropy;
pub use targets::{ClassNumbers, check_targets};
pub use totals::Totals;
pub use tree_wasserstein::TreeWasserstein;
pub use weighted::Weighted;
