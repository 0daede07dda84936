//! What an export says about itself.

use firelight_losses::Decision;
use firelight_transforms::PictureTransforms;
use firelight_vocab::Vocab;
use serde::{Deserialize, Serialize};

use crate::models::{Arch, HeadConfig};
use crate::stored::Format;

/// What an export's file starts with.
pub(super) const FORMAT: Format = Format { magic: "firelight-export", version: 1, what: "export", writer: "export" };

/// Everything that prediction needs besides the weights: data, no code.
///
/// ```no_run
/// # use firelight_learner::Predictor;
/// # fn look(predictor: Predictor) {
/// let manifest = predictor.manifest();
/// println!("{} of {} classes, by Firelight {}", manifest.arch, manifest.vocab.len(), manifest.firelight);
/// println!("{}", manifest.transforms);
/// # }
/// ```
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Manifest {
    /// Version of the library that wrote the file.
    pub firelight: String,
    /// Version of burn that wrote the weights; empty in files of the first version.
    #[serde(default)]
    pub burn: String,
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
