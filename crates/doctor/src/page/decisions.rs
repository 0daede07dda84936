//! From a click to a line of the file, and back.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::refusal::Refusal;
use crate::{Action, Correction, Corrections, DoctorError, Findings};

/// The file of corrections, and what this page has changed in it.
#[derive(Debug)]
pub(super) struct Decisions {
    findings: Findings,
    file: PathBuf,
    /// What stood in the file about an item (about classes where its name is empty) before each decision, the latest last.
    done: Vec<(String, Vec<Correction>)>,
}

/// What somebody decided about an item, or about two classes where there is none.
#[derive(Debug, Deserialize)]
pub(super) struct Decision {
    item: Option<usize>,
    /// The class that it has, by number, or none.
    given: Option<usize>,
    /// The class that it should have, likewise.
    suggested: Option<usize>,
    action: Action,
}

/// All rows about an item after a change, or about classes, which have no item.
#[derive(Debug, Serialize)]
pub(super) struct Changed {
    item: String,
    rows: Vec<Correction>,
    undo: usize,
}

impl Decisions {
    pub fn new(findings: Findings, file: PathBuf) -> Self {
        Self { findings, file, done: Vec::new() }
    }

    pub fn file(&self) -> &Path {
        &self.file
    }

    /// How many decisions can be undone.
    pub fn undoable(&self) -> usize {
        self.done.len()
    }

    /// What the file has now; nothing where it is not there.
    pub fn rows(&self) -> Result<Vec<Correction>, DoctorError> {
        if !self.file.exists() {
            return Ok(Vec::new());
        }
        Ok(Corrections::read(&self.file)?.rows().to_vec())
    }

    /// Writes a decision in place of those that it takes back.
    pub fn decide(&mut self, decision: &Decision) -> Result<Changed, Refusal> {
        let name = |class: Option<usize>| match class {
            None => Ok(String::new()),
            Some(class) => self.findings.classes.get(class).cloned().ok_or(Refusal::Unknown("there is no such class")),
        };
        let item = match decision.item {
            None => String::new(),
            Some(item) => self.findings.items.get(item).cloned().ok_or(Refusal::Unknown("there is no such item"))?,
        };
        let (given, suggested) = (name(decision.given)?, name(decision.suggested)?);
        let row = Correction { item, given, suggested, action: decision.action };
        let item = row.item.clone();
        let (was, others): (Vec<_>, Vec<_>) = self.rows()?.into_iter().partition(|other| other.item == item);
        let mut rows: Vec<_> = was.iter().filter(|earlier| !replaces(&row, earlier)).cloned().collect();
        rows.push(row);
        self.put(others, &rows)?;
        self.done.push((item.clone(), was));
        Ok(Changed { item, rows, undo: self.done.len() })
    }

    /// Puts back what stood before the latest decision.
    pub fn undo(&mut self) -> Result<Changed, Refusal> {
        let (item, rows) = self.done.last().cloned().ok_or(Refusal::NothingToUndo)?;
        let others = self.rows()?.into_iter().filter(|other| other.item != item).collect();
        self.put(others, &rows)?;
        self.done.pop();
        Ok(Changed { item, rows, undo: self.done.len() })
    }

    /// Writes the file: what is about others first.
    fn put(&self, mut rows: Vec<Correction>, about: &[Correction]) -> Result<(), DoctorError> {
        rows.extend_from_slice(about);
        Corrections::of(rows)?.write(&self.file)
    }
}

/// Whether a row takes an earlier one about the same item, or about the same classes, back.
fn replaces(row: &Correction, earlier: &Correction) -> bool {
    if row.item.is_empty() {
        let pair = |row: &Correction| [row.given.clone(), row.suggested.clone()];
        let [given, suggested] = pair(row);
        return pair(earlier) == [given.clone(), suggested.clone()] || pair(earlier) == [suggested, given];
    }
    // An item is out as a whole; else each label is decided for itself, and whether it may stay though it is there twice.
    let class = |row: &Correction| if row.given.is_empty() { row.suggested.clone() } else { row.given.clone() };
    let whole = |row: &Correction| row.action == Action::LeaveOut;
    whole(row) || whole(earlier) || class(row) == class(earlier)
}
