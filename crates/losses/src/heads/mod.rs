//! Losses of heads that know a tree.

mod frame;
mod parent;
mod row;
mod subspace;

use burn::tensor::{Int, Tensor};
use firelight_costs::ClassHead;

pub use frame::FrameCrossEntropy;
pub use parent::ParentCrossEntropy;
pub use subspace::SubspaceCrossEntropy;

use crate::{CrossEntropy, Loss};

/// The loss that a head is trained with unless told otherwise, with the settings that each of these losses says.
///
/// ```
/// use firelight_costs::{ClassHead, ClassTree};
/// use firelight_losses::{Taxonomy, Vocab, loss_of};
///
/// let vocab = Vocab::from_labels(["Bengal", "beagle", "pug"]);
/// let tree = ClassTree::new(&Taxonomy::from_paths(["cat/Bengal", "dog/beagle", "dog/pug"])?, &vocab)?;
/// assert_eq!(loss_of(&ClassHead::Linear).describe(), "cross entropy");
/// assert!(loss_of(&ClassHead::subspaces(&tree)).describe().starts_with("subspace cross entropy"));
/// # Ok::<(), firelight_costs::CostError>(())
/// ```
pub fn loss_of(head: &ClassHead) -> Box<dyn Loss<Tensor<1, Int>>> {
    match head {
        ClassHead::Frame(frame) => Box::new(FrameCrossEntropy::new(frame)),
        ClassHead::Subspaces(tree) => Box::new(SubspaceCrossEntropy::new(tree)),
        ClassHead::Parents(groups) => Box::new(ParentCrossEntropy::new(groups)),
        _ => Box::new(CrossEntropy::new()),
    }
}
