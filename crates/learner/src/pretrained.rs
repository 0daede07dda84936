//! Trained weights by name: of timm and its hub, of torchvision, or of this machine.

use std::path::Path;

use burn::tensor::Device;
#[cfg(feature = "download")]
use firelight_models::Arch;
use firelight_models::weights::{Preset, recognize};

use crate::{Backbone, LearnerError};

impl Backbone {
    /// Starts from a folder with `config.json` and `model.safetensors`, as the hub's repositories of timm's models have them: the architecture
    /// and what pictures are to be like are the config's.
    ///
    /// ```no_run
    /// use firelight_learner::Backbone;
    ///
    /// let body = Backbone::from_folder("convnext_tiny.in12k_ft_in1k")?;
    /// println!("{} at {} px", body.arch(), body.preset().size);
    /// # Ok::<(), firelight_learner::LearnerError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`LearnerError::Weights`] for a config that is none or of an architecture that is not known.
    pub fn from_folder(folder: impl AsRef<Path>) -> Result<Self, LearnerError> {
        let folder = folder.as_ref();
        let preset = Preset::read(folder.join(CONFIG))?;
        Ok(Self::from(preset).with_weights(folder.join(WEIGHTS)))
    }

    /// Starts from a file of weights alone: the architecture is the one that its names and shapes fit ([`recognize`]), and what pictures are
    /// to be like is what that one's first published weights expect. `device` is where its tensors are compared.
    ///
    /// # Errors
    ///
    /// [`LearnerError::Weights`] for a file that is no weights or fits no architecture.
    pub fn from_file(file: impl AsRef<Path>, device: &Device) -> Result<Self, LearnerError> {
        let arch = recognize(&file, device)?;
        Ok(Self::from(arch).with_weights(file.as_ref()))
    }
}

/// What a repository of timm's models has beside each other.
const CONFIG: &str = "config.json";
const WEIGHTS: &str = "model.safetensors";

/// Trained weights by name, fetched once and kept under [`home`](firelight_download::home).
///
/// | `name` | what |
/// |---|---|
/// | `timm/convnext_tiny.in12k_ft_in1k` | a repository of the Hugging Face hub with a timm model; see [`Repository`](firelight_download::hub::Repository) for mirrors, tokens and machines without a network |
/// | `torchvision/resnet50.v2` | torchvision's weights, of a version or of its first; see [`TORCHVISION`](firelight_download::weights::TORCHVISION) |
/// | a folder that is there | what [`Backbone::from_folder`] takes |
///
/// Mean, deviation, size, resampling and crop come along in [`Backbone::preset`]; learners normalise by them. A licence that excludes
/// commercial use is warned of through `tracing` before anything is fetched.
///
/// ```no_run
/// use firelight_datablock::{Categories, DataLoaders};
/// use firelight_learner::{LearnerError, pretrained, vision_learner};
///
/// fn train(dls: DataLoaders<Categories>) -> Result<(), LearnerError> {
///     let mut learn = vision_learner(dls, pretrained("timm/convnext_tiny.in12k_ft_in1k")?)?;
///     learn.fine_tune(5, 1e-3)
/// }
/// ```
///
/// # Errors
///
/// [`LearnerError::Download`] for what is not to be had, [`LearnerError::Weights`] for what is no timm model that is known.
#[cfg(feature = "download")]
pub fn pretrained(name: &str) -> Result<Backbone, LearnerError> {
    pretrained_with(name, &firelight_download::Progress::default())
}

/// [`pretrained`], which shows elsewhere how far it is.
///
/// # Errors
///
/// As [`pretrained`].
#[cfg(feature = "download")]
pub fn pretrained_with(name: &str, progress: &firelight_download::Progress) -> Result<Backbone, LearnerError> {
    use firelight_download::hub::Repository;
    use firelight_download::{home, weights};

    if Path::new(name).is_dir() {
        return Backbone::from_folder(name);
    }
    if let Some(arch) = name.strip_prefix("torchvision/") {
        let published = weights::find(arch)?;
        let mut preset = Preset::from(published.arch.parse::<Arch>().map_err(|unknown| LearnerError::Setting {
            setting: "weights",
            value: unknown.to_string(),
            remedy: "name an architecture that is known",
        })?);
        if published.version == 2 {
            // Its evaluation resizes to 232 before it cuts 224.
            preset.crop = 224.0 / 232.0;
        }
        preset.bicubic = false;
        return Ok(Backbone::from(preset).with_weights(published.fetch_with(&home()?, progress)?));
    }
    let (repository, home) = (Repository::new(name)?.with_progress(progress.clone()), home()?);
    // The small file first: what is not known is refused before the large one is fetched.
    let folder = repository.fetch(&home, &[CONFIG])?;
    let mut preset = Preset::read(folder.join(CONFIG))?;
    if let Ok(listing) = repository.listing(&home) {
        if listing.is_non_commercial() {
            let licence = listing.licence.as_deref().unwrap_or_default();
            tracing::warn!("the weights {name} are under {licence}, which excludes commercial use");
        }
        preset.licence = listing.licence.or(preset.licence);
    }
    let folder = repository.fetch(&home, &[CONFIG, WEIGHTS])?;
    Ok(Backbone::from(preset).with_weights(folder.join(WEIGHTS)))
}
