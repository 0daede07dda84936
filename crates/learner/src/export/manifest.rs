//! What an export says about itself.

use firelight_losses::Decision;
use firelight_transforms::PictureTransforms;
use firelight_vocab::Vocab;
use serde::{Deserialize, Serialize};

use crate::models::{Arch, HeadConfig};

/// Everything that prediction needs besides the weights: data, no code.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Manifest {
    /// Version of the library that wrote the file.
    pub firelight: String,
    /// The body.
    pub arch: Arch,
    /// The head.
    pub head: HeadConfig,
    /// Which output column is which class.
    pub vocab: Vocab,
    /// How a picture becomes the model's input, normalisation included.
    pub transforms: PictureTransforms,
    /// How probabilities become a class.
    pub decision: Decision,
}
