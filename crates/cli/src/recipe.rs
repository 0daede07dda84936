//! What a training run was told or guessed, as a file that can be edited and given again.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use clap::ValueEnum;
use firelight::files::write_whole;
use firelight::models::Arch;
use firelight::prelude::*;
use serde::{Deserialize, Serialize};

use crate::files::{absolute, resolved};

/// `firelight.toml`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Recipe {
    /// The folder that all files are told from.
    pub data: PathBuf,
    /// Whether rows without a picture or a label, and pictures that cannot be read, are left out.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub skip_broken: bool,
    /// A table of what to relabel, leave out and merge; its names are paths from `data` on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub corrections: Option<PathBuf>,
    /// Where decoded pictures are kept; the model is the same.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cache: Option<CachePart>,
    pub labels: Labels,
    pub split: SplitBy,
    pub model: ModelPart,
    pub training: TrainingPart,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CachePart {
    /// None: in memory.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub folder: Option<PathBuf>,
    /// The most that it may take.
    pub gib: f64,
}

impl CachePart {
    /// What `--cache` says.
    pub fn told(place: &str, gib: f64) -> Result<Self> {
        if place.trim().is_empty() {
            return Err("cache: --cache says no place; give `memory`, or a folder".into());
        }
        Ok(Self { folder: (place != "memory").then(|| absolute(Path::new(place))), gib })
    }

    /// Refuses a folder that is that of the data, in it or around it: pictures of a cache are no data, and go when there is no room.
    pub fn lies_apart(&self, data: &Path) -> Result<()> {
        let Some(folder) = &self.folder else { return Ok(()) };
        let (ours, theirs) = (resolved(folder), resolved(data));
        let place = match () {
            () if ours == theirs => "is the folder of the data",
            () if ours.starts_with(&theirs) => "lies in the folder of the data",
            () if theirs.starts_with(&ours) => "has the folder of the data in it",
            () => return Ok(()),
        };
        Err(format!("cache: {} {place}; give a folder beside it, or `memory`", folder.display()).into())
    }

    /// The library's.
    pub fn cache(&self) -> Cache {
        let bytes = self.bytes();
        self.folder.as_ref().map_or(Cache::memory(bytes), |folder| Cache::disk(folder, bytes))
    }

    /// The most that it may take.
    pub fn bytes(&self) -> u64 {
        (self.gib * f64::from(1 << 30)) as u64
    }
}

/// Where labels are, and so what is learned.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "from", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Labels {
    /// The class is the folder that a picture lies in, or one further out.
    Folders {
        /// Which of the folders below the data or its part, 0 for the outermost; by default the innermost.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        level: Option<usize>,
    },
    /// The class is what a pattern captures of a file's name.
    Names { pattern: String },
    /// A table has a row a picture.
    Table {
        table: PathBuf,
        /// The column that names the files: by path, by name or without the ending.
        pictures: String,
        /// The folder, below the data, that names are of; by default any.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        folder: String,
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
    /// A COCO file lists pictures with the objects in them.
    Coco {
        file: PathBuf,
        /// The folder that it tells pictures from.
        #[serde(default, skip_serializing_if = "is_here")]
        pictures: PathBuf,
        learn: ObjectTarget,
        /// The categories whose objects count; of masks behind a name for what no object has.
        classes: Vec<String>,
    },
    /// A text for each picture has the objects in it, a line each.
    Yolo {
        /// The folder of the pictures.
        #[serde(default, skip_serializing_if = "is_here")]
        pictures: PathBuf,
        /// The classes that the texts count, from 0.
        names: Vec<String>,
        learn: ObjectTarget,
        /// As of COCO.
        classes: Vec<String>,
    },
}

/// What the objects in a picture say of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ObjectTarget {
    /// The one category that they are of.
    Class,
    /// All categories that they are of.
    Tags,
    /// Which pixels they have.
    Masks,
    /// Where the only one is.
    Box,
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
    /// A box: the columns of left, top, right and bottom in pixels.
    Box(Vec<String>),
    /// A box: the columns of left, top, width and height in pixels.
    SizedBox(Vec<String>),
}

/// Which pictures validate.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "by", rename_all = "kebab-case", deny_unknown_fields)]
pub enum SplitBy {
    /// Those below a folder of this name, or this path from the data on.
    Folders { train: String, valid: String },
    /// Those whose row says so.
    Column {
        column: String,
        train: String,
        valid: String,
        /// The word of those that neither train nor validate.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        test: Option<String>,
    },
    /// Those that another COCO file lists.
    File {
        file: PathBuf,
        #[serde(default, skip_serializing_if = "is_here")]
        pictures: PathBuf,
    },
    /// A share at random: of each class the same, where there is one class a picture.
    Chance { valid: f64, seed: u64 },
}

fn is_here(folder: &Path) -> bool {
    folder.as_os_str().is_empty()
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ModelPart {
    pub arch: Arch,
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
    /// The highest rate, of the first of them; by default the tool's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rate: Option<f64>,
    pub seed: u64,
    /// What mistakes cost, for the decision: `actual,predicted,cost` (see the book's page on weighted labels).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub costs: Option<PathBuf>,
    /// The same by the heights at which classes meet in a tree.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub taxonomy: Option<PathBuf>,
    /// What pictures go through besides crops and flips, in place of a little zoom and light.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub augment: Option<Augment>,
    /// Whether the model is a moving average of its weights.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub ema: bool,
    /// The minutes that the epochs were chosen for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub minutes: Option<f64>,
}

/// A published policy of augmentation, with its paper's settings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[allow(clippy::doc_markdown)] // it is read on a terminal
pub enum Augment {
    /// TrivialAugmentWide: one operation of any strength
    Trivial,
    /// RandAugment: two operations of strength 9 of 30
    Rand,
    /// 3-Augment: grayscale, solarize or blur
    Three,
    /// AugMix: a mixture of three chains of mild operations
    Mix,
}

impl Augment {
    pub fn policy(self) -> Policy {
        match self {
            Self::Trivial => Policy::TrivialAugmentWide,
            Self::Rand => Policy::rand_augment(),
            Self::Three => Policy::ThreeAugment,
            Self::Mix => Policy::aug_mix(),
        }
    }

    /// The same in Rust.
    pub fn as_rust(self) -> &'static str {
        match self {
            Self::Trivial => "Policy::TrivialAugmentWide",
            Self::Rand => "Policy::rand_augment()",
            Self::Three => "Policy::ThreeAugment",
            Self::Mix => "Policy::aug_mix()",
        }
    }
}

impl Labels {
    /// What is learned of objects, where these are labels.
    pub fn objects(&self) -> Option<ObjectTarget> {
        match self {
            Self::Coco { learn, .. } | Self::Yolo { learn, .. } => Some(*learn),
            _ => None,
        }
    }

    /// Whether each pixel has one.
    pub fn are_masks(&self) -> bool {
        matches!(self, Self::Masks { .. }) || self.objects() == Some(ObjectTarget::Masks)
    }

    /// Whether each picture has a box.
    pub fn are_boxes(&self) -> bool {
        let is_table = matches!(self, Self::Table { target: TableTarget::Box(_) | TableTarget::SizedBox(_), .. });
        is_table || self.objects() == Some(ObjectTarget::Box)
    }

    /// Whether a body with a decoder over it learns them, in place of a head.
    pub fn are_places(&self) -> bool {
        self.are_masks() || self.are_boxes()
    }
}

impl TableTarget {
    /// The columns.
    pub fn columns(&self) -> &[String] {
        match self {
            Self::Class(column) | Self::Tags { column, .. } => std::slice::from_ref(column),
            Self::Flags(columns) | Self::Numbers(columns) | Self::Box(columns) | Self::SizedBox(columns) => columns,
        }
    }
}

impl Recipe {
    /// Reads one.
    pub fn read(file: &Path) -> Result<Self> {
        let text = std::fs::read_to_string(file)
            .map_err(|error| format!("recipe: cannot read {}: {error}; give one that `train` wrote", file.display()))?;
        let wrong = |error: toml::de::Error| {
            let place = error.span().map_or(0, |span| text[..span.start.min(text.len())].lines().count().max(1));
            format!("recipe: {}:{place}: {}", file.display(), error.message().replace('\n', " "))
        };
        Ok(toml::from_str(&text).map_err(wrong)?)
    }

    /// Writes it, whole or not at all.
    pub fn write(&self, file: &Path) -> Result<()> {
        let failed = |error| format!("recipe: cannot write {}: {error}; choose another --out", file.display());
        Ok(write_whole(file, self.text()?.as_bytes()).map_err(failed)?)
    }

    /// As it stands in a file.
    pub fn text(&self) -> Result<String> {
        Ok(toml::to_string_pretty(self).map_err(|error| format!("recipe: {error}"))?)
    }

    /// Every setting under its name, as `training.epochs`.
    pub fn settings(&self) -> BTreeMap<String, toml::Value> {
        flat(String::new(), toml::Value::try_from(self).ok())
    }

    /// The first setting in which another differs, as `training.epochs is 2, and 4 is asked for`; `None` for the same.
    pub fn difference(&self, asked: &Self) -> Option<String> {
        // A run goes on with any cache.
        let asked = &Self { cache: self.cache.clone(), ..asked.clone() };
        let [here, asked] = [self, asked].map(Self::settings);
        let value =
            |of: &BTreeMap<String, toml::Value>, name: &str| of.get(name).map_or("none".into(), ToString::to_string);
        let name = here.keys().chain(asked.keys()).find(|name| here.get(*name) != asked.get(*name))?;
        Some(format!("{name} is {}, and {} is asked for", value(&here, name), value(&asked, name)))
    }
}

/// Every value under its name.
fn flat(name: String, value: Option<toml::Value>) -> BTreeMap<String, toml::Value> {
    match value {
        Some(toml::Value::Table(table)) => {
            let inner = |key: &str| if name.is_empty() { key.to_owned() } else { format!("{name}.{key}") };
            table.into_iter().flat_map(|(key, value)| flat(inner(&key), Some(value))).collect()
        }
        Some(value) => BTreeMap::from([(name, value)]),
        None => BTreeMap::new(),
    }
}
