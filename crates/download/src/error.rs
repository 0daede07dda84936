//! What can go wrong between a server and a folder.

use std::io;
use std::path::{Path, PathBuf};

use crate::Checksum;

/// Why a file or a folder is not there: what failed, where, and what to do.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DownloadError {
    /// No environment variable says where downloads live.
    #[error("no folder for downloads: set FIRELIGHT_HOME to one")]
    NoHome,

    /// The server could not be reached, or the connection broke too often.
    #[error(
        "cannot download {url} (failed tries in a row: {tries}): {why}; \
         on a machine without a network, place the file at {} ({checksum})", path.display()
    )]
    Unreachable {
        /// The address asked for.
        url: String,
        /// Where the file can be placed by hand.
        path: PathBuf,
        /// What that file must give.
        checksum: Checksum,
        /// Failures in a row.
        tries: u32,
        /// The last failure.
        why: io::Error,
    },

    /// The server answered with an error that trying again does not mend.
    #[error(
        "cannot download {url}: the server answered with HTTP status {status}; \
         if you have the file from elsewhere, place it at {} ({checksum})", path.display()
    )]
    Refused {
        /// The address asked for.
        url: String,
        /// The HTTP status.
        status: u16,
        /// Where the file can be placed by hand.
        path: PathBuf,
        /// What that file must give.
        checksum: Checksum,
    },

    /// The file came whole and is another one. It is removed.
    #[error(
        "{url} gave a file with {found}, expected {expected}; the file is removed: try again, and if this stays, \
         the file changed on the server or something on the way answered in its place"
    )]
    WrongDigest {
        /// The address asked for.
        url: String,
        /// What the file should give.
        expected: Checksum,
        /// What it gave: the kind of digest and its digits.
        found: String,
    },

    /// The server says that the file is larger than it may be, or goes on sending. What came is removed.
    #[error("{url} gives more than {limit} bytes; nothing is kept: if this is right, raise `Download::with_max_bytes`")]
    TooLong {
        /// The address asked for.
        url: String,
        /// The limit in bytes.
        limit: u64,
    },

    /// A checksum that no file can have.
    #[error(
        "`{checksum}` is no checksum: an MD5 has 32 hexadecimal digits, a SHA-256 has 64, the beginning of one \
         has at least 8, and git's digest has 40"
    )]
    MalformedChecksum {
        /// The checksum.
        checksum: Checksum,
    },

    /// An archive's entry would reach outside its folder. Nothing is unpacked.
    #[error(
        "archive {}: entry `{}` {problem}; nothing is unpacked, do not trust this archive",
        archive.display(), entry.display()
    )]
    Unsafe {
        /// The archive.
        archive: PathBuf,
        /// The entry's path as written in the archive.
        entry: PathBuf,
        /// What is wrong with it.
        problem: String,
    },

    /// An archive holds more bytes than allowed. Nothing is unpacked.
    #[error(
        "archive {} unpacks to more than {limit} bytes; nothing is unpacked: if this is right, raise \
         `Unpacking::with_max_bytes`", archive.display()
    )]
    TooLarge {
        /// The archive.
        archive: PathBuf,
        /// The limit in bytes.
        limit: u64,
    },

    /// An archive holds more entries than allowed. Nothing is unpacked.
    #[error(
        "archive {} has more than {limit} entries; nothing is unpacked: if this is right, raise \
         `Unpacking::with_max_entries`", archive.display()
    )]
    TooManyEntries {
        /// The archive.
        archive: PathBuf,
        /// The limit.
        limit: u64,
    },

    /// An archive is cut short or is no `.tar.gz`. Nothing is unpacked.
    #[error("archive {} is damaged: {why}; nothing is unpacked: delete it and fetch it again", archive.display())]
    Damaged {
        /// The archive.
        archive: PathBuf,
        /// What its reader says.
        why: io::Error,
    },

    /// An archive lacks the folder asked of it.
    #[error("archive {} has no folder `{}`; is it the right archive?", archive.display(), folder.display())]
    MissingFolder {
        /// The archive.
        archive: PathBuf,
        /// The folder.
        folder: PathBuf,
    },

    /// The name is not one that a repository of the hub can have.
    #[error("`{name}` is no repository: a name has the form OWNER/NAME, such as timm/resnet18.a1_in1k")]
    NoRepository {
        /// The name.
        name: String,
    },

    /// The hub does not give the repository, or says what it should not.
    #[error("repository {name}: {what}")]
    Hub {
        /// The repository.
        name: String,
        /// What is wrong, and what to do.
        what: String,
    },

    /// The hub could not be reached.
    #[error("cannot ask {url}: {why}; check the network, or set HF_ENDPOINT to a mirror")]
    HubUnreachable {
        /// The address asked for.
        url: String,
        /// The last failure.
        why: io::Error,
    },

    /// No request may be made, and the files are not here.
    #[error("HF_HUB_OFFLINE is set, and {} has not all files of {name}; fetch them once with a network", folder.display())]
    Offline {
        /// The repository.
        name: String,
        /// Where its files would be.
        folder: PathBuf,
    },

    /// A repository has no such file.
    #[error("repository {name} has no file {file}; it has {has}")]
    NotListed {
        /// The repository.
        name: String,
        /// The file asked for.
        file: String,
        /// Some of those that it has.
        has: String,
    },

    /// No weights are known under this name.
    #[error("no pretrained weights are known for `{arch}`; known are {known}")]
    UnknownWeights {
        /// The name asked for.
        arch: String,
        /// The known names, separated by commas.
        known: String,
    },

    /// A file of this machine cannot be read.
    #[error("cannot read {}: {why}; check that the file is there and may be read", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        why: io::Error,
    },

    /// A file or folder of this machine cannot be written.
    #[error(
        "cannot write {}: {why}; set FIRELIGHT_HOME to a folder that may be written and has room", path.display()
    )]
    Write {
        /// The file or folder.
        path: PathBuf,
        /// Why.
        why: io::Error,
    },
}

impl DownloadError {
    pub(crate) fn write(path: &Path, why: io::Error) -> Self {
        Self::Write { path: path.into(), why }
    }
}
