//! What is found in a model's outputs, of each kind of target.

mod kind;

mod boxes;
mod classes;
mod masks;
mod nodes;
mod pair;
mod points;
mod tags;
mod values;

pub use boxes::BoxFindings;
pub use classes::{ClassFindings, ConfusedPair, CostlyPair};
pub use kind::{Findings, Scored, Section, Table};
pub use masks::{ConfusedPixels, MaskFindings};
pub use nodes::{LabelScores, NodeFindings};
pub use pair::PairFindings;
pub use points::PointFindings;
pub use tags::TagFindings;
pub use values::ValueFindings;

pub(crate) use classes::counted;
