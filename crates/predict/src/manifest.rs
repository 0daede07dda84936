//! What an export says about itself.

use burn::tensor::Device;
use firelight_costs::Decision;
use firelight_files::Format;
use firelight_models::{Arch, Fresh, HeadConfig, VisionModel};
use firelight_transforms::{Limits, PictureTransforms};
use firelight_vocab::Vocab;
use serde::{Deserialize, Serialize};

/// What an export's file starts with; `FORMAT.write(path, &manifest, &[weights])` makes one.
pub const FORMAT: Format =
    Format { magic: "firelight-export", oldest: 1, version: 1, what: "export", writer: "export" };

/// Everything that prediction needs besides the weights: data, no code.
///
/// ```no_run
/// # use firelight_predict::Predictor;
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
    /// How large a picture may be; the usual limits in files without.
    #[serde(default)]
    pub limits: Limits,
    /// How probabilities become a class.
    pub decision: Decision,
}

impl Manifest {
    /// What makes no sense, if anything does, for weights of so many bytes: found before a model is made.
    pub(crate) fn problem(&self, weights: usize) -> Option<String> {
        let Self { arch, head, vocab, transforms, decision, .. } = self;
        if let Some(problem) = head.problem() {
            return Some(problem);
        }
        if head.features() != arch.features() {
            return Some(format!("its head takes {} features and {arch} gives {}", head.features(), arch.features()));
        }
        if head.classes() != vocab.len() {
            return Some(format!("its head gives {} scores for {} classes", head.classes(), vocab.len()));
        }
        if head.numbers() > weights / size_of::<f32>() {
            return Some("its head needs more weights than it holds".into());
        }
        if decision.vocab().is_some_and(|theirs| theirs != vocab) {
            return Some("its decision rule is for other classes".into());
        }
        transforms.check().err().map(|error| error.to_string())
    }

    /// The model that the file's weights are put into.
    pub(crate) fn model(&self, device: &Device) -> VisionModel {
        let fresh = &mut Fresh::zeros();
        VisionModel::new(self.arch.fresh_body(fresh, device), self.head.fresh(fresh, device))
    }
}
