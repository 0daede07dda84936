use burn::tensor::{Int, Tensor, activation};
use firelight_costs::ClassHead;

use crate::{CrossEntropy, FrameCrossEntropy, Loss, LossError, ParentCrossEntropy, SubspaceCrossEntropy};

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

/// How many numbers of a row follow the scores.
///
/// # Panics
/// If the rows are not of this head.
pub(crate) fn scores_of(output: &Tensor<2>, head: &ClassHead) -> usize {
    let ([_, given], classes) = (output.dims(), head.vocab().map_or(0, |vocab| vocab.len()));
    let needed = head.outputs(classes);
    assert!(given == needed, "{}", LossError::OtherRow { given, needed, head: head.to_string() });
    needed - classes
}

/// Of the scores, the first `classes` numbers of a row.
pub(crate) fn probabilities(output: Tensor<2>, classes: usize) -> Tensor<2> {
    let classes = classes.min(output.dims()[1]);
    activation::softmax(output.narrow(1, 0, classes), 1)
}
