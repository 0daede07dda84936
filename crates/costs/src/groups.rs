use firelight_vocab::{Groups, Vocab};

use crate::CostError;
use crate::matrix::same_names;

/// The groups with their classes in the order of a vocab.
///
/// # Errors
/// [`CostError::NamesDiffer`] unless they group exactly the classes of the vocab.
pub(crate) fn aligned_groups(groups: &Groups, vocab: &Vocab) -> Result<Groups, CostError> {
    let theirs = groups.vocab();
    same_names(theirs, vocab)?;
    // Each name is there, as was just found.
    let of = |class: &str| theirs.find(class).map_or("", |class| &groups.names()[groups.of(class)]);
    Ok(Groups::by(vocab, of))
}
