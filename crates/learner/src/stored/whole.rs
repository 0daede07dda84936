//! Files that are complete or not there at all.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

/// A file under way: written beside its place and renamed when it is whole on the disk, so that a killed program, a full
/// disk or a crash of the system leaves what was there before.
pub(crate) struct Whole {
    file: BufWriter<File>,
    part: PathBuf,
    path: PathBuf,
    done: bool,
}

impl Whole {
    /// Starts the file whose place is `path`; until [`keep`](Self::keep) its name ends in `.part`.
    pub fn create(path: &Path) -> io::Result<Self> {
        let mut name = path.file_name().unwrap_or_default().to_os_string();
        name.push(".part");
        let part = path.with_file_name(name);
        let file = BufWriter::new(File::create(&part)?);
        Ok(Self { file, part, path: path.to_path_buf(), done: false })
    }

    /// Puts the file in its place, once its content is on the disk, and then the folder's entry too.
    pub fn keep(mut self) -> io::Result<()> {
        self.file.flush()?;
        self.file.get_ref().sync_all()?;
        std::fs::rename(&self.part, &self.path)?;
        self.done = true;
        sync_folder(&self.path)
    }
}

impl Write for Whole {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.file.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

impl Drop for Whole {
    fn drop(&mut self) {
        if !self.done {
            // The old file, if there is one, is still there; only the part has to go.
            let _ = std::fs::remove_file(&self.part);
        }
    }
}

/// A rename is on the disk once its folder is.
#[cfg(unix)]
fn sync_folder(path: &Path) -> io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    File::open(folder)?.sync_all()
}

/// Other systems do not open folders.
#[cfg(not(unix))]
fn sync_folder(_path: &Path) -> io::Result<()> {
    Ok(())
}
