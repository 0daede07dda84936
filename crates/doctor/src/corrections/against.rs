//! Corrections beside the data that they are about.

use std::collections::HashSet;
use std::path::Path;

use super::{Action, Corrections};
use crate::DoctorError;

impl Corrections {
    /// The file that they were read from.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Whether an item is left out.
    ///
    /// ```
    /// use firelight_doctor::{Action, Correction, Corrections};
    ///
    /// let row = Correction { item: "1.jpg".into(), action: Action::LeaveOut, ..Correction::default() };
    /// let corrections = Corrections::of(vec![row])?;
    /// assert!(corrections.leaves_out("1.jpg") && !corrections.leaves_out("2.jpg"));
    /// # Ok::<(), firelight_doctor::DoctorError>(())
    /// ```
    pub fn leaves_out(&self, item: &str) -> bool {
        self.about(item).iter().any(|&number| self.rows[number].action == Action::LeaveOut)
    }

    /// What a class has become, which is itself unless it is merged into another.
    pub fn class<'a>(&'a self, class: &'a str) -> &'a str {
        self.merged.get(class).map_or(class, String::as_str)
    }

    /// The classes that go, in the order of the file, each with the class that it becomes.
    ///
    /// ```
    /// use firelight_doctor::{Action, Correction, Corrections};
    ///
    /// let merge = |given: &str, suggested: &str| Correction {
    ///     given: given.into(), suggested: suggested.into(), action: Action::Merge, ..Correction::default()
    /// };
    /// let corrections = Corrections::of(vec![merge("boxer", "pug"), merge("pug", "dog")])?;
    /// assert_eq!(corrections.merges().collect::<Vec<_>>(), [("boxer", "dog"), ("pug", "dog")]);
    /// # Ok::<(), firelight_doctor::DoctorError>(())
    /// ```
    pub fn merges(&self) -> impl Iterator<Item = (&str, &str)> {
        let mut seen = HashSet::new();
        let classes = self.rows.iter().filter(|row| row.action == Action::Merge).map(|row| row.given.as_str());
        classes.filter(move |class| seen.insert(*class)).map(|class| (class, self.class(class)))
    }

    /// Refuses a line, of whatever action, that names an item for which `there` is false. Of each item it is asked once.
    ///
    /// # Errors
    ///
    /// [`DoctorError::Corrections`] with the first such line.
    pub fn check_items(&self, mut there: impl FnMut(&str) -> bool) -> Result<(), DoctorError> {
        let mut seen = HashSet::new();
        for (number, row) in self.rows.iter().enumerate().filter(|(_, row)| !row.item.is_empty()) {
            if seen.insert(row.item.as_str()) && !there(&row.item) {
                let what = format!("there is no item {:?}", row.item);
                return Err(self.wrong(number, what, "write its name from the folder on, or remove the line"));
            }
        }
        Ok(())
    }

    /// Refuses a line that merges a class of which `there` says that no item has it.
    ///
    /// # Errors
    ///
    /// [`DoctorError::Corrections`] with the first such line.
    pub fn check_classes(&self, mut there: impl FnMut(&str) -> bool) -> Result<(), DoctorError> {
        for (number, row) in self.rows.iter().enumerate().filter(|(_, row)| row.action == Action::Merge) {
            if !there(&row.given) {
                let what = format!("no item is labelled {:?}", row.given);
                return Err(self.wrong(number, what, "write the class as the labels have it, or remove the line"));
            }
        }
        Ok(())
    }
}
