//! A sample set of its own for the program without arguments: ten breeds of stylised cats and dogs, drawn on the spot.
//!
//! The way of a picture: a [`Look`](breed::Look) of the breed, in a pose, on a backdrop, with things around it, through
//! a camera with its faults, into a JPEG file under the naming of the Oxford-IIIT Pet data set. Most traits belong
//! to several breeds, and place, light and pose say nothing about the breed, so a model has to combine traits.

mod animal;
mod backdrop;
mod breed;
mod brush;
mod camera;
mod chance;
mod error;
mod manifest;
mod props;
mod scene;
#[cfg(test)]
mod tests;

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use rayon::prelude::*;

pub use breed::BREEDS;
pub use error::SampleError;
use manifest::Manifest;

/// Draws `per_breed` pictures of each of the [`BREEDS`] into `folder` and returns how many files there are.
///
/// Files are called `Bengal_1.jpg`, `beagle_1.jpg`, … (cats capitalised, dogs not) and are 96 to 160 pixels a side. The
/// same seed gives the same bytes, whatever the number of threads. The set is drawn into a temporary folder beside
/// `folder` and renamed, so a run that breaks off leaves `folder` as it was. A complete set with the same parameters is
/// used again; another sample set at the place is replaced.
///
/// # Errors
///
/// [`SampleError::Empty`] for no pictures, [`SampleError::Occupied`] where the folder holds anything but a sample set
/// (which is then left alone), and the others where the file system refuses.
pub fn draw(folder: &Path, per_breed: usize, seed: u64) -> Result<usize, SampleError> {
    if per_breed == 0 {
        return Err(SampleError::Empty);
    }
    let count = per_breed * BREEDS.len();
    if Manifest::complete(folder, per_breed, seed) {
        return Ok(count);
    }
    refuse_foreign(folder)?;
    let parent = folder.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    fs::create_dir_all(parent).map_err(|why| SampleError::MakeFolder { path: parent.to_owned(), why })?;
    let draft = Draft::new(folder)?;
    let files: Vec<String> = manifest::names(per_breed).collect();
    let bytes = files
        .par_iter()
        .enumerate()
        .map(|(i, name)| picture(&draft.path.join(name), seed, i / per_breed, i % per_breed))
        .sum::<Result<u64, SampleError>>()?;
    write(&draft.path.join(manifest::NAME), Manifest { per_breed, seed, bytes }.to_string().as_bytes())?;
    draft.publish(folder)?;
    Ok(count)
}

/// Draws one file and returns its size.
fn picture(path: &Path, seed: u64, breed: usize, index: usize) -> Result<u64, SampleError> {
    let bytes = scene::jpeg(seed, breed, index).map_err(|why| SampleError::Encode { path: path.to_owned(), why })?;
    write(path, &bytes)?;
    Ok(bytes.len() as u64)
}

fn write(path: &Path, bytes: &[u8]) -> Result<(), SampleError> {
    fs::write(path, bytes).map_err(|why| SampleError::Write { path: path.to_owned(), why })
}

/// Nothing that the program did not draw is ever replaced.
fn refuse_foreign(folder: &Path) -> Result<(), SampleError> {
    let failed = |why| SampleError::List { path: folder.to_owned(), why };
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(missing) if missing.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(why) => return Err(failed(why)),
    };
    for entry in entries {
        let name = entry.map_err(failed)?.file_name().to_string_lossy().into_owned();
        if !manifest::is_ours(&name) {
            return Err(SampleError::Occupied { path: folder.to_owned(), entry: name });
        }
    }
    Ok(())
}

/// The folder that a set is drawn into before it gets its name; gone when dropped unpublished.
struct Draft {
    path: PathBuf,
}

impl Draft {
    fn new(folder: &Path) -> Result<Self, SampleError> {
        let path = beside(folder, "draft");
        // A killed run of the same process number may have left one; process numbers repeat, in containers above all.
        let _ = fs::remove_dir_all(&path);
        fs::create_dir(&path).map_err(|why| SampleError::MakeFolder { path: path.clone(), why })?;
        Ok(Self { path })
    }

    /// Gives the draft its name; what was there before steps aside first and comes back if that fails.
    fn publish(self, folder: &Path) -> Result<(), SampleError> {
        let old = beside(folder, "old");
        let _ = fs::remove_dir_all(&old);
        let step = |from: &Path, to: &Path| {
            fs::rename(from, to).map_err(|why| SampleError::Move { from: from.to_owned(), to: to.to_owned(), why })
        };
        let replaces = folder.exists();
        if replaces {
            step(folder, &old)?;
        }
        if let Err(error) = step(&self.path, folder) {
            if replaces {
                step(&old, folder)?;
            }
            return Err(error);
        }
        // The set is in place; an old one that cannot be deleted does no harm.
        let _ = fs::remove_dir_all(&old);
        Ok(())
    }
}

impl Drop for Draft {
    fn drop(&mut self) {
        // After `publish` the folder has another name and there is nothing to remove.
        let _ = fs::remove_dir_all(&self.path);
    }
}

/// A hidden name in the same folder, so that renaming stays on one file system; this process's own.
fn beside(folder: &Path, what: &str) -> PathBuf {
    let name = folder.file_name().unwrap_or_default().to_string_lossy();
    folder.with_file_name(format!(".{name}.{what}-{}", std::process::id()))
}
