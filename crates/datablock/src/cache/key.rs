//! What a picture is known by.

use std::fs;
use std::path::Path;
use std::time::UNIX_EPOCH;

use firelight_transforms::PictureReader;
use sha2::{Digest, Sha256};

/// Where a picture is kept, and what has to be so for it to be the file's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Key {
    /// Of the file's path and how it is read.
    pub place: Place,
    /// Of that, and of the file's length and time of change.
    pub print: [u8; 32],
}

pub(super) type Place = [u8; 16];

impl Key {
    /// `None` where nothing can be told of the file: whoever reads it says why.
    pub fn of(reader: &PictureReader, file: &Path) -> Option<Self> {
        let found = fs::metadata(file).ok()?;
        let path = std::path::absolute(file).ok()?;
        let reader = serde_json::to_vec(reader).ok()?;
        // Of the time before 1970 the distance, which is as good.
        let modified = found.modified().ok()?;
        let modified = modified.duration_since(UNIX_EPOCH).unwrap_or_else(|before| before.duration());

        let path = path.as_os_str().as_encoded_bytes();
        let whole =
            Sha256::new().chain_update((path.len() as u64).to_le_bytes()).chain_update(path).chain_update(reader);
        let whole: [u8; 32] = whole.finalize().into();
        let print = Sha256::new()
            .chain_update(whole)
            .chain_update(found.len().to_le_bytes())
            .chain_update(modified.as_nanos().to_le_bytes());
        let (place, _) = whole.split_first_chunk()?;
        Some(Self { place: *place, print: print.finalize().into() })
    }

    /// Of the picture for those that want it reduced so: 1, 2, 4 or 8 times.
    pub fn reduced(mut self, by: u32) -> Self {
        let [.., last] = &mut self.place;
        *last = *last & 0xF8 | (by - 1) as u8 & 7;
        self
    }
}
