//! The small file that says what a sample folder holds, and so whether it can be used again.

use std::fmt;
use std::fs;
use std::path::Path;

use super::breed::BREEDS;
use super::layout;

/// The name of the file inside the folder.
pub const NAME: &str = "sample-set.txt";

/// Counts up with every change that makes other pictures from the same seed.
const DRAWING: u32 = 3;

/// What was drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Manifest {
    pub per_breed: usize,
    pub seed: u64,
    /// Size of all pictures and annotations together, so that a truncated file shows, and a set without annotations.
    pub bytes: u64,
}

impl Manifest {
    /// Whether `folder` holds just this set, complete with its annotations; its size is what the folder's manifest says.
    pub fn complete(folder: &Path, per_breed: usize, seed: u64) -> bool {
        let sizes = layout::files(folder, per_breed).map(|path| fs::metadata(path).map(|file| file.len()));
        let Ok(bytes) = sizes.sum::<Result<u64, _>>() else {
            return false;
        };
        let expected = Self { per_breed, seed, bytes }.to_string();
        fs::read_to_string(folder.join(NAME)).is_ok_and(|text| text == expected)
    }
}

impl fmt::Display for Manifest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "Sample pictures of cats and dogs, drawn by the pets program; change nothing here by hand.")?;
        writeln!(f, "drawing {DRAWING}\nseed {}\npictures a breed {}", self.seed, self.per_breed)?;
        writeln!(f, "breeds {}\nbytes {}", BREEDS.len(), self.bytes)
    }
}
