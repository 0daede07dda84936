//! A program of twenty lines for each kind of target, all on one drawn set: cards with two eyes, with a ball beside some.

mod boxes;
mod breed_and_box;
mod detector;
mod drawn;
mod findings;
mod mask;
mod one_box;
mod one_class;
mod points;
mod several_labels;
mod values;

use firelight::prelude::*;

fn main() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let set = folder.path();
    drawn::set(set)?;
    one_class::run(set)?;
    several_labels::run(set)?;
    values::run(set)?;
    mask::run(set)?;
    points::run(set)?;
    one_box::run(set)?;
    boxes::run(set)?;
    breed_and_box::run(set)
}
