//! Corrections that say something, and one thing.

use std::collections::HashMap;
use std::path::PathBuf;

use super::{Action, Correction, Corrections};
use crate::DoctorError;

/// Sorts rows by what they are about, and refuses those that cannot be followed.
pub(super) fn checked(path: PathBuf, rows: Vec<Correction>, lines: Vec<u64>) -> Result<Corrections, DoctorError> {
    let mut all = Corrections { path, rows, lines, ..Corrections::default() };
    for number in 0..all.rows.len() {
        match all.rows[number].action {
            Action::Keep => {}
            Action::Relabel | Action::LeaveOut => about_item(&mut all, number)?,
            Action::Merge => about_class(&mut all, number)?,
        }
    }
    follow(&mut all)?;
    Ok(all)
}

fn about_item(all: &mut Corrections, number: usize) -> Result<(), DoctorError> {
    let row = &all.rows[number];
    if row.item.is_empty() {
        return Err(all.wrong(number, format!("{} names no item", row.action), "fill the column item"));
    }
    if row.action == Action::Relabel && row.given == row.suggested {
        return Err(all.wrong(number, "relabel has nothing to change", "fill the column suggested, or write keep"));
    }
    for &before in all.about(&row.item) {
        let other = &all.rows[before];
        if other == row {
            return Ok(());
        }
        if other.action != row.action || (!row.given.is_empty() && other.given == row.given) {
            let what = format!("{:?} has another correction in line {}", row.item, all.lines[before]);
            return Err(all.wrong(number, what, "leave one of them, or write keep"));
        }
    }
    let item = row.item.clone();
    all.by_item.entry(item).or_default().push(number);
    Ok(())
}

fn about_class(all: &mut Corrections, number: usize) -> Result<(), DoctorError> {
    let Correction { item, given, suggested, .. } = &all.rows[number];
    if !item.is_empty() {
        let what = format!("merge is about all items of a class, and names {item:?}");
        return Err(all.wrong(number, what, "leave the column item empty, or write relabel"));
    }
    if given.is_empty() || suggested.is_empty() || given == suggested {
        return Err(all.wrong(number, "merge needs two classes", "fill the columns given and suggested"));
    }
    if all.merged.get(given).is_some_and(|other| other != suggested) {
        let what = format!("class {given:?} is merged into {:?} and {suggested:?}", all.merged[given]);
        return Err(all.wrong(number, what, "leave one of them"));
    }
    let (given, suggested) = (given.clone(), suggested.clone());
    all.merged.insert(given, suggested);
    Ok(())
}

/// Takes each class to the end of its way: of three classes that become one another in turn all become the last.
fn follow(all: &mut Corrections) -> Result<(), DoctorError> {
    let mut ends = HashMap::new();
    for (number, row) in all.rows.iter().enumerate().filter(|(_, row)| row.action == Action::Merge) {
        let (mut end, mut steps) = (row.suggested.as_str(), 0);
        while let Some(next) = all.merged.get(end) {
            steps += 1;
            if steps > all.merged.len() {
                let what = format!("class {:?} is merged into others, and these into one another", row.given);
                return Err(all.wrong(number, what, "leave out one of the lines, so that one class stays"));
            }
            end = next;
        }
        ends.insert(row.given.clone(), end.to_owned());
    }
    all.merged = ends;
    Ok(())
}
