//! What a file's content gives.

use std::fmt;
use std::io::{self, Read};
use std::path::Path;

use firelight_files::open_regular;
use md5::Md5;
use sha1::Sha1;
use sha2::Sha256;

use crate::{Checksum, DownloadError};

impl Checksum {
    /// An empty or mistyped prefix must not let every file pass, nor a mistyped digest cost a whole download.
    pub(crate) fn check_form(&self) -> Result<(), DownloadError> {
        let (digits, lengths) = match self {
            Self::Md5(digits) => (digits, 32..=32),
            Self::Sha256(digits) => (digits, 64..=64),
            Self::Sha256Prefix(digits) => (digits, 8..=64),
            Self::GitBlob(digits) => (digits, 40..=40),
        };
        if lengths.contains(&digits.len()) && digits.bytes().all(|digit| digit.is_ascii_hexdigit()) {
            return Ok(());
        }
        Err(DownloadError::MalformedChecksum { checksum: self.clone() })
    }

    /// The digest of the same kind of the file at `path`.
    pub(crate) fn digest(&self, path: &Path) -> Result<Digest<'_>, DownloadError> {
        let found = match self {
            Self::Md5(_) => hex::<Md5>(path, |_| String::new()),
            Self::Sha256(_) | Self::Sha256Prefix(_) => hex::<Sha256>(path, |_| String::new()),
            Self::GitBlob(_) => hex::<Sha1>(path, |length| format!("blob {length}\0")),
        };
        let found = found.map_err(|why| DownloadError::Read { path: path.into(), why })?;
        Ok(Digest { expected: self, found })
    }
}

/// What a file gave, beside what it should give.
pub(crate) struct Digest<'a> {
    expected: &'a Checksum,
    found: String,
}

impl Digest<'_> {
    pub(crate) fn is_right(&self) -> bool {
        match self.expected {
            Checksum::Md5(digits) | Checksum::Sha256(digits) | Checksum::GitBlob(digits) => {
                self.found.eq_ignore_ascii_case(digits)
            }
            Checksum::Sha256Prefix(digits) => self.found.starts_with(&digits.to_ascii_lowercase()),
        }
    }
}

impl fmt::Display for Digest<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = match self.expected {
            Checksum::Md5(_) => "md5",
            Checksum::Sha256(_) | Checksum::Sha256Prefix(_) => "SHA-256",
            Checksum::GitBlob(_) => "git's digest",
        };
        write!(out, "{kind} {}", self.found)
    }
}

/// The digest of a file's bytes, after what stands before them for their number.
fn hex<D: md5::Digest>(path: &Path, before: impl Fn(u64) -> String) -> io::Result<String> {
    let mut file = open_regular(path)?;
    let mut digest = D::new();
    digest.update(before(file.metadata()?.len()));
    let mut buffer = vec![0; 1 << 16];
    loop {
        match file.read(&mut buffer) {
            Ok(0) => break,
            Ok(read) => digest.update(&buffer[..read]),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    let digits = digest.finalize().into_iter().flat_map(|byte| [byte >> 4, byte & 15]);
    Ok(digits.filter_map(|digit| char::from_digit(digit.into(), 16)).collect())
}
