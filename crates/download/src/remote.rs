//! A file on a server.

use crate::answer::Token;
use crate::{Checksum, Patience, Progress};

/// A file on a server, known by its digest.
///
/// ```no_run
/// use firelight_download::{Checksum, Download};
///
/// let annotations = Download::new(
///     "https://www.robots.ox.ac.uk/~vgg/data/pets/data/annotations.tar.gz",
///     "annotations.tar.gz",
///     Checksum::md5("95a8c909bbe2e81eed6a22bccdf3f68f"),
/// );
/// let path = annotations.fetch("archives".as_ref())?;
/// # Ok::<(), firelight_download::DownloadError>(())
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Download {
    /// Where the file is: an `https` or `http` address.
    pub url: String,
    /// The file's name on this machine, without a folder.
    pub file_name: String,
    /// What the file's content must give.
    pub checksum: Checksum,
    /// The most bytes that the file may have, whatever a server says or goes on sending. Default 16 GiB.
    pub max_bytes: u64,
    /// How long to wait and how often to try again.
    pub patience: Patience,
    /// Where it shows how far it is; on the terminal by default.
    pub progress: Progress,
    pub(crate) token: Option<Token>,
}

impl Download {
    /// The file at `url`, to be called `file_name` here, with the default [`Patience`].
    pub fn new(url: impl Into<String>, file_name: impl Into<String>, checksum: Checksum) -> Self {
        let (patience, progress) = (Patience::default(), Progress::default());
        Self {
            url: url.into(),
            file_name: file_name.into(),
            checksum,
            max_bytes: 16 << 30,
            patience,
            progress,
            token: None,
        }
    }

    /// Refuses a file of more bytes than this.
    pub fn with_max_bytes(mut self, bytes: u64) -> Self {
        self.max_bytes = bytes;
        self
    }

    /// Waits and tries again as `patience` says.
    pub fn with_patience(mut self, patience: Patience) -> Self {
        self.patience = patience;
        self
    }

    /// Shows how far it is there.
    pub fn with_progress(mut self, progress: Progress) -> Self {
        self.progress = progress;
        self
    }

    /// Says who is asking.
    pub(crate) fn with_token(mut self, token: Option<Token>) -> Self {
        self.token = token;
        self
    }
}
