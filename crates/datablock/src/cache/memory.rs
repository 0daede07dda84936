//! Pictures in memory.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use firelight_transforms::Picture;

use super::entry;
use super::key::{Key, Place};

/// What a picture takes beside its pixels: its place in the table, its size, what counts its users.
const BESIDE: u64 = 256;

/// First come, they stay: of a data set that does not fit, every epoch finds the same part, where pictures that make room for each other would be
/// gone before they are asked for again.
#[derive(Debug)]
pub(super) struct Memory {
    budget: u64,
    kept: Mutex<Kept>,
}

#[derive(Debug, Default)]
struct Kept {
    bytes: u64,
    pictures: HashMap<Place, ([u8; 32], Arc<Picture>)>,
}

impl Memory {
    pub fn new(budget: u64) -> Self {
        Self { budget, kept: Mutex::default() }
    }

    pub fn get(&self, key: &Key) -> Option<Arc<Picture>> {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let (print, picture) = kept.pictures.get(&key.place)?;
        if *print == key.print {
            return Some(picture.clone());
        }
        // Its file has changed.
        let bytes = cost(picture);
        kept.pictures.remove(&key.place);
        kept.bytes -= bytes;
        None
    }

    /// The same picture, which is not copied, if there is room.
    pub fn keep(&self, key: &Key, picture: &Arc<Picture>) {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let bytes = cost(picture);
        if kept.bytes.saturating_add(bytes) <= self.budget && !kept.pictures.contains_key(&key.place) {
            kept.bytes += bytes;
            kept.pictures.insert(key.place, (key.print, picture.clone()));
        }
    }

    pub fn bytes(&self) -> u64 {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner).bytes
    }
}

fn cost(picture: &Picture) -> u64 {
    entry::pixels(picture).map_or(u64::MAX, |pixels| pixels + BESIDE)
}
