#![doc = include_str!("../README.md")]

mod adjusted;
mod binary;
mod both;
mod caution;
mod combined;
mod constant;
mod cost_log;
mod cross_entropy;
mod describe;
mod dice;
mod distillation;
mod error;
mod expected_cost;
mod focal;
mod generalized_iou;
mod heads;
mod hierarchical;
mod known;
mod loss;
mod maps;
mod marginal;
mod noisy;
mod own;
mod pair_weighted;
mod parts;
mod per_pixel;
mod point_maps;
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

pub use adjusted::LogitAdjusted;
pub use binary::BinaryCrossEntropy;
pub use both::Both;
pub use caution::{Caution, LossTraits};
pub use combined::{BoxLoss, Combined, FocalDice};
pub use constant::Constant;
pub use cost_log::CostLog;
pub use cross_entropy::CrossEntropy;
pub use dice::Dice;
pub use distillation::Distillation;
pub use error::LossError;
pub use expected_cost::{CostRegularized, ExpectedCost};
pub use firelight_costs::VOID;
pub use firelight_costs::{
    Aligned, AlignedCost, ClassFrame, ClassHead, ClassMatrix, ClassTree, ClassVectors, ClassWeights, Confusion,
    CostError, CostMatrix, Decision, Distance, GroupSoftLabels, Groups, MatrixRows, Meaning, OrdinalDistance,
    PairWeights, Similarity, SoftLabels, Taxonomy, TreeDistance, Vocab, VocabError, meaning,
};
pub use focal::Focal;
pub use generalized_iou::GeneralizedIou;
pub use heads::{FrameCrossEntropy, ParentCrossEntropy, SubspaceCrossEntropy, loss_of};
pub use hierarchical::HierarchicalCrossEntropy;
pub use known::{Known, KnownValues};
pub use loss::Loss;
pub use marginal::{MarginalCrossEntropy, OneOf};
pub use noisy::{GeneralizedCrossEntropy, SymmetricCrossEntropy};
pub use pair_weighted::{PairMean, PairWeighted};
pub use parts::{Parts, Term};
pub use per_pixel::PerPixel;
pub use point_maps::PointMaps;
pub use reduction::Reduction;
pub use regression::{Huber, MeanAbsolute, MeanSquared, Pointwise, SmoothL1};
pub use similarity::SimilarityCrossEntropy;
pub use soft_label::SoftLabelCrossEntropy;
pub use targets::{ClassNumbers, check_targets};
pub use totals::Totals;
pub use tree_wasserstein::TreeWasserstein;
pub use weighted::Weighted;
