//! Files that hold tensors beside what they mean.

use std::fmt::Write as _;
use std::io::{self, BufRead, Read, Write};
use std::path::Path;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::{AtomicFile, FileError, open_regular};

/// A kind of file: exports, kept weights, checkpoints.
///
/// ```text
/// firelight-export 1 <SHA-256 of all that follows this line, in hex>\n
/// <manifest: JSON on one line>\n
/// <tensors>
/// ```
///
/// The first two lines can be read with `head -n 2`. Weights may be wrong in ways that no reader can see, so the digest is
/// checked before anything is parsed.
///
/// ```
/// use firelight_files::{Format, Versions};
///
/// const FORMAT: Format = Format { magic: "my-notes", oldest: 1, version: 1, what: "file of notes", writer: "take" };
///
/// let folder = tempfile::tempdir()?;
/// let path = folder.path().join("notes");
/// FORMAT.write(&path, &Versions::ours(), &[b"first ", b"and second"])?;
/// let (by, notes): (Versions, Vec<u8>) = FORMAT.read(&path)?;
/// assert_eq!(notes, b"first and second");
/// # assert_eq!(by.burn, "0.22.1");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy)]
pub struct Format {
    /// The word it starts with.
    pub magic: &'static str,
    /// The oldest version that is read.
    pub oldest: u32,
    /// The newest version, which is what is written.
    pub version: u32,
    /// What the errors call it.
    pub what: &'static str,
    /// The method that writes it.
    pub writer: &'static str,
}

impl Format {
    /// Writes a file, whole or not at all; the parts follow each other without a mark.
    ///
    /// # Errors
    ///
    /// [`FileError::Write`], and [`FileError::Manifest`] for a manifest that is no JSON.
    pub fn write<M: Serialize>(&self, path: &Path, manifest: &M, tensors: &[&[u8]]) -> Result<(), FileError> {
        let manifest = serde_json::to_string(manifest)
            .map_err(|error| FileError::Manifest { what: self.what, why: error.to_string() })?;
        let mut digest = Sha256::new().chain_update(&manifest).chain_update("\n");
        for part in tensors {
            digest.update(part);
        }
        let digest = hex(&digest.finalize());
        let whole = || -> io::Result<()> {
            let mut file = AtomicFile::create(path)?;
            writeln!(file, "{} {} {digest}", self.magic, self.version)?;
            writeln!(file, "{manifest}")?;
            for part in tensors {
                file.write_all(part)?;
            }
            file.keep()
        };
        whole().map_err(|why| FileError::Write { what: self.what, path: path.to_path_buf(), why })
    }

    /// Reads a file and checks its digest.
    ///
    /// # Errors
    ///
    /// [`FileError::Read`], and [`FileError::Unusable`] for a file of another kind or version, or a damaged one.
    pub fn read<M: DeserializeOwned>(&self, path: &Path) -> Result<(M, Vec<u8>), FileError> {
        let Self { magic, oldest, version, what, writer } = *self;
        let refuse = |why: String| FileError::unusable(path, what, &why);
        let unread = |why| FileError::Read { path: path.to_path_buf(), why };
        let mut file = open_regular(path).map_err(unread)?;
        // Whatever else the file is, it may be large.
        let mut bytes = Vec::new();
        (&mut file).take(magic.len() as u64 + 1).read_to_end(&mut bytes).map_err(unread)?;
        if !bytes.is_empty() && !bytes.starts_with(magic.as_bytes()) {
            return Err(refuse(format!("it does not start as one; was it written by `{writer}`?")));
        }
        file.read_to_end(&mut bytes).map_err(unread)?;
        let (first, rest) =
            line(&bytes).ok_or_else(|| refuse(format!("it has no first line; was it written by `{writer}`?")))?;
        let mut words = first.split(' ');
        if words.next() != Some(magic) {
            return Err(refuse(format!("it does not start as one; was it written by `{writer}`?")));
        }
        let number = |word: &str| word.parse::<u32>().ok().filter(|number| number.to_string() == word).ok_or(());
        match words.next().map(number) {
            Some(Ok(found)) if (oldest..=version).contains(&found) => {}
            Some(Ok(newer)) if newer > version => {
                return Err(refuse(format!(
                    "its format is {newer}, this program reads {version}; use a newer Firelight"
                )));
            }
            Some(Ok(older)) if older > 0 => {
                return Err(refuse(format!(
                    "its format is {older}, this program reads {oldest} and newer; write it again"
                )));
            }
            _ => return Err(refuse("its first line is damaged; write it again".into())),
        }
        if words.next() != Some(hex(&Sha256::digest(rest)).as_str()) || words.next().is_some() {
            return Err(refuse(
                "its content does not match its checksum; it is damaged or cut short, write it again".into(),
            ));
        }
        let (manifest, tensors) = line(rest).ok_or_else(|| refuse("it has no manifest; write it again".into()))?;
        let start = bytes.len() - tensors.len();
        let manifest =
            serde_json::from_str(manifest).map_err(|error| refuse(format!("its manifest cannot be read: {error}")))?;
        Ok((manifest, bytes.split_off(start)))
    }

    /// The manifest of a file of this format, unchecked and without what follows it; `None` where there is none to be read.
    pub fn manifest<M: DeserializeOwned>(&self, path: &Path) -> Option<M> {
        // Longer than any; what is no file of this format may have no lines at all.
        const LONGEST: u64 = 1 << 26;
        let mut lines = io::BufReader::new(open_regular(path).ok()?.take(LONGEST)).lines();
        let first = lines.next()?.ok()?;
        (first.split(' ').next() == Some(self.magic)).then_some(())?;
        serde_json::from_str(&lines.next()?.ok()?).ok()
    }
}

/// Who wrote a file.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Versions {
    /// Of Firelight.
    pub firelight: String,
    /// Of burn, which wrote the tensors.
    pub burn: String,
}

impl Versions {
    /// Of this program; burn's is the one that the workspace pins.
    pub fn ours() -> Self {
        Self { firelight: env!("CARGO_PKG_VERSION").into(), burn: "0.22.1".into() }
    }
}

/// The first line and what follows it.
fn line(bytes: &[u8]) -> Option<(&str, &[u8])> {
    let end = bytes.iter().position(|&byte| byte == b'\n')?;
    Some((std::str::from_utf8(&bytes[..end]).ok()?, &bytes[end + 1..]))
}

/// Bytes as hexadecimal digits.
///
/// ```
/// assert_eq!(firelight_files::hex(&[1, 255]), "01ff");
/// ```
pub fn hex(digest: &[u8]) -> String {
    digest.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}
