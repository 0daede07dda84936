use std::fmt;
use std::io;
use std::path::PathBuf;

use firelight_files::shortened;

use crate::Arch;

/// Why weights could not be loaded.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum WeightsError {
    /// The operating system would not give the file.
    #[error("cannot read weights {}: {why}; check the path and its permissions", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the system said.
        why: io::Error,
    },

    /// The content is something else.
    #[error("{} is not a file of weights but {content}; {remedy}", path.display())]
    NotWeights {
        /// The file.
        path: PathBuf,
        /// What it seems to be.
        content: &'static str,
        /// What to do.
        remedy: &'static str,
    },

    /// The content begins as it should and cannot be read to its end.
    #[error("weights {} are damaged or cut short ({}); download the file again", path.display(), shortened(cause, TOLD))]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What the reader stumbled on.
        cause: String,
    },

    /// The name promises another content.
    #[error(
        "weights {} are damaged: the name says that their SHA-256 begins with {expected}, but it begins with {found}; \
         download the file again (or rename it if you changed it yourself)",
        path.display()
    )]
    WrongDigest {
        /// The file.
        path: PathBuf,
        /// The eight hex digits in the name.
        expected: String,
        /// The eight of the content.
        found: String,
    },

    /// The tensors are not those of the architecture.
    #[error(
        "weights {} do not fit {arch}{}{}",
        path.display(),
        looks_like.map_or_else(String::new, |other| format!(" (they look like {other}: choose that architecture)")),
        differences(missing, unexpected, misshapen)
    )]
    Mismatch {
        /// The file.
        path: PathBuf,
        /// The architecture asked for.
        arch: Arch,
        /// The architecture that the file does fit, if there is one.
        looks_like: Option<Arch>,
        /// Tensors the architecture has and the file lacks, with their shapes.
        missing: Vec<(String, Vec<usize>)>,
        /// Tensors the file has and the architecture lacks, with their shapes.
        unexpected: Vec<(String, Vec<usize>)>,
        /// Tensors that both have with different shapes.
        misshapen: Vec<Misshapen>,
    },

    /// The tensors are those of no architecture.
    #[error(
        "weights {} fit no architecture that is known (there are {}); name the architecture, or see which there are",
        path.display(), shortened(&names.join(", "), TOLD)
    )]
    Unrecognized {
        /// The file.
        path: PathBuf,
        /// Some of its tensors.
        names: Vec<String>,
    },

    /// What is said of weights makes no sense.
    #[error("settings {}: {}; give a timm model's config.json, or name architecture and weights", path.display(), shortened(why, TOLD))]
    Config {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        why: String,
    },

    /// The tensors have the names of another library's files.
    #[error(
        "weights {} have the tensor names of {origin}, which are not read; give the file that the publisher of {arch} has \
         (torchvision's, timm's, or the EfficientNet-Lite port's), or save these weights under its names",
        path.display()
    )]
    OtherNames {
        /// The file.
        path: PathBuf,
        /// The architecture asked for.
        arch: Arch,
        /// Whose names they are.
        origin: &'static str,
    },

    /// A weight is NaN or infinite, or is no floating-point number at all.
    #[error("weights {} are damaged: {} holds {found}; download the file again", path.display(), shortened(tensor, NAME))]
    NotNumbers {
        /// The file.
        path: PathBuf,
        /// The tensor's name in the file.
        tensor: String,
        /// What it holds.
        found: String,
    },

    /// No file holds trained weights for the network.
    #[error(
        "{arch} has no trained weights: it is trained from scratch; leave the weights out or choose another architecture"
    )]
    FromScratch {
        /// The architecture asked for.
        arch: Arch,
    },
}

/// A tensor whose shape in the file is not the architecture's.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Misshapen {
    /// Its name in the file.
    pub name: String,
    /// The architecture's shape.
    pub expected: Vec<usize>,
    /// The file's shape.
    pub found: Vec<usize>,
}

impl fmt::Display for Misshapen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} instead of {:?}", shortened(&self.name, NAME), dimensions(&self.found), self.expected)
    }
}

/// How many tensors of each kind an error text names.
const SHOWN: usize = 5;
/// Letters of a reader's reason, and of a name or a shape in a file, that are told.
const TOLD: usize = 500;
const NAME: usize = 80;

fn dimensions(shape: &[usize]) -> String {
    shortened(&format!("{shape:?}"), NAME).into_owned()
}

/// A line for each kind of difference, after a line break.
pub(crate) fn differences(
    missing: &[(String, Vec<usize>)],
    unexpected: &[(String, Vec<usize>)],
    misshapen: &[Misshapen],
) -> String {
    let named = |(name, shape): &(String, Vec<usize>)| format!("{} {}", shortened(name, NAME), dimensions(shape));
    [
        line("missing", missing.iter().map(named)),
        line("unexpected", unexpected.iter().map(named)),
        line("of another shape", misshapen.iter().map(Misshapen::to_string)),
    ]
    .concat()
}

fn line(what: &str, mut tensors: impl ExactSizeIterator<Item = String>) -> String {
    let total = tensors.len();
    if total == 0 {
        return String::new();
    }
    let shown = tensors.by_ref().take(SHOWN).collect::<Vec<_>>().join(", ");
    let rest = if total > SHOWN { format!(" and {} more", total - SHOWN) } else { String::new() };
    format!("\n  {total} {what}: {shown}{rest}")
}
