//! What the targets share: files, digests, a model, first inputs.

pub mod model;
pub mod training;

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use sha2::{Digest, Sha256};
use tempfile::TempDir;

/// Where a target's files are, as long as its process lives.
static PLACE: LazyLock<TempDir> = LazyLock::new(|| tempfile::tempdir().expect("a folder"));

/// A file of these bytes; the next of the same name takes its place.
pub fn file(name: &str, bytes: &[u8]) -> PathBuf {
    let path = PLACE.path().join(name);
    fs::write(&path, bytes).expect("a file");
    path
}

/// A folder that is there as long as the process lives.
pub fn folder() -> &'static Path {
    PLACE.path()
}

/// A file of ours with a digest that is right, since no search finds one: its kind and version, and what follows the first line.
pub fn sealed(kind: &str, parts: &[&[u8]]) -> Vec<u8> {
    let mut digest = Sha256::new();
    parts.iter().for_each(|part| digest.update(part));
    let hex = digest.finalize().iter().fold(String::new(), |mut hex, byte| {
        let _ = write!(hex, "{byte:02x}");
        hex
    });
    [format!("{kind} {hex}\n").as_bytes(), &parts.concat()].concat()
}

/// What comes first, before anything was learned: written into the target's corpus. To be called where a target begins, and says there too that
/// a panic which is caught is none of its findings.
pub fn begin(target: &str, seeds: &[Vec<u8>]) {
    let _ = std::panic::take_hook();
    std::panic::set_hook(Box::new(|_| {}));
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus").join(target);
    fs::create_dir_all(&corpus).expect("a folder");
    for (number, seed) in seeds.iter().enumerate() {
        fs::write(corpus.join(format!("seed-{number}")), seed).expect("a file");
    }
}
