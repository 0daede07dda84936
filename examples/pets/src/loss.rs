//! The losses by name.

use firelight::prelude::*;

use crate::cli::LossName;

/// A loss that was chosen at run time.
pub type AnyLoss = Box<dyn Loss<ClassNumbers>>;

/// The loss called `name`, for breeds in groups by species, each example times its breed's weight in `balance`.
pub fn loss(name: LossName, species: &Groups, balance: &ClassWeights) -> Result<AnyLoss> {
    let vocab = species.vocab();
    let loss: AnyLoss = match name {
        LossName::Plain => Box::new(CrossEntropy::new()),
        LossName::Smooth => Box::new(CrossEntropy::new().with_label_smoothing(0.1)?),
        LossName::Soft => {
            let labels = SoftLabels::from_groups(species).within_mass(0.2);
            Box::new(SoftLabelCrossEntropy::new(&labels, vocab)?)
        }
        LossName::Pair => {
            let weights = PairWeights::from_groups(species, 1.0, 3.0);
            Box::new(PairWeighted::new(CrossEntropy::new(), &weights, vocab)?)
        }
    };
    Ok(Box::new(Weighted::new(loss, balance, vocab)?.over_examples()))
}

/// How much a breed's examples count, against the imbalance of the data: `n^-0.75` for a breed of `n` training examples,
/// with a mean of 1 over the examples. Between no weights (frequent breeds win) and balanced ones (rare breeds win).
pub fn balance(targets: &[usize], vocab: &Vocab) -> Result<ClassWeights> {
    let count = |class: usize| targets.iter().filter(|&&target| target == class).count().max(1) as f64;
    let raw: Vec<f64> = (0..vocab.len()).map(|class| count(class).powf(-0.75)).collect();
    let mean = targets.iter().map(|&target| raw[target]).sum::<f64>() / targets.len().max(1) as f64;
    Ok(ClassWeights::new(vocab.iter().zip(raw.iter().map(|weight| weight / mean)))?)
}
