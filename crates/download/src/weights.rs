//! Known pretrained weights.

use std::path::{Path, PathBuf};

use crate::{Checksum, Download, DownloadError, Progress, home};

/// torchvision's weights trained on `ImageNet`.
///
/// | arch | version 1 | version 2 |
/// |---|---|---|
/// | `resnet18` | 47 MB | |
/// | `resnet34` | 87 MB | |
/// | `resnet50` | 103 MB | the same net, trained longer: 80.9 % of `ImageNet` in place of 76.1 |
/// | `resnet101` | 179 MB | 81.9 in place of 77.4 |
/// | `resnet152` | 242 MB | 82.3 in place of 78.3 |
/// | `resnext50_32x4d` | 100 MB | 81.2 in place of 77.6 |
/// | `resnext101_32x8d` | 356 MB | 82.8 in place of 79.3 |
/// | `wide_resnet50_2` | 138 MB | 81.6 in place of 78.5 |
/// | `wide_resnet101_2` | 254 MB | 82.5 in place of 78.8 |
///
/// Without a version, `resnet50`'s second and the first of all others are meant.
pub const TORCHVISION: [Weights; 16] = [
    Weights::new("resnet18", 1, "f37072fd"),
    Weights::new("resnet34", 1, "b627a593"),
    Weights::new("resnet50", 2, "11ad3fa6"),
    Weights::new("resnet50", 1, "0676ba61"),
    Weights::new("resnet101", 1, "63fe2227"),
    Weights::new("resnet101", 2, "cd907fc2"),
    Weights::new("resnet152", 1, "394f9c45"),
    Weights::new("resnet152", 2, "f82ba261"),
    Weights::new("resnext50_32x4d", 1, "7cdf4587"),
    Weights::new("resnext50_32x4d", 2, "1a0047aa"),
    Weights::new("resnext101_32x8d", 1, "8ba56ff5"),
    Weights::new("resnext101_32x8d", 2, "110c445d"),
    Weights::new("wide_resnet50_2", 1, "95faca4d"),
    Weights::new("wide_resnet50_2", 2, "9ba9bcbe"),
    Weights::new("wide_resnet101_2", 1, "32ee1156"),
    Weights::new("wide_resnet101_2", 2, "d733dc28"),
];

/// torchvision's weights for `arch`, as a `.pth` file in `weights/` below [`home`]; fetched at the first call.
///
/// ```no_run
/// let file = firelight_download::weights::torchvision("resnet34")?;
/// # Ok::<(), firelight_download::DownloadError>(())
/// ```
///
/// # Errors
///
/// [`DownloadError::UnknownWeights`], [`DownloadError::NoHome`], and as [`Download::fetch`].
pub fn torchvision(arch: &str) -> Result<PathBuf, DownloadError> {
    find(arch)?.fetch(&home()?)
}

/// torchvision's weights for `arch`, not fetched yet; of a version where one is named.
///
/// ```
/// use firelight_download::weights;
///
/// assert_eq!(weights::find("resnet18")?.sha256_prefix, "f37072fd");
/// assert_eq!(weights::find("resnet50.v1")?.sha256_prefix, "0676ba61");
/// assert!(weights::find("vgg").is_err());
/// # Ok::<(), firelight_download::DownloadError>(())
/// ```
///
/// # Errors
///
/// [`DownloadError::UnknownWeights`] if there are none in [`TORCHVISION`].
pub fn find(arch: &str) -> Result<Weights, DownloadError> {
    let (name, version) = match arch.rsplit_once(".v") {
        Some((name, version)) => (name, version.parse().ok()),
        None => (arch, None),
    };
    let is_it =
        |weights: &Weights| weights.arch == name && version.is_none_or(|version: u8| version == weights.version);
    TORCHVISION.into_iter().find(is_it).ok_or_else(|| DownloadError::UnknownWeights {
        arch: arch.into(),
        known: TORCHVISION.map(|weights| format!("{}.v{}", weights.arch, weights.version)).join(", "),
    })
}

/// A file of weights on torchvision's server.
///
/// ```
/// let resnet50 = firelight_download::weights::find("resnet50")?;
/// assert!(resnet50.download().url.ends_with("resnet50-11ad3fa6.pth"));
/// # Ok::<(), firelight_download::DownloadError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Weights {
    /// The architecture's name, such as `resnet18`.
    pub arch: &'static str,
    /// torchvision's version of them, 1 or 2.
    pub version: u8,
    /// The first 8 digits of the file's SHA-256.
    pub sha256_prefix: &'static str,
}

impl Weights {
    const fn new(arch: &'static str, version: u8, sha256_prefix: &'static str) -> Self {
        Self { arch, version, sha256_prefix }
    }

    /// The file and its digest, for a folder or a server of your own.
    pub fn download(&self) -> Download {
        let file_name = format!("{}-{}.pth", self.arch, self.sha256_prefix);
        let url = format!("https://download.pytorch.org/models/{file_name}");
        Download::new(url, file_name, Checksum::sha256_prefix(self.sha256_prefix))
    }

    /// The file's path in `HOME/weights`, fetched if it is not there.
    ///
    /// # Errors
    ///
    /// As [`Download::fetch`].
    pub fn fetch(&self, home: &Path) -> Result<PathBuf, DownloadError> {
        self.fetch_with(home, &Progress::default())
    }

    /// [`fetch`](Self::fetch), which shows elsewhere how far it is.
    ///
    /// # Errors
    ///
    /// As [`Download::fetch`].
    pub fn fetch_with(&self, home: &Path, progress: &Progress) -> Result<PathBuf, DownloadError> {
        self.download().with_progress(progress.clone()).fetch(&home.join("weights"))
    }
}
