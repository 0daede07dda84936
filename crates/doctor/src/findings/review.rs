//! Findings as a list to decide about.

use std::collections::HashSet;

use super::Findings;
use crate::{Correction, Group};

impl Findings {
    /// All suspects as rows of a table, in the order in which to look at them, each to be kept until somebody writes another action: items in two
    /// parts (all but the one in the earliest), wrong labels, classes that look like one, other twins, pictures with a fault, outliers.
    ///
    /// ```
    /// # use firelight_doctor::{Action, Findings, LabelErrors};
    /// # let vocab = firelight_vocab::Vocab::from_labels(["beagle", "pug"]);
    /// # let probabilities = [[0.9, 0.1], [0.8, 0.2], [0.9, 0.1], [0.2, 0.8]];
    /// # let findings = Findings::of(["1.jpg", "2.jpg", "3.jpg", "4.jpg"])
    /// #     .with_labels(&vocab, &[0, 0, 1, 1], &probabilities, &LabelErrors::new())?;
    /// let review = findings.review();
    /// assert_eq!((review[0].item.as_str(), review[0].suggested.as_str()), ("3.jpg", "beagle"));
    /// assert_eq!(review[0].action, Action::Keep); // nobody has decided yet
    /// # Ok::<(), firelight_doctor::DoctorError>(())
    /// ```
    pub fn review(&self) -> Vec<Correction> {
        let mut rows = Vec::new();
        let row = |item: &str, given: &str, suggested: &str| Correction {
            item: item.to_owned(),
            given: given.to_owned(),
            suggested: suggested.to_owned(),
            ..Correction::default()
        };
        let (leaks, others): (Vec<_>, Vec<_>) = self.duplicates.iter().partition(|group| self.is_leak(group));
        // Of twins one stays.
        let twins = |groups: Vec<&Group>| -> Vec<usize> {
            groups
                .into_iter()
                .flat_map(|group| {
                    let mut items = group.items.clone();
                    items.sort_by_key(|&item| (self.parts.get(item), item));
                    items.into_iter().skip(1)
                })
                .collect()
        };
        let mut seen = HashSet::new();
        let mut whole = |items: Vec<usize>, rows: &mut Vec<Correction>| {
            for item in items.into_iter().filter(|item| seen.insert(*item)) {
                let given = match self.labels.get(item).map(Vec::as_slice) {
                    Some(&[class]) => self.class(class),
                    _ => "",
                };
                rows.push(row(self.name(item), given, ""));
            }
        };
        whole(twins(leaks), &mut rows);
        for error in &self.label_errors {
            rows.push(row(self.name(error.item), self.class(error.given), self.class(error.suggested)));
        }
        for error in &self.several_errors {
            let (name, class) = (self.name(error.item), self.class(error.class));
            rows.push(if error.given { row(name, class, "") } else { row(name, "", class) });
        }
        rows.extend(self.alike.iter().map(|pair| row("", self.class(pair.first), self.class(pair.second))));
        whole(twins(others), &mut rows);
        whole(self.faults.iter().map(|fault| fault.item).collect(), &mut rows);
        whole(self.outliers.iter().map(|outlier| outlier.item).collect(), &mut rows);
        rows
    }
}
