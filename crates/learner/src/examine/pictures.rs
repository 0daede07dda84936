//! What is to be seen in the pictures themselves.

use firelight_datablock::FittedTarget;
use firelight_doctor::{Fingerprint, Look};
use firelight_transforms::Picture;
use rayon::prelude::*;

use super::rows::{Rows, dataset};
use crate::LearnerError;
use crate::part::Part;
use crate::task::Task;

/// A fingerprint and a look for each picture.
type Seen = (Vec<Fingerprint>, Vec<Look>);

/// Every picture's fingerprint and look; `None` where pictures are not of red, green and blue, or an item has several.
pub(super) fn seen<F: FittedTarget>(task: &Task<F>, rows: &Rows<F>) -> Result<Option<Seen>, LearnerError> {
    if dataset(task, Part::Train)?.channels() != [3] {
        return Ok(None);
    }
    let bar = task.data.progress().bar(rows.items.len(), "pictures");
    let seen = rows.items.par_iter().map(|&(part, item)| {
        let picture = dataset(task, part)?.picture(item)?;
        bar.inc(1);
        Ok(match picture {
            Picture::Rgb(picture) => Some((Fingerprint::of(&picture), Look::of(&picture))),
            _ => None,
        })
    });
    // The first that is another ends it for all.
    let seen: Option<Vec<_>> = seen.collect::<Result<_, LearnerError>>()?;
    Ok(seen.map(|seen| seen.into_iter().unzip()))
}
