//! Known pretrained weights.

use std::path::{Path, PathBuf};

use crate::{Checksum, Download, DownloadError, Progress, home};

/// torchvision's weights trained on `ImageNet`.
///
/// | arch | file | torchvision's name | size |
/// |---|---|---|---|
/// | `resnet18` | `resnet18-f37072fd.pth` | `IMAGENET1K_V1` | 47 MB |
/// | `resnet34` | `resnet34-b627a593.pth` | `IMAGENET1K_V1` | 87 MB |
/// | `resnet50` | `resnet50-11ad3fa6.pth` | `IMAGENET1K_V2` | 103 MB |
/// | `resnet101` | `resnet101-63fe2227.pth` | `IMAGENET1K_V1` | 179 MB |
pub const TORCHVISION: [Weights; 4] = [
    Weights { arch: "resnet18", sha256_prefix: "f37072fd" },
    Weights { arch: "resnet34", sha256_prefix: "b627a593" },
    Weights { arch: "resnet50", sha256_prefix: "11ad3fa6" },
    Weights { arch: "resnet101", sha256_prefix: "63fe2227" },
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

/// torchvision's weights for `arch`, not fetched yet.
///
/// ```
/// use firelight_download::weights;
///
/// assert_eq!(weights::find("resnet18")?.sha256_prefix, "f37072fd");
/// assert!(weights::find("vgg").is_err());
/// # Ok::<(), firelight_download::DownloadError>(())
/// ```
///
/// # Errors
///
/// [`DownloadError::UnknownWeights`] if there are none in [`TORCHVISION`].
pub fn find(arch: &str) -> Result<Weights, DownloadError> {
    TORCHVISION.into_iter().find(|weights| weights.arch == arch).ok_or_else(|| DownloadError::UnknownWeights {
        arch: arch.into(),
        known: TORCHVISION.map(|weights| weights.arch).join(", "),
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
    /// The first 8 digits of the file's SHA-256.
    pub sha256_prefix: &'static str,
}

impl Weights {
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
