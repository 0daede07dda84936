//! A disk in memory with little room.

use std::path::{Path, PathBuf};
use std::process::Command;

/// It goes when it is dropped.
pub struct SmallDisk(PathBuf);

impl SmallDisk {
    /// One of so many bytes, rounded up to pages, at a folder; `None` where nothing may be mounted.
    pub fn mount(folder: &Path, bytes: u64) -> Option<Self> {
        let options = format!("size={bytes}");
        let output = Command::new("mount").args(["-t", "tmpfs", "-o", &options, "none"]).arg(folder).output();
        output.is_ok_and(|output| output.status.success()).then(|| Self(folder.into()))
    }

    /// Gives it room.
    pub fn enlarge(&self) -> std::io::Result<()> {
        Command::new("mount").args(["-o", "remount,size=256m"]).arg(&self.0).status().map(drop)
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg(&self.0).status();
    }
}
