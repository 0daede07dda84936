//! What a person has decided about findings, as a file.

mod against;
mod checked;
mod read;

use std::collections::HashMap;
use std::fmt;
use std::path::{Path, PathBuf};

use firelight_files::write_whole;
use serde::{Deserialize, Serialize};

use crate::DoctorError;

/// One line of `corrections.csv`.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Correction {
    /// The item's name; empty where two classes are merged.
    pub item: String,
    /// The label that it has, or the class that goes. Empty where a label is added to others.
    pub given: String,
    /// The label that it should have, or the class that stays. Empty where a label is taken away from others.
    pub suggested: String,
    /// What to do.
    pub action: Action,
}

/// What to do about an item or a class.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[non_exhaustive]
pub enum Action {
    /// Nothing: somebody looked, and it is right as it is.
    #[default]
    Keep,
    /// The item gets the suggested label in place of the given one.
    Relabel,
    /// The item is not used.
    LeaveOut,
    /// All items of the given class get the suggested one.
    Merge,
}

impl Action {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Keep, Self::Relabel, Self::LeaveOut, Self::Merge];
}

/// The word in the file.
impl fmt::Display for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Keep => "keep",
            Self::Relabel => "relabel",
            Self::LeaveOut => "leave out",
            Self::Merge => "merge",
        })
    }
}

/// Corrections of labels, read from a table `item,given,suggested,action`; no picture and no label file is ever changed.
///
/// | action | item | given | suggested | does |
/// |---|---|---|---|---|
/// | `keep` | any | any | any | nothing |
/// | `relabel` | its name | its label | another | gives it the other label |
/// | `relabel` | its name | | a label | adds a label to several; of one, replaces it |
/// | `relabel` | its name | a label | | takes one of several labels away |
/// | `leave out` | its name | any | any | leaves the item out |
/// | `merge` | | a class | another | makes one class of two |
///
/// Columns may come in any order, with others between them; `,`, `;` or a tab stands between fields. Classes are merged after items are
/// relabelled.
///
/// ```
/// # let folder = tempfile::tempdir()?;
/// # let path = folder.path().join("corrections.csv");
/// use firelight_doctor::Corrections;
///
/// std::fs::write(&path, "item,given,suggested,action\n1.jpg,pug,beagle,relabel\n2.jpg,,,leave out\n,boxer,pug,merge\n")?;
/// let corrections = Corrections::read(&path)?;
/// assert_eq!(corrections.label("1.jpg", "pug")?, Some("beagle"));
/// assert_eq!(corrections.label("2.jpg", "pug")?, None);
/// assert_eq!(corrections.label("3.jpg", "boxer")?, Some("pug"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Default)]
pub struct Corrections {
    path: PathBuf,
    rows: Vec<Correction>,
    /// Where each row stands in the file.
    lines: Vec<u64>,
    /// Rows that change an item.
    by_item: HashMap<String, Vec<usize>>,
    /// What each class that goes becomes, at last.
    merged: HashMap<String, String>,
}

impl Corrections {
    /// Reads a file.
    ///
    /// # Errors
    ///
    /// [`DoctorError::File`] for one that cannot be read; [`DoctorError::Corrections`], with the line, for one that is no such table, an
    /// action that lacks what it needs, and two actions that contradict each other.
    pub fn read(path: impl AsRef<Path>) -> Result<Self, DoctorError> {
        let path = path.as_ref();
        let (rows, lines) = read::rows(path)?;
        checked::checked(path.to_path_buf(), rows, lines)
    }

    /// Takes corrections that are in memory, such as those of a page; errors count them from line 2, where a file's begin.
    ///
    /// # Errors
    ///
    /// [`DoctorError::Corrections`], as [`read`](Self::read).
    pub fn of(rows: Vec<Correction>) -> Result<Self, DoctorError> {
        let lines = (2..).take(rows.len()).collect();
        checked::checked("corrections.csv".into(), rows, lines)
    }

    /// Writes the table, whole or not at all.
    ///
    /// # Errors
    ///
    /// [`DoctorError::File`].
    pub fn write(&self, path: impl AsRef<Path>) -> Result<(), DoctorError> {
        let path = path.as_ref();
        let mut table = csv::Writer::from_writer(Vec::new());
        let header = std::iter::once(read::COLUMNS.map(str::to_owned));
        let rows = self.rows.iter().cloned().map(|row| [row.item, row.given, row.suggested, row.action.to_string()]);
        let written = header.chain(rows).try_for_each(|row| table.write_record(row));
        let bytes = written
            .map_err(std::io::Error::other)
            .and_then(|()| table.into_inner().map_err(csv::IntoInnerError::into_error));
        let written = bytes.and_then(|bytes| write_whole(path, &bytes));
        written.map_err(|why| DoctorError::File { verb: "write", path: path.to_path_buf(), why })
    }

    /// All corrections, in the order of the file.
    pub fn rows(&self) -> &[Correction] {
        &self.rows
    }

    /// The label of an item of one label: the given one, or another; `None` where the item is left out.
    ///
    /// # Errors
    ///
    /// [`DoctorError::Stale`] where the item's label is neither the one that was corrected nor the one that was suggested, and
    /// [`DoctorError::Corrections`] where its only label is taken away.
    pub fn label<'a>(&'a self, item: &str, given: &'a str) -> Result<Option<&'a str>, DoctorError> {
        let mut label = given;
        for &number in self.about(item) {
            let row = &self.rows[number];
            if row.action == Action::LeaveOut {
                return Ok(None);
            }
            if row.suggested.is_empty() {
                let what = format!("{item:?} would have no label");
                return Err(self.wrong(number, what, "suggest another one, or leave the item out"));
            }
            if !row.given.is_empty() && row.given != label && row.suggested != label {
                return Err(self.stale(number, label));
            }
            label = &row.suggested;
        }
        Ok(Some(self.class(label)))
    }

    /// The labels of an item of several: in the order given, what is added last; `None` where the item is left out.
    ///
    /// ```
    /// use firelight_doctor::{Action, Correction, Corrections};
    ///
    /// let add = Correction { item: "1.jpg".into(), suggested: "cat".into(), action: Action::Relabel, ..Correction::default() };
    /// let corrections = Corrections::of(vec![add])?;
    /// assert_eq!(corrections.labels("1.jpg", &["sofa"])?, Some(vec!["sofa", "cat"]));
    /// # Ok::<(), firelight_doctor::DoctorError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`DoctorError::Stale`] where the item has neither the label that was corrected nor the one that was suggested for it.
    pub fn labels<'a>(&'a self, item: &str, given: &[&'a str]) -> Result<Option<Vec<&'a str>>, DoctorError> {
        let mut labels = given.to_vec();
        for &number in self.about(item) {
            let row = &self.rows[number];
            if row.action == Action::LeaveOut {
                return Ok(None);
            }
            let place = labels.iter().position(|label| *label == row.given);
            match place {
                Some(place) if row.suggested.is_empty() => _ = labels.remove(place),
                Some(place) => labels[place] = &row.suggested,
                None if row.suggested.is_empty() || labels.contains(&row.suggested.as_str()) => {}
                None if row.given.is_empty() => labels.push(&row.suggested),
                None => return Err(self.stale(number, &labels.join(", "))),
            }
        }
        let mut merged: Vec<&str> = Vec::with_capacity(labels.len());
        for label in labels.into_iter().map(|label| self.class(label)) {
            if !merged.contains(&label) {
                merged.push(label);
            }
        }
        Ok(Some(merged))
    }

    /// The rows that change an item.
    fn about(&self, item: &str) -> &[usize] {
        self.by_item.get(item).map_or(&[], Vec::as_slice)
    }

    fn stale(&self, number: usize, found: &str) -> DoctorError {
        let (path, line, row) = (self.path.clone(), self.lines[number], &self.rows[number]);
        DoctorError::Stale { path, line, item: row.item.clone(), expected: row.given.clone(), found: found.to_owned() }
    }

    fn wrong(&self, number: usize, what: impl Into<String>, remedy: &str) -> DoctorError {
        let (path, line) = (self.path.clone(), self.lines[number]);
        DoctorError::Corrections { path, line, what: what.into(), remedy: remedy.to_owned() }
    }
}
