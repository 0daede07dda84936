use std::fmt;

use crate::matrix::{ClassMatrix, Meaning};

/// A table with the true classes down the side and the predicted ones along the top.
impl<M: Meaning> fmt::Display for ClassMatrix<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let cells: Vec<String> = self.values.iter().map(|value| short(*value)).collect();
        let widest = |texts: &mut dyn Iterator<Item = usize>| texts.max().unwrap_or(0);
        let length = |text: &str| text.chars().count();
        let side = widest(&mut self.vocab.iter().map(length)).max(length(M::NAME));
        let classes = self.vocab.len();
        let widths: Vec<usize> = (0..classes)
            .map(|column| {
                let below = (0..classes).map(|row| length(&cells[row * classes + column]));
                widest(&mut below.chain([length(&self.vocab[column])]))
            })
            .collect();
        write!(f, "{:<side$}", M::NAME)?;
        for (name, width) in self.vocab.iter().zip(&widths) {
            write!(f, "  {name:>width$}")?;
        }
        for (row, name) in self.vocab.iter().enumerate() {
            write!(f, "\n{name:<side$}")?;
            for (column, width) in widths.iter().enumerate() {
                write!(f, "  {:>width$}", cells[row * classes + column])?;
            }
        }
        Ok(())
    }
}

/// At most four digits after the point, without trailing zeros.
pub(crate) fn short(value: f64) -> String {
    let text = format!("{value:.4}");
    let text = text.trim_end_matches('0').trim_end_matches('.');
    if text == "-0" { "0".to_owned() } else { text.to_owned() }
}
