//! From an archive to a folder that appears whole or not at all.

use std::fs;
use std::path::{Path, PathBuf};

use firelight_files::open_regular;
use flate2::read::MultiGzDecoder;
use tar::Archive;

use crate::lock::{Lock, hidden_sibling};
use crate::meter::Meter;
use crate::tree::Tree;
use crate::{DownloadError, Progress};

/// Unpacks `archive` as the folder `into`, with the default limits of [`Unpacking`].
///
/// ```no_run
/// use firelight_download::unpack_tar_gz;
///
/// let folder = unpack_tar_gz("images.tar.gz".as_ref(), "images".as_ref())?; // whole, or not there
/// # Ok::<(), firelight_download::DownloadError>(())
/// ```
///
/// # Errors
///
/// As [`Unpacking::run`].
pub fn unpack_tar_gz(archive: &Path, into: &Path) -> Result<PathBuf, DownloadError> {
    Unpacking::new().run(archive, into)
}

/// How a `.tar.gz` becomes a folder.
///
/// | choice | default |
/// |---|---|
/// | [`with_max_bytes`](Self::with_max_bytes) | 4 GiB |
/// | [`with_max_entries`](Self::with_max_entries) | 1,000,000 |
/// | [`with_folder`](Self::with_folder) | the whole archive |
/// | [`with_progress`](Self::with_progress) | the terminal |
///
/// ```no_run
/// use firelight_download::Unpacking;
///
/// let large = Unpacking::new().with_max_bytes(200 << 30);
/// large.run("imagenet.tar.gz".as_ref(), "imagenet".as_ref())?;
/// # Ok::<(), firelight_download::DownloadError>(())
/// ```
#[derive(Clone, Debug)]
pub struct Unpacking {
    max_bytes: u64,
    max_entries: u64,
    folder: Option<PathBuf>,
    progress: Progress,
}

impl Default for Unpacking {
    fn default() -> Self {
        Self { max_bytes: 4 << 30, max_entries: 1_000_000, folder: None, progress: Progress::default() }
    }
}

impl Unpacking {
    /// The whole archive, with the default limits.
    pub fn new() -> Self {
        Self::default()
    }

    /// Refuses an archive that holds more than this many bytes once decompressed, headers included.
    pub fn with_max_bytes(mut self, bytes: u64) -> Self {
        self.max_bytes = bytes;
        self
    }

    /// Refuses an archive with more entries than this.
    pub fn with_max_entries(mut self, entries: u64) -> Self {
        self.max_entries = entries;
        self
    }

    /// Takes only what is in this folder of the archive, which itself becomes the folder unpacked into.
    pub fn with_folder(mut self, folder: impl Into<PathBuf>) -> Self {
        self.folder = Some(folder.into());
        self
    }

    /// Shows how far it is there.
    pub fn with_progress(mut self, progress: Progress) -> Self {
        self.progress = progress;
        self
    }

    /// Unpacks `archive` as the folder `into`, and gives that folder. If it is there, nothing is done.
    ///
    /// The entries are unpacked into a hidden folder beside `into`, which is renamed at the end and removed after
    /// an error; one that an earlier, killed run left is removed first. Files get the owner, permissions and time
    /// of any new file. Symbolic links are made last, so that no entry is written through one.
    ///
    /// # Errors
    ///
    /// - [`DownloadError::Unsafe`]: an entry whose path is absolute or contains `..`, a link that leaves the
    ///   folder, or something that is no file, folder or link.
    /// - [`DownloadError::TooLarge`], [`DownloadError::TooManyEntries`]: a limit of this value is passed.
    /// - [`DownloadError::Damaged`]: the archive is cut short or is no `.tar.gz`.
    /// - [`DownloadError::MissingFolder`]: the archive holds nothing in the folder asked for.
    /// - [`DownloadError::Read`], [`DownloadError::Write`]: a file or folder on this machine.
    pub fn run(&self, archive: &Path, into: &Path) -> Result<PathBuf, DownloadError> {
        if into.is_dir() {
            return Ok(into.into());
        }
        let parent = into.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
        fs::create_dir_all(parent).map_err(|why| DownloadError::write(parent, why))?;
        let _turn = Lock::beside(into)?;
        if into.is_dir() {
            return Ok(into.into()); // another process unpacked it while this one waited
        }
        let staging = Staging::new(hidden_sibling(into, "unpacking"))?;
        self.fill(archive, &staging.0)?;
        fs::rename(&staging.0, into).map_err(|why| DownloadError::write(into, why))?;
        Ok(into.into())
    }

    fn fill(&self, archive: &Path, staging: &Path) -> Result<(), DownloadError> {
        let read_error = |why| DownloadError::Read { path: archive.into(), why };
        let file = open_regular(archive).map_err(read_error)?;
        let name = archive.file_name().unwrap_or_default().to_string_lossy();
        let length = file.metadata().map_err(read_error)?.len();
        let bar = self.progress.bytes(Some(length), &format!("unpacking {name}"));
        let meter = Meter::new(MultiGzDecoder::new(bar.wrap_read(file)), self.max_bytes);
        let (gauge, mut tar) = (meter.gauge(), Archive::new(meter));
        let mut tree = Tree::new(archive, staging, gauge, self.max_bytes, self.folder.as_deref());
        let mut count = 0;
        for entry in tar.entries().map_err(|why| tree.damaged(why))? {
            let entry = entry.map_err(|why| tree.damaged(why))?;
            count += 1;
            if count > self.max_entries {
                return Err(DownloadError::TooManyEntries { archive: archive.into(), limit: self.max_entries });
            }
            tree.add(entry)?;
        }
        tree.finish(tar.into_inner())
    }
}

/// A folder that goes when this value does, unless it was renamed.
struct Staging(PathBuf);

impl Staging {
    fn new(folder: PathBuf) -> Result<Self, DownloadError> {
        if folder.symlink_metadata().is_ok() {
            fs::remove_dir_all(&folder).map_err(|why| DownloadError::write(&folder, why))?;
        }
        fs::create_dir(&folder).map_err(|why| DownloadError::write(&folder, why))?;
        Ok(Self(folder))
    }
}

impl Drop for Staging {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0); // gone already after the rename
    }
}
