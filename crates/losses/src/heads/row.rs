use burn::tensor::{Tensor, activation};
use firelight_costs::ClassHead;

use firelight_vocab::Vocab;

use crate::LossError;

/// How many numbers of a row follow its scores.
///
/// # Panics
/// If the rows are not of this head.
pub(crate) fn beyond_scores(output: &Tensor<2>, head: &ClassHead) -> usize {
    let ([_, given], classes) = (output.dims(), head.vocab().map_or(0, Vocab::len));
    let needed = head.outputs(classes);
    assert!(given == needed, "{}", LossError::OtherRow { given, needed, head: head.to_string() });
    needed - classes
}

/// Of the scores, the first `classes` numbers of a row.
pub(crate) fn probabilities(output: Tensor<2>, classes: usize) -> Tensor<2> {
    let classes = classes.min(output.dims()[1]);
    activation::softmax(output.narrow(1, 0, classes), 1)
}
