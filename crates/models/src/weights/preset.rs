use std::path::Path;

use serde::Deserialize;

use super::WeightsError;
use crate::Arch;

/// What trained weights expect of pictures, as the `config.json` beside them says (timm's form, which the hub's repositories have).
///
/// ```
/// use firelight_models::Arch;
/// use firelight_models::weights::Preset;
///
/// let config = r#"{
///     "architecture": "resnet18",
///     "pretrained_cfg": {
///         "tag": "a1_in1k", "input_size": [3, 224, 224], "interpolation": "bicubic", "crop_pct": 0.95,
///         "mean": [0.485, 0.456, 0.406], "std": [0.229, 0.224, 0.225]
///     }
/// }"#;
/// let preset = Preset::parse(config)?;
/// assert_eq!((preset.arch, preset.size, preset.bicubic, preset.crop), (Arch::ResNet18, 224, true, 0.95));
/// # Ok::<(), String>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Preset {
    /// The architecture.
    pub arch: Arch,
    /// Which weights of it, such as `a1_in1k`.
    pub tag: Option<String>,
    /// Mean of red, green and blue to be taken out of pictures scaled to 0..1.
    pub mean: [f32; 3],
    /// Standard deviation of them, by which pictures are divided.
    pub deviation: [f32; 3],
    /// Whether pictures were resampled bicubically (else bilinearly).
    pub bicubic: bool,
    /// Share of the shorter side that was cut from the centre in evaluation, from above 0 to 1.
    pub crop: f32,
    /// Side of the square pictures that they were trained on.
    pub size: usize,
    /// The licence that the file names, if it names one.
    pub licence: Option<String>,
}

impl From<Arch> for Preset {
    /// What the published weights of an architecture expect.
    fn from(arch: Arch) -> Self {
        let (mean, deviation) = arch.normalization();
        let (bicubic, crop, size) = (arch.bicubic(), arch.crop_fraction(), arch.picture_size());
        Self { arch, tag: None, mean, deviation, bicubic, crop, size, licence: None }
    }
}

#[derive(Deserialize)]
struct Config {
    architecture: String,
    #[serde(default)]
    model_args: serde_json::Map<String, serde_json::Value>,
    #[serde(default)]
    pretrained_cfg: Pretrained,
}

#[derive(Deserialize, Default)]
struct Pretrained {
    tag: Option<String>,
    input_size: Option<[usize; 3]>,
    interpolation: Option<String>,
    crop_pct: Option<f32>,
    mean: Option<[f32; 3]>,
    std: Option<[f32; 3]>,
    license: Option<String>,
}

/// Many times what such a file has.
const MOST_BYTES: u64 = 1 << 20;

/// No picture is larger than this for any published weights.
const MOST_PIXELS: usize = 4096;

impl Preset {
    /// What the file at `path` says.
    ///
    /// # Errors
    ///
    /// [`WeightsError::Config`] for a file that cannot be read or is none of these, and for an architecture that is not known.
    pub fn read(path: impl AsRef<Path>) -> Result<Self, WeightsError> {
        let path = path.as_ref();
        let config = |why: String| WeightsError::Config { path: path.to_owned(), why };
        let bytes = firelight_files::read_regular(path, MOST_BYTES).map_err(|why| config(why.to_string()))?;
        Self::parse(&String::from_utf8_lossy(&bytes)).map_err(config)
    }

    /// What such a text says.
    ///
    /// # Errors
    ///
    /// What is wrong with it.
    pub fn parse(text: &str) -> Result<Self, String> {
        let config: Config = serde_json::from_str(text).map_err(|why| why.to_string())?;
        let arch: Arch = config.architecture.parse().map_err(|unknown: crate::UnknownArch| unknown.to_string())?;
        if let Some(other) =
            config.model_args.keys().find(|key| !["img_size", "in_chans", "num_classes"].contains(&key.as_str()))
        {
            return Err(format!("its {arch} was built with {other}, which is not known"));
        }
        let (known, told) = (Self::from(arch), config.pretrained_cfg);
        let size = match told.input_size {
            Some([3, height, width]) if height == width && (1..=MOST_PIXELS).contains(&height) => height,
            Some(size) => {
                return Err(format!(
                    "pictures of {size:?} are not square ones of three colours up to {MOST_PIXELS} px"
                ));
            }
            None => known.size,
        };
        let bicubic = match told.interpolation.as_deref() {
            Some("bicubic") => true,
            Some("bilinear") => false,
            Some(other) => return Err(format!("interpolation \"{other}\" is not known")),
            None => known.bicubic,
        };
        let crop = told.crop_pct.unwrap_or(known.crop);
        let (mean, deviation) = (told.mean.unwrap_or(known.mean), told.std.unwrap_or(known.deviation));
        let sensible =
            deviation.iter().all(|one| *one > 1e-6 && one.is_finite()) && mean.iter().all(|one| one.is_finite());
        if !(sensible && crop > 0.0 && crop <= 1.0) {
            return Err(format!("mean {mean:?}, std {deviation:?} and crop_pct {crop} make no sense"));
        }
        Ok(Self { arch, tag: told.tag, mean, deviation, bicubic, crop, size, licence: told.license })
    }
}
