//! What is written below a picture with a class.

use firelight_plots::Mark;
use firelight_vocab::Vocab;

/// What the model says of a picture, and what is true.
pub(crate) struct Said {
    pub predicted: usize,
    pub actual: usize,
}

impl Said {
    /// Both classes with the probability of each.
    pub fn title(&self, vocab: &Vocab, probability: impl Fn(usize) -> f32) -> (Vec<String>, Mark) {
        let class = |class: usize| format!("{} {:.0} %", &vocab[class], 100.0 * probability(class));
        if self.actual == self.predicted {
            return (vec![class(self.predicted)], Mark::Right);
        }
        (vec![format!("said {}", class(self.predicted)), format!("is {}", class(self.actual))], Mark::Wrong)
    }
}
