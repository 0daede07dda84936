//! What is written below a picture with a class.

use firelight_plots::{Mark, Tile};
use firelight_vocab::Vocab;
use image::RgbImage;

/// What the model says of a picture, and what is true.
pub(crate) struct Said {
    pub predicted: usize,
    pub actual: usize,
}

impl Said {
    /// The picture with both classes and the probability of each.
    pub fn tile(&self, vocab: &Vocab, picture: RgbImage, probability: impl Fn(usize) -> f32) -> Tile {
        let (title, mark) = self.title(vocab, probability);
        Tile { picture, title, mark: Some(mark) }
    }

    pub fn title(&self, vocab: &Vocab, probability: impl Fn(usize) -> f32) -> (Vec<String>, Mark) {
        let class = |class: usize| format!("{} {:.0} %", &vocab[class], 100.0 * probability(class));
        if self.actual == self.predicted {
            return (vec![class(self.predicted)], Mark::Right);
        }
        (vec![format!("said {}", class(self.predicted)), format!("is {}", class(self.actual))], Mark::Wrong)
    }
}
