//! Known data sets.

mod imagenette;

use std::path::{Path, PathBuf};

use crate::{Checksum, Download, DownloadError, Patience, Progress, Unpacking, home};

pub use imagenette::{
    IMAGENETTE, IMAGEWOOF, PictureSize, WordNetClass, imagenette, imagenette_in, imagewoof, imagewoof_in,
};

/// The Oxford-IIIT pets, below [`home`]: a folder with `images/` (7,390 pictures of 37 breeds called
/// `Abyssinian_1.jpg` to `yorkshire_terrier_99.jpg`, breeds of cats with a capital letter) and `annotations/`.
///
/// The archives have about 810 MB, and the folder as much again. Once unpacked, the call returns at once.
///
/// ```no_run
/// use firelight_download::datasets;
///
/// let pictures = datasets::oxford_pets()?.join("images");
/// # Ok::<(), firelight_download::DownloadError>(())
/// ```
///
/// # Errors
///
/// As [`PublishedDataset::fetch`], and [`DownloadError::NoHome`].
pub fn oxford_pets() -> Result<PathBuf, DownloadError> {
    oxford_pets_in(&home()?)
}

/// [`oxford_pets`] below another home.
///
/// ```no_run
/// let pets = firelight_download::datasets::oxford_pets_in("/data".as_ref())?;
/// # Ok::<(), firelight_download::DownloadError>(())
/// ```
///
/// # Errors
///
/// As [`PublishedDataset::fetch`].
pub fn oxford_pets_in(home: &Path) -> Result<PathBuf, DownloadError> {
    PublishedDataset::oxford_pets().fetch(home)
}

/// A data set: archives on one server, and the folder that each of them holds.
///
/// ```
/// use firelight_download::datasets::PublishedDataset;
///
/// // the same archives from a copy nearer by
/// let pets = PublishedDataset::oxford_pets().with_base_url("http://mirror.example/pets");
/// assert_eq!(pets.downloads()[0].url, "http://mirror.example/pets/images.tar.gz");
/// ```
#[derive(Clone, Debug)]
pub struct PublishedDataset {
    name: String,
    base_url: String,
    parts: Vec<Part>,
    patience: Patience,
    max_bytes: Option<u64>,
    progress: Progress,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Part {
    archive: String,
    folder: String,
    checksum: Checksum,
}

impl PublishedDataset {
    /// A data set without archives yet. `name` is its folder's.
    pub fn new(name: impl Into<String>, base_url: impl Into<String>) -> Self {
        let (name, base_url) = (name.into(), base_url.into());
        let (parts, patience, progress) = (Vec::new(), Patience::default(), Progress::default());
        Self { name, base_url, parts, patience, max_bytes: None, progress }
    }

    /// The Oxford-IIIT pets from their own server.
    pub fn oxford_pets() -> Self {
        Self::new("oxford-iiit-pet", "https://www.robots.ox.ac.uk/~vgg/data/pets/data")
            .with_archive("images.tar.gz", "images", Checksum::md5("5c4f3ee8e5d25df40f4fd59a7f44e54c"))
            .with_archive("annotations.tar.gz", "annotations", Checksum::md5("95a8c909bbe2e81eed6a22bccdf3f68f"))
    }

    /// Adds the archive `file` at the base URL, of which the top folder `folder` is taken.
    pub fn with_archive(mut self, file: impl Into<String>, folder: impl Into<String>, checksum: Checksum) -> Self {
        self.parts.push(Part { archive: file.into(), folder: folder.into(), checksum });
        self
    }

    /// Takes the same archives from another server.
    pub fn with_base_url(mut self, base_url: impl Into<String>) -> Self {
        self.base_url = base_url.into();
        self
    }

    /// Waits and tries again as `patience` says.
    pub fn with_patience(mut self, patience: Patience) -> Self {
        self.patience = patience;
        self
    }

    /// Shows how far it is there; on the terminal by default.
    pub fn with_progress(mut self, progress: Progress) -> Self {
        self.progress = progress;
        self
    }

    /// Allows each archive this many bytes once unpacked; the default is that of [`Unpacking`].
    pub fn with_max_bytes(mut self, bytes: u64) -> Self {
        self.max_bytes = Some(bytes);
        self
    }

    /// The archives, in the order they are fetched.
    pub fn downloads(&self) -> Vec<Download> {
        let base = self.base_url.trim_end_matches('/');
        let download = |part: &Part| {
            Download::new(format!("{base}/{}", part.archive), &part.archive, part.checksum.clone())
                .with_patience(self.patience)
                .with_progress(self.progress.clone())
        };
        self.parts.iter().map(download).collect()
    }

    /// The data set's folder, `HOME/datasets/NAME`. A folder of it that is there already, unpacked by an earlier
    /// call or placed by hand, is taken as it is; the archive of any other is fetched to `HOME/archives/NAME` and
    /// unpacked. The archives may be deleted afterwards.
    ///
    /// # Errors
    ///
    /// As [`Download::fetch`] and [`Unpacking::run`].
    pub fn fetch(&self, home: &Path) -> Result<PathBuf, DownloadError> {
        let root = home.join("datasets").join(&self.name);
        let archives = home.join("archives").join(&self.name);
        for (part, download) in self.parts.iter().zip(self.downloads()) {
            let folder = root.join(&part.folder);
            if folder.is_dir() {
                continue;
            }
            let unpacking = Unpacking::new().with_folder(&part.folder).with_progress(self.progress.clone());
            let unpacking = self.max_bytes.into_iter().fold(unpacking, Unpacking::with_max_bytes);
            unpacking.run(&download.fetch(&archives)?, &folder)?;
        }
        Ok(root)
    }
}
