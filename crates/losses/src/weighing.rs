use burn::tensor::{Int, Tensor};
use firelight_vocab::Vocab;

use crate::constant::Constant;
use crate::targets::Kept;
use crate::{ClassWeights, LossError, LossTraits};

/// How much each row counts: by the weight of its class, and not at all with an ignored target. What the losses over
/// class numbers have in common.
#[derive(Debug, Clone, Default)]
pub(crate) struct Weighing {
    pub weights: Option<(Constant, Vocab)>,
    pub ignore_index: Option<i64>,
}

impl Weighing {
    pub fn with_class_weights(self, weights: &ClassWeights, vocab: &Vocab) -> Result<Self, LossError> {
        Ok(Self { weights: Some((Constant::new(weights.aligned(vocab)?, [1, vocab.len()]), vocab.clone())), ..self })
    }

    pub fn with_ignore_index(self, index: i64) -> Self {
        Self { ignore_index: Some(index), ..self }
    }

    pub fn vocab(&self) -> Option<&Vocab> {
        self.weights.as_ref().map(|(_, vocab)| vocab)
    }

    /// The targets of an output, ignored ones apart.
    pub fn kept(&self, output: &Tensor<2>, targets: &Tensor<1, Int>) -> Kept {
        Kept::of(output, targets, self.ignore_index)
    }

    /// The weights of all classes, `[1, classes]`, beside `like`.
    pub fn row(&self, like: &Tensor<2>) -> Option<Tensor<2>> {
        self.weights.as_ref().map(|(weights, _)| weights.like(like))
    }

    /// The weight of each row's class, `[batch, 1]`, whether the row is ignored or not.
    pub fn of_classes(&self, kept: &Kept, like: &Tensor<2>) -> Option<Tensor<2>> {
        let [batch] = kept.classes.dims();
        self.row(like).map(|weights| weights.select(1, kept.classes.clone()).reshape([batch, 1]))
    }

    /// What each row counts, `[batch, 1]`; `None` if all count 1.
    pub fn of_rows(&self, kept: &Kept, like: &Tensor<2>) -> Option<Tensor<2>> {
        kept.only(self.of_classes(kept, like))
    }

    /// What it does, in words.
    pub fn settings(&self) -> Vec<String> {
        let weights = self.weights.as_ref().map(|(weights, vocab)| format!("class weights {}", weights.digest(vocab)));
        let ignored = self.ignore_index.map(|index| format!("ignoring {index}"));
        weights.into_iter().chain(ignored).collect()
    }

    pub fn traits(&self) -> LossTraits {
        LossTraits { class_weights: self.weights.is_some(), ..LossTraits::default() }
    }

    /// What a mean divides by where only the ignored rows are left out.
    pub fn counted(&self, output: &Tensor<2>, targets: &Tensor<1, Int>) -> Option<Tensor<1>> {
        if output.dims()[0] == 0 { None } else { self.kept(output, targets).counted }
    }
}
