//! Pictures in the files of a folder.

use std::io;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::SystemTime;

use firelight_files::open_regular;
use firelight_transforms::Picture;

use super::entry;
use super::key::Key;
use super::room::Room;

/// A file a picture, and not one of all: a rename makes it whole, it goes alone, and processes need no common index. Opening one takes a few
/// microseconds, and copying its pixels ten times as long.
#[derive(Debug)]
pub(super) struct Disk {
    room: Room,
    warned: AtomicBool,
}

impl Disk {
    pub fn open(folder: &Path, budget: u64) -> io::Result<Self> {
        Ok(Self { room: Room::open(folder, budget)?, warned: AtomicBool::new(false) })
    }

    pub fn get(&self, key: &Key) -> Option<Picture> {
        let first = self.room.ask(key.place);
        let path = self.room.path(key.place);
        let file = open_regular(&path).ok()?;
        let Some(picture) = entry::read(&file, key.print) else {
            // Of a file that has changed, or damaged.
            self.room.remove(&path);
            return None;
        };
        if first {
            // The longest unused go first.
            let _ = file.set_modified(SystemTime::now());
        }
        Some(picture)
    }

    /// Writes the picture, if there is room. A full disk is no reason to stop: it is said once.
    pub fn keep(&self, key: &Key, picture: &Picture) {
        let Some(length) = entry::length(picture) else { return };
        let kept = self.room.part(length).and_then(|part| match part {
            None => Ok(()),
            Some(mut part) => match entry::write(&mut part, key.print, picture) {
                Ok(()) => self.room.put(part, length, key.place),
                Err(why) => {
                    drop(part);
                    self.room.release(length);
                    Err(why)
                }
            },
        });
        if let Err(why) = kept
            && !self.warned.swap(true, Ordering::Relaxed)
        {
            let folder = self.room.folder().display();
            tracing::warn!(%folder, %why, "cache: a picture cannot be kept; those that cannot are decoded in every epoch");
        }
    }

    pub fn bytes(&self) -> u64 {
        self.room.bytes()
    }
}
