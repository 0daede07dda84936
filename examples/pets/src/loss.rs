//! The losses by name.

use firelight::burn::tensor::{Int, Tensor};
use firelight::prelude::*;

use crate::cli::LossName;

/// A loss that was chosen at run time.
pub type AnyLoss = Box<dyn Loss<Tensor<1, Int>>>;

/// The loss called `name`, for breeds in groups by species.
pub fn loss(name: LossName, species: &Groups) -> Result<AnyLoss> {
    let vocab = species.vocab();
    Ok(match name {
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
    })
}
