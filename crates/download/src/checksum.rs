//! What a file's content must give.

use std::fmt;

/// The digest that makes a file the right one, in hexadecimal digits of either case.
///
/// ```
/// use firelight_download::Checksum;
///
/// let pets = Checksum::md5("5c4f3ee8e5d25df40f4fd59a7f44e54c");
/// let resnet18 = Checksum::sha256_prefix("f37072fd");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Checksum {
    /// All 32 digits of the MD5. It guards against broken transfers, not against malice.
    Md5(String),
    /// All 64 digits of the SHA-256.
    Sha256(String),
    /// The first digits of the SHA-256, from 8 to 64 of them, as torchvision's file names carry them.
    Sha256Prefix(String),
    /// All 40 digits of git's name of the file's content, a SHA-1 of its length and its bytes. It guards against broken transfers.
    GitBlob(String),
}

impl Checksum {
    /// The file whose MD5 has these 32 digits.
    pub fn md5(digits: impl Into<String>) -> Self {
        Self::Md5(digits.into())
    }

    /// The file whose SHA-256 has these 64 digits.
    pub fn sha256(digits: impl Into<String>) -> Self {
        Self::Sha256(digits.into())
    }

    /// The file whose SHA-256 begins with these digits, at least 8.
    pub fn sha256_prefix(digits: impl Into<String>) -> Self {
        Self::Sha256Prefix(digits.into())
    }

    /// The file that git calls by these 40 digits.
    pub fn git_blob(digits: impl Into<String>) -> Self {
        Self::GitBlob(digits.into())
    }
}

/// `md5 5c4f…`, `SHA-256 77ab…`, `a SHA-256 that begins with f37072fd`
impl fmt::Display for Checksum {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Md5(digits) => write!(out, "md5 {digits}"),
            Self::Sha256(digits) => write!(out, "SHA-256 {digits}"),
            Self::Sha256Prefix(digits) => write!(out, "a SHA-256 that begins with {digits}"),
            Self::GitBlob(digits) => write!(out, "git's digest {digits}"),
        }
    }
}
