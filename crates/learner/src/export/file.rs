//! The export's format.
//!
//! ```text
//! firelight-export 1 <SHA-256 of all that follows this line, in hex>\n
//! <manifest: JSON on one line>\n
//! <weights: safetensors>
//! ```
//!
//! The first two lines can be read with `head -n 2`. Weights may be wrong in ways that no reader can see, so the digest is
//! checked before anything is parsed.

use std::fmt::Write as _;
use std::fs::File;
use std::io::{self, Write};
use std::path::Path;

use sha2::{Digest, Sha256};

use super::Manifest;
use crate::LearnerError;

const MAGIC: &str = "firelight-export";
const VERSION: u32 = 1;

/// Writes an export to a temporary file beside `path` and renames it when it is whole on the disk.
pub fn write(path: &Path, manifest: &Manifest, weights: &[u8]) -> Result<(), LearnerError> {
    let manifest =
        serde_json::to_string(manifest).map_err(|error| LearnerError::Unstorable { why: error.to_string() })?;
    let digest = Sha256::new().chain_update(&manifest).chain_update("\n").chain_update(weights).finalize();
    let failed = |source: io::Error| LearnerError::Write { stage: "export", path: path.to_path_buf(), source };

    let mut name = path.file_name().unwrap_or_default().to_os_string();
    name.push(".part");
    let part = path.with_file_name(name);
    let whole = || -> io::Result<()> {
        let mut file = File::create(&part)?;
        writeln!(file, "{MAGIC} {VERSION} {}", hex(&digest))?;
        writeln!(file, "{manifest}")?;
        file.write_all(weights)?;
        file.sync_all()?;
        std::fs::rename(&part, path)
    };
    whole().map_err(|error| {
        // The old export, if there is one, is still there; only the part has to go.
        let _ = std::fs::remove_file(&part);
        failed(error)
    })
}

/// Reads an export and checks its digest.
pub fn read(path: &Path) -> Result<(Manifest, Vec<u8>), LearnerError> {
    let bytes =
        std::fs::read(path).map_err(|source| LearnerError::Read { stage: "load", path: path.to_path_buf(), source })?;
    let refuse = |why: String| LearnerError::Export { path: path.to_path_buf(), why };
    let (first, rest) =
        line(&bytes).ok_or_else(|| refuse("it has no first line; was it written by `export`?".into()))?;
    let mut words = first.split(' ');
    if words.next() != Some(MAGIC) {
        return Err(refuse("it does not start as one; was it written by `export`?".into()));
    }
    match words.next().map(str::parse::<u32>) {
        Some(Ok(VERSION)) => {}
        Some(Ok(newer)) if newer > VERSION => {
            return Err(refuse(format!("its format is {newer}, this program reads {VERSION}; use a newer Firelight")));
        }
        _ => return Err(refuse("its first line is damaged; export the model again".into())),
    }
    if words.next() != Some(hex(&Sha256::digest(rest)).as_str()) {
        return Err(refuse(
            "its content does not match its checksum; it is damaged or cut short, export it again".into(),
        ));
    }
    let (manifest, weights) = line(rest).ok_or_else(|| refuse("it has no manifest; export the model again".into()))?;
    let manifest =
        serde_json::from_str(manifest).map_err(|error| refuse(format!("its manifest cannot be read: {error}")))?;
    Ok((manifest, weights.to_vec()))
}

/// The first line and what follows it.
fn line(bytes: &[u8]) -> Option<(&str, &[u8])> {
    let end = bytes.iter().position(|&byte| byte == b'\n')?;
    Some((std::str::from_utf8(&bytes[..end]).ok()?, &bytes[end + 1..]))
}

fn hex(digest: &[u8]) -> String {
    digest.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}
