//! What a training run was told or guessed, as a file that can be edited and given again.

use std::path::{Path, PathBuf};

use firelight::files::write_whole;
use firelight::models::Arch;
use firelight::prelude::*;
use serde::{Deserialize, Serialize};

use crate::guess::Guess;

/// `firelight.toml`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Recipe {
    /// The folder that all files are told from.
    pub data: PathBuf,
    pub labels: Labels,
    pub split: SplitBy,
    pub model: ModelPart,
    pub training: TrainingPart,
}

/// Where labels are, and so what is learned.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "from", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Labels {
    /// The class is the folder that a picture lies in.
    Folders,
    /// The class is what a pattern captures of a file's name.
    Names { pattern: String },
    /// A table has a row a picture.
    Table {
        table: PathBuf,
        /// The column that names the files.
        pictures: String,
        /// The folder that it tells them from, below the table's.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        folder: String,
        /// What it leaves out at their end.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        ending: String,
        target: TableTarget,
    },
    /// A mask, a picture whose colours or grays are classes, lies in another folder under the same name.
    Masks {
        pictures: PathBuf,
        masks: PathBuf,
        ending: String,
        /// The number in the mask for each class, in the order of the names.
        codes: Vec<u8>,
        classes: Vec<String>,
    },
}

/// What a table says of a picture.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum TableTarget {
    /// One class, in a column.
    Class(String),
    /// Several classes in a column, with this between them.
    Tags { column: String, separator: String },
    /// Several classes, a column of 0 and 1 each.
    Flags(Vec<String>),
    /// Numbers, a column each.
    Numbers(Vec<String>),
}

/// Which pictures validate.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "by", rename_all = "kebab-case", deny_unknown_fields)]
pub enum SplitBy {
    /// Those below a folder of this name.
    Folders { train: String, valid: String },
    /// Those whose row says so.
    Column { column: String, train: String, valid: String },
    /// A share at random: of each class the same, where there is one class a picture.
    Chance { valid: f64, seed: u64 },
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ModelPart {
    pub arch: String,
    /// Trained weights to start from; none: from scratch.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub weights: Option<PathBuf>,
    /// Side of the square pictures that the model sees, in pixels.
    pub size: u32,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TrainingPart {
    /// With trained weights: of the head, or frozen before the rest for masks.
    pub epochs: usize,
    /// With trained weights: of the whole network afterwards.
    #[serde(default)]
    pub unfrozen_epochs: usize,
    pub batch_size: usize,
    pub seed: u64,
    /// What mistakes cost, for the decision: `actual,predicted,cost` (see the book's page on weighted labels).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub costs: Option<PathBuf>,
    /// The same by the heights at which classes meet in a tree.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub taxonomy: Option<PathBuf>,
    /// The minutes that the epochs were chosen for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub minutes: Option<f64>,
}

impl Recipe {
    /// One that trains nothing.
    pub fn to_look(found: Guess, size: u32) -> Self {
        let model = ModelPart { arch: Arch::Small.to_string(), weights: None, size };
        let training = TrainingPart {
            epochs: 0,
            unfrozen_epochs: 0,
            batch_size: 16,
            seed: 1,
            costs: None,
            taxonomy: None,
            minutes: None,
        };
        Self { data: found.data, labels: found.labels, split: found.split, model, training }
    }

    /// Reads one.
    pub fn read(file: &Path) -> Result<Self> {
        let text = std::fs::read_to_string(file)
            .map_err(|error| format!("recipe: cannot read {}: {error}; give one that `train` wrote", file.display()))?;
        Ok(toml::from_str(&text).map_err(|error| format!("recipe: {}: {error}", file.display()))?)
    }

    /// Writes it, whole or not at all.
    pub fn write(&self, file: &Path) -> Result<()> {
        let text = toml::to_string_pretty(self).map_err(|error| format!("recipe: {error}"))?;
        let failed = |error| format!("recipe: cannot write {}: {error}; choose another --out", file.display());
        Ok(write_whole(file, text.as_bytes()).map_err(failed)?)
    }

    /// The architecture by its name.
    pub fn arch(&self) -> Result<Arch> {
        Ok(self.model.arch.parse::<Arch>().map_err(|error| format!("recipe: {error}"))?)
    }
}
