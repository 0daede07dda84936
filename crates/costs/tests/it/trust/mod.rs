//! What calibrations, sets and decisions over trees promise.

mod calibration;
mod coverage;
mod files;
mod reference;
mod sets;
mod trees;

use firelight_costs::{ClassTree, Groups, HeldOut, Taxonomy, Vocab};

/// Numbers by a rule: the same in every run, each in 0..1.
pub struct Draws(u64);

impl Draws {
    pub fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x2545_F491_4F6C_DD1D) | 1)
    }

    pub fn next(&mut self) -> f64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// A row of scores in -2..2, `spread` times as wide.
    pub fn scores(&mut self, classes: usize, spread: f64) -> Vec<f64> {
        (0..classes).map(|_| (4.0 * self.next() - 2.0) * spread).collect()
    }

    /// A class drawn from probabilities.
    pub fn class(&mut self, probabilities: &[f64]) -> usize {
        let mut rest = self.next();
        probabilities
            .iter()
            .position(|probability| {
                rest -= probability;
                rest < 0.0
            })
            .unwrap_or(probabilities.len() - 1)
    }
}

pub fn softmax(scores: &[f64]) -> Vec<f64> {
    let powers: Vec<f64> = scores.iter().map(|score| score.exp()).collect();
    let sum: f64 = powers.iter().sum();
    powers.into_iter().map(|power| power / sum).collect()
}

pub fn vocab(classes: usize) -> Vocab {
    Vocab::ordered((0..classes).map(|class| format!("c{class}"))).unwrap()
}

/// Examples whose classes are drawn from the softmax of some scores, of a model that takes `factor` times these scores for its own.
pub fn examples(count: usize, classes: usize, factor: f64, draws: &mut Draws) -> HeldOut {
    let (mut rows, mut targets) = (Vec::new(), Vec::new());
    for _ in 0..count {
        let scores = draws.scores(classes, 1.5);
        targets.push(draws.class(&softmax(&scores)));
        rows.push(scores.iter().map(|score| (score * factor) as f32).collect::<Vec<f32>>());
    }
    HeldOut::of_scores(&vocab(classes), &rows, &targets).unwrap()
}

/// The first half of the classes and the others.
pub fn halves(vocab: &Vocab) -> Groups {
    Groups::by(vocab, |name| if vocab.find(name).unwrap() * 2 < vocab.len() { "first" } else { "second" })
}

/// A tree over `c0`, `c1`, …: each class hangs below a chain of inner nodes that the numbers choose.
pub fn tree(shape: &[Vec<usize>]) -> ClassTree {
    let paths = shape.iter().enumerate().map(|(class, inner)| {
        let mut path = String::from("root");
        let mut name = String::from("n");
        for number in inner {
            name = format!("{name}{number}");
            path = format!("{path}/{name}");
        }
        format!("{path}/c{class}")
    });
    ClassTree::new(&Taxonomy::from_paths(paths).unwrap(), &vocab(shape.len())).unwrap()
}
