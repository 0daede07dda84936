//! Rows of probabilities, checked once.

use crate::DoctorError;

/// Probabilities by example and class, as confident learning reads them.
pub(crate) trait Probabilities {
    fn examples(&self) -> usize;
    fn classes(&self) -> usize;
    fn at(&self, example: usize, class: usize) -> f64;

    /// The likeliest class, the first one of several.
    fn likeliest(&self, example: usize) -> usize {
        (1..self.classes())
            .fold(0, |best, class| if self.at(example, class) > self.at(example, best) { class } else { best })
    }
}

/// Rows of one length, each number from 0 to 1.
#[derive(Debug)]
pub(crate) struct Rows<'a, R> {
    rows: &'a [R],
    classes: usize,
}

impl<'a, R: AsRef<[f32]>> Rows<'a, R> {
    pub(crate) fn new(rows: &'a [R], labels: usize) -> Result<Self, DoctorError> {
        if rows.len() != labels {
            return Err(DoctorError::Length { what: "rows of probabilities", given: rows.len(), items: labels });
        }
        let classes = rows.first().map_or(0, |row| row.as_ref().len());
        for (item, row) in rows.iter().map(AsRef::as_ref).enumerate() {
            if row.len() != classes {
                let (what, given, expected) = ("probabilities", row.len(), classes);
                return Err(DoctorError::Columns { what, item, given, expected });
            }
            if let Some(class) = row.iter().position(|value| !(0.0..=1.0).contains(value)) {
                return Err(DoctorError::Probability { item, class, value: row[class] });
            }
        }
        Ok(Self { rows, classes })
    }

    /// Refuses a class that has no column.
    pub(crate) fn check(&self, item: usize, class: usize) -> Result<(), DoctorError> {
        if class < self.classes {
            Ok(())
        } else {
            Err(DoctorError::UnknownClass { item, class, classes: self.classes })
        }
    }

    /// One class against the rest: column 0 is that an example has it not, column 1 that it has.
    pub(crate) fn one_class(&self, class: usize) -> OneClass<'_, 'a, R> {
        OneClass { rows: self, class }
    }
}

impl<R: AsRef<[f32]>> Probabilities for Rows<'_, R> {
    fn examples(&self) -> usize {
        self.rows.len()
    }

    fn classes(&self) -> usize {
        self.classes
    }

    fn at(&self, example: usize, class: usize) -> f64 {
        f64::from(self.rows[example].as_ref()[class])
    }
}

pub(crate) struct OneClass<'r, 'a, R> {
    rows: &'r Rows<'a, R>,
    class: usize,
}

impl<R: AsRef<[f32]>> Probabilities for OneClass<'_, '_, R> {
    fn examples(&self) -> usize {
        self.rows.examples()
    }

    fn classes(&self) -> usize {
        2
    }

    fn at(&self, example: usize, class: usize) -> f64 {
        let has = self.rows.at(example, self.class);
        if class == 1 { has } else { 1.0 - has }
    }
}
