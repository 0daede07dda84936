//! A set in the making: drawn beside its place and renamed when it is whole.

use std::fs;
use std::path::{Path, PathBuf};

use super::{SampleError, layout};

/// The folders that a set is drawn into before they get their names; gone when dropped unpublished.
pub struct Draft {
    pub pictures: PathBuf,
    pub annotations: PathBuf,
}

impl Draft {
    /// Empty folders for the set that is to be at `folder`.
    pub fn new(folder: &Path) -> Result<Self, SampleError> {
        let draft =
            Self { pictures: beside(folder, "draft"), annotations: beside(&layout::annotations(folder), "draft") };
        // A killed run of the same process number may have left some; process numbers repeat, in containers above all.
        draft.clear();
        let (trimaps, boxes) = (draft.annotations.join(layout::TRIMAPS), draft.annotations.join(layout::BOXES));
        for path in [&draft.pictures, &draft.annotations, &trimaps, &boxes] {
            fs::create_dir(path).map_err(|why| SampleError::MakeFolder { path: path.clone(), why })?;
        }
        Ok(draft)
    }

    /// Gives the draft its names; what was there before steps aside first, and all goes back if one of the steps fails. The manifest, which
    /// vouches for the annotations too, comes last.
    pub fn publish(self, folder: &Path) -> Result<(), SampleError> {
        let places = [(&self.annotations, layout::annotations(folder)), (&self.pictures, folder.to_owned())];
        let mut steps: Vec<(PathBuf, PathBuf)> = Vec::new();
        for (draft, place) in &places {
            let old = beside(place, "old");
            let _ = fs::remove_dir_all(&old);
            if place.exists() {
                steps.push((place.clone(), old));
            }
            steps.push(((*draft).clone(), place.clone()));
        }
        for (done, (from, to)) in steps.iter().enumerate() {
            if let Err(error) = step(from, to) {
                steps[..done].iter().rev().try_for_each(|(from, to)| step(to, from))?;
                return Err(error);
            }
        }
        for (_, place) in &places {
            // The set is in place; an old one that cannot be deleted does no harm.
            let _ = fs::remove_dir_all(beside(place, "old"));
        }
        Ok(())
    }

    fn clear(&self) {
        let _ = fs::remove_dir_all(&self.pictures);
        let _ = fs::remove_dir_all(&self.annotations);
    }
}

impl Drop for Draft {
    fn drop(&mut self) {
        // After `publish` the folders have other names and there is nothing to remove.
        self.clear();
    }
}

fn step(from: &Path, to: &Path) -> Result<(), SampleError> {
    fs::rename(from, to).map_err(|why| SampleError::Move { from: from.to_owned(), to: to.to_owned(), why })
}

/// A hidden name in the same folder, so that renaming stays on one file system; this process's own.
fn beside(folder: &Path, what: &str) -> PathBuf {
    let name = folder.file_name().unwrap_or_default().to_string_lossy();
    folder.with_file_name(format!(".{name}.{what}-{}", std::process::id()))
}
