use firelight_vocab::Vocab;
use serde::{Deserialize, Serialize};

use crate::CostError;
use crate::error::share;
use crate::matrix::same_names;

/// The least probability at which each class is picked, in the order of a vocab: what [`Decision::thresholds`](crate::Decision::thresholds)
/// makes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Stored")]
pub struct ClassThresholds {
    vocab: Vocab,
    least: Vec<f32>,
}

/// Thresholds in a file, which may be anything.
#[derive(Deserialize)]
#[serde(rename = "ClassThresholds")]
struct Stored {
    vocab: Vocab,
    least: Vec<f32>,
}

impl TryFrom<Stored> for ClassThresholds {
    type Error = CostError;

    fn try_from(Stored { vocab, least }: Stored) -> Result<Self, CostError> {
        if least.len() != vocab.len() {
            return Err(CostError::ThresholdCount { thresholds: least.len(), classes: vocab.len() });
        }
        Self { vocab, least }.checked()
    }
}

impl ClassThresholds {
    /// Thresholds by name, in any order, for the classes of `vocab`.
    pub(crate) fn of<S: Into<String>>(
        least: impl IntoIterator<Item = (S, f32)>,
        vocab: &Vocab,
    ) -> Result<Self, CostError> {
        let (names, least): (Vec<S>, Vec<f32>) = least.into_iter().unzip();
        let names = Vocab::ordered(names)?;
        same_names(&names, vocab)?;
        let least = vocab.iter().map(|name| Ok(least[names.o2i(name)?])).collect::<Result<_, CostError>>()?;
        Self { vocab: vocab.clone(), least }.checked()
    }

    /// The classes.
    pub fn vocab(&self) -> &Vocab {
        &self.vocab
    }

    /// Each class's threshold, in the order of the vocab.
    pub fn least(&self) -> &[f32] {
        &self.least
    }

    fn checked(self) -> Result<Self, CostError> {
        self.least.iter().try_for_each(|&least| share("threshold", f64::from(least)).map(drop))?;
        Ok(self)
    }
}
