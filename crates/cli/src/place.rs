//! The folder of a run.

use std::fs::{self, File, TryLockError};
use std::path::{Path, PathBuf};

use firelight::prelude::*;

use crate::cli::Train;
use crate::files::RECIPE;
use crate::recipe::Recipe;

/// What a run keeps: the model that it ends with, and what it goes on from.
pub const MODEL: &str = "model.firelight";
pub const CHECKPOINTS: &str = "checkpoints";
/// Runs of one name that the default folder has room for.
const MOST: usize = 1000;

/// A folder that no other run writes to.
#[derive(Debug)]
pub struct Place {
    folder: PathBuf,
    /// Held as long as the run lasts; the system lets it go with the process, however that ends.
    _lock: File,
}

impl Place {
    /// The folder for a run, and the recipe of the run that it has where that is the one asked for: `asked` fills what was left open by that of an
    /// earlier run. A folder that was not told is one that has this run or none.
    pub fn find(options: &Train, name: &str, asked: impl Fn(&Recipe) -> Recipe) -> Result<(Self, Option<Recipe>)> {
        if let Some(folder) = &options.out {
            let Some(earlier) = earlier(folder)? else { return Ok((Self::lock(folder)?, None)) };
            let Some(difference) = earlier.difference(&asked(&earlier)) else {
                return Ok((Self::lock(folder)?, Some(earlier)));
            };
            if options.restart {
                let place = Self::lock(folder)?;
                let checkpoints = folder.join(CHECKPOINTS);
                let failed = |error| format!("train: cannot remove {}: {error}", checkpoints.display());
                fs::remove_dir_all(&checkpoints).or_else(not_there).map_err(failed)?;
                return Ok((place, None));
            }
            let folder = folder.display();
            return Err(format!(
                "train: {folder} has another run: {difference}; give another --out, or --restart to begin anew there"
            )
            .into());
        }
        let home = Path::new("firelight-out");
        let names = (1..=MOST).map(|number| if number == 1 { name.to_owned() } else { format!("{name}-{number}") });
        for folder in names.map(|name| home.join(name)) {
            match earlier(&folder)? {
                // It may have begun elsewhere by now.
                None => {
                    if let Some(place) = Self::locked(&folder)? {
                        return Ok((place, None));
                    }
                }
                Some(earlier) if earlier.difference(&asked(&earlier)).is_none() => {
                    return Ok((Self::lock(&folder)?, Some(earlier)));
                }
                Some(_) => {}
            }
        }
        Err(format!("train: {} has {MOST} runs of {name}; give another --out", home.display()).into())
    }

    /// Where the run writes to.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    fn lock(folder: &Path) -> Result<Self> {
        let under_way = || {
            let folder = folder.display();
            format!("train: another run is under way in {folder}; wait for it, or give another --out").into()
        };
        Self::locked(folder)?.ok_or_else(under_way)
    }

    /// `None` where another run has it.
    fn locked(folder: &Path) -> Result<Option<Self>> {
        let failed = |error: std::io::Error| -> firelight::Error {
            format!("train: cannot write to {}: {error}; choose another --out", folder.display()).into()
        };
        fs::create_dir_all(folder).map_err(failed)?;
        let lock = File::create(folder.join(".lock")).map_err(failed)?;
        match lock.try_lock() {
            Ok(()) => Ok(Some(Self { folder: folder.to_path_buf(), _lock: lock })),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(error)) => Err(failed(error)),
        }
    }
}

/// The recipe of the run that a folder has. One that ended before there was anything to keep is none, and may be asked for otherwise.
fn earlier(folder: &Path) -> Result<Option<Recipe>> {
    let file = folder.join(RECIPE);
    let is_kept = folder.join(MODEL).is_file()
        || fs::read_dir(folder.join(CHECKPOINTS)).is_ok_and(|mut checkpoints| checkpoints.next().is_some());
    (is_kept && file.is_file()).then(|| Recipe::read(&file)).transpose()
}

fn not_there(error: std::io::Error) -> std::io::Result<()> {
    if error.kind() == std::io::ErrorKind::NotFound { Ok(()) } else { Err(error) }
}
