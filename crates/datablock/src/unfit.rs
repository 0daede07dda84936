//! Labels that a vocab does not have.

use std::fmt;

/// A label that the vocab does not have.
///
/// ```
/// use std::path::Path;
/// use firelight_datablock::{CategoryBlock, DataError, FittedTarget, TargetBlock, parent_label};
/// use firelight_vocab::Vocab;
///
/// let pets = CategoryBlock::new(parent_label).with_vocab(Vocab::from_labels(["beagle", "pug"])).given().unwrap();
/// let Err(DataError::UnknownLabel { labels, .. }) = pets.target(Path::new("beagel/1.jpg")) else { unreachable!() };
/// assert_eq!((labels[0].label.as_str(), labels[0].suggestion.as_deref()), ("beagel", Some("beagle")));
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unfit {
    /// The label.
    pub label: String,
    /// How many items have it.
    pub count: usize,
    /// The class that is spelled most like it, if one is close.
    pub suggestion: Option<String>,
}

impl fmt::Display for Unfit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { label, count, suggestion } = self;
        match suggestion {
            None => write!(f, "{label:?} ({count})"),
            Some(class) => write!(f, "{label:?} ({count}; did you mean {class:?}?)"),
        }
    }
}

/// How many items have one of these labels.
pub(crate) fn count(labels: &[Unfit]) -> usize {
    labels.iter().map(|unfit| unfit.count).sum()
}

/// All of them, in words; of very many the first, since a message is to be read.
pub(crate) fn names(labels: &[Unfit]) -> String {
    const SHOWN: usize = 100;
    let mut names: Vec<String> = labels.iter().take(SHOWN).map(Unfit::to_string).collect();
    if labels.len() > SHOWN {
        names.push(format!("and {} more", labels.len() - SHOWN));
    }
    names.join(", ")
}
