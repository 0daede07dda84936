//! What an export says about itself.

use std::path::Path;

use firelight_costs::Decision;
use firelight_files::{FileError, Format};
use firelight_models::{Arch, HeadConfig};
use firelight_transforms::{InputReader, Limits, Picture, PictureReader, PictureTransforms, Size, TransformError};
use firelight_vocab::Vocab;
use serde::{Deserialize, Serialize};

use crate::ceiling::Ceiling;
use crate::{NetworkConfig, TargetKind, Trust};

/// What an export's file starts with; `FORMAT.write(path, &manifest, &[weights])` makes one. Version 1 had classifiers of one class alone, version 2
/// colours of 8 bits, version 3 no [`Trust`].
pub const FORMAT: Format =
    Format { magic: "firelight-export", oldest: 1, version: 4, what: "export", writer: "export" };

/// Everything that prediction needs besides the weights: data, no code.
///
/// ```no_run
/// # use firelight_predict::Predictor;
/// # fn look(predictor: Predictor) {
/// let manifest = predictor.manifest();
/// println!("{:?} for {:?}, by Firelight {}", manifest.network, manifest.target, manifest.firelight);
/// println!("{}", manifest.transforms);
/// # }
/// ```
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(try_from = "Stored")]
pub struct Manifest {
    /// Version of the library that wrote the file.
    pub firelight: String,
    /// Version of burn that wrote the weights; empty in files of the first version.
    pub burn: String,
    /// What the network is made from.
    pub network: NetworkConfig,
    /// What its outputs mean.
    pub target: TargetKind,
    /// How a picture becomes the model's input, normalisation included.
    pub transforms: PictureTransforms,
    /// How the files of an item are read; colours within the usual limits in files that do not say.
    pub input: InputReader,
    /// How probabilities become a class.
    pub decision: Decision,
    /// What is done to probabilities before that, and what is said beside the class; nothing in files before version 4.
    #[serde(skip_serializing_if = "Trust::is_empty")]
    pub trust: Trust,
}

/// A manifest as a file has it: of version 2, or of version 1, which had a body, a head and classes.
#[derive(Deserialize)]
struct Stored {
    firelight: String,
    #[serde(default)]
    burn: String,
    network: Option<NetworkConfig>,
    target: Option<TargetKind>,
    arch: Option<Arch>,
    head: Option<HeadConfig>,
    vocab: Option<Vocab>,
    transforms: PictureTransforms,
    /// Of colours, in files that do not say how they are read.
    #[serde(default)]
    limits: Limits,
    input: Option<InputReader>,
    decision: Decision,
    #[serde(default)]
    trust: Trust,
}

impl TryFrom<Stored> for Manifest {
    type Error = String;

    fn try_from(stored: Stored) -> Result<Self, String> {
        let Stored { firelight, burn, network, target, arch, head, vocab, transforms, limits, input, decision, trust } =
            stored;
        let (network, target) = match (network, target, arch, head, vocab) {
            (Some(network), Some(target), None, None, None) => (network, target),
            (None, None, Some(arch), Some(head), Some(vocab)) => {
                (NetworkConfig::Vision { body: arch.into(), head }, TargetKind::Category(vocab))
            }
            _ => return Err("it has neither a network and a target nor an arch, a head and a vocab".into()),
        };
        let input = input.unwrap_or_else(|| InputReader::File(PictureReader::default().with_limits(limits)));
        Ok(Self { firelight, burn, network, target, transforms, input, decision, trust })
    }
}

impl Manifest {
    /// Reads the files of an item as training did: as the input says, and in as much detail as the transforms can show.
    ///
    /// # Errors
    ///
    /// As [`InputReader::open_reduced`].
    pub fn open<P: AsRef<Path>>(&self, files: &[P]) -> Result<Picture, TransformError> {
        self.input.open_reduced(files, |size| self.transforms.reduction(size))
    }

    /// The same of an item of one file, in memory.
    ///
    /// # Errors
    ///
    /// As [`InputReader::decode_reduced`].
    pub fn decode(&self, file: &[u8]) -> Result<Picture, TransformError> {
        self.input.decode_reduced(&[file], |size| self.transforms.reduction(size))
    }

    /// The most bytes that decoding an item's one file may take, as its first bytes tell: what to go by before several are decoded at once.
    pub fn decoding_bytes(&self, file: &[u8]) -> u64 {
        self.input.decoding_bytes(file)
    }

    /// What the export at `path` says of itself, if it makes sense, and the bytes of its weights.
    pub(crate) fn read(path: &Path) -> Result<(Self, Vec<u8>), FileError> {
        let (manifest, weights): (Self, _) = FORMAT.read(path)?;
        match manifest.problem(weights.len()) {
            Some(problem) => Err(FileError::unusable(path, FORMAT.what, &problem)),
            None => Ok((manifest, weights)),
        }
    }

    /// Whether the network has maps of the pictures' size.
    pub(crate) fn maps(&self) -> bool {
        matches!(self.network, NetworkConfig::UNet(_) | NetworkConfig::Positions(_))
    }

    /// What is wrong with items of this size, if they are over a ceiling.
    pub(crate) fn over(&self, ceiling: Ceiling, size: Size) -> Option<String> {
        ceiling.problem(self.maps(), self.input.channels().iter().sum(), size)
    }

    /// What makes no sense in it, with weights of so many bytes, if anything does.
    pub(crate) fn problem(&self, weights: usize) -> Option<String> {
        let Self { network, target, transforms, decision, trust, .. } = self;
        if let Some(problem) = target.problem().or_else(|| network.problem(target.columns(), weights)) {
            return Some(problem);
        }
        if let NetworkConfig::Vision { head, .. } = network
            && head.end().vocab().is_some_and(|theirs| !matches!(target, TargetKind::Category(ours) if ours == theirs))
        {
            return Some("its head is for other classes".into());
        }
        let channels = self.input.channels();
        if let Some(body) = network.body().filter(|body| channels != vec![body.channels(); body.pictures()]) {
            return Some(format!("its input has channels {channels:?}, and its network is {body}"));
        }
        if target.is_map() && matches!(network, NetworkConfig::Vision { .. } | NetworkConfig::Positions(_)) {
            return Some("its network gives no map, which its target is".into());
        }
        if matches!(network, NetworkConfig::UNet(_)) && !target.is_map() {
            return Some("its network gives a map, which its target is not".into());
        }
        if decision.vocab().is_some_and(|theirs| !target.has_vocab(theirs)) {
            return Some("its decision rule is for other classes".into());
        }
        if let Some(problem) = trust.problem(target) {
            return Some(problem);
        }
        let checked = self.input.check().and_then(|()| transforms.check_channels(&self.input.channels()));
        checked.err().map(|error| error.to_string())
    }
}
