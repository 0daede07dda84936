//! Labels that a vocab does not have.

use std::fmt;

/// A label that the vocab does not have.
///
/// ```
/// use std::path::Path;
/// use firelight_datablock::{CategoryBlock, DataError, TargetBlock, parent_label, read_targets};
/// use firelight_vocab::Vocab;
///
/// let pets = CategoryBlock::new(parent_label).with_vocab(Vocab::from_labels(["beagle", "pug"])).given().unwrap();
/// let Err(DataError::UnknownLabel { labels, .. }) = read_targets(&pets, &[Path::new("beagel/1.jpg")]) else { unreachable!() };
/// assert_eq!((labels[0].label.as_str(), labels[0].suggestion.as_deref()), ("beagel", Some("beagle")));
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unfit {
    /// The label.
    pub label: String,
    /// How many items have it.
    pub count: usize,
    /// The class that is spelled most like it, if one is close. Looked for once the items are read, of the first hundred labels:
    /// an item by itself has none, since every class is compared.
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

/// Labels of a message, which is to be read.
pub(crate) const SHOWN: usize = 100;

/// All of them, in words; of very many the first.
pub(crate) fn names(labels: &[Unfit]) -> String {
    let mut names: Vec<String> = labels.iter().take(SHOWN).map(Unfit::to_string).collect();
    if labels.len() > SHOWN {
        names.push(format!("and {} more", labels.len() - SHOWN));
    }
    names.join(", ")
}
