//! Groups and costs beside a class.

use firelight_costs::AlignedCost;
use firelight_vocab::{Groups, Vocab};

/// What is told of a class beside how likely it is.
#[derive(Debug, Clone, Default)]
pub(crate) struct Told {
    pub groups: Option<Groups>,
    pub costs: Option<AlignedCost>,
}

impl Told {
    /// The groups of these classes.
    pub fn groups(&self, vocab: &Vocab) -> Option<&Groups> {
        self.groups.as_ref().filter(|groups| groups.vocab() == vocab)
    }

    /// What an answer costs on average where the classes are as likely as that.
    pub fn expected_cost(&self, vocab: &Vocab, probabilities: &[f32], answer: usize) -> Option<f32> {
        let costs = self.costs.as_ref().filter(|costs| costs.vocab() == vocab)?.matrix();
        let cost = probabilities.iter().enumerate().map(|(class, p)| f64::from(*p) * costs.value(class, answer));
        Some(cost.sum::<f64>() as f32)
    }

    /// The dearest of all mistakes.
    pub fn highest_cost(&self) -> Option<f64> {
        self.costs.as_ref().map(|costs| costs.matrix().rows().flatten().copied().fold(0.0, f64::max))
    }
}
