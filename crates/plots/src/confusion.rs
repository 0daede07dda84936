//! Which classes a model takes for which.

use image::RgbImage;

use crate::matrix::{Cell, Matrix};
use crate::names::Names;
use crate::palette::{INK, WHITE, ZERO, blues, ink_on, oranges};
use crate::scale::Scale;

/// How often each actual class (row) was predicted as each class (column).
///
/// Cells hold counts. Their colours are shares of the row, so that rare classes show as clearly as frequent ones:
/// blue for what is right, orange for mistakes, which reach their darkest colour at one half. The share of each
/// row that is right stands beside it. With `groups`, the name of each class's group, classes of one group stand
/// together and lines part the groups, so mistakes across groups are those outside the blocks.
///
/// A class without a name is called by its number, and a count that is missing is 0.
///
/// ```
/// let names = ["cat".to_string(), "dog".to_string()];
/// let picture = firelight_plots::confusion(&names, &[vec![9, 1], vec![2, 8]], None);
/// ```
pub fn confusion(names: &[String], counts: &[Vec<usize>], groups: Option<&[String]>) -> RgbImage {
    let widest = counts.iter().map(Vec::len).fold(counts.len(), usize::max);
    let classes = names.len().max(widest);
    let count = |row: usize, column: usize| counts.get(row).and_then(|row| row.get(column)).copied().unwrap_or(0);
    let totals: Vec<f64> = (0..classes).map(|row| counts.get(row).map_or(0.0, |row| sum(row))).collect();
    let rows = Names::new(names, classes, groups);
    let recalls = rows.order.iter().map(|&class| percent(count(class, class) as f64, totals[class], 0)).collect();
    let right: f64 = (0..classes).map(|class| count(class, class) as f64).sum();
    let all: f64 = totals.iter().sum();
    let title = format!("Confusion matrix: {right:.0} of {all:.0} right ({})", percent(right, all, 1));
    let scale = |name, color, high: &str| Scale { name, low: "0 %".to_owned(), high: high.to_owned(), color };

    let matrix = Matrix {
        title: &title,
        row_title: "actual",
        column_title: "predicted",
        rows,
        columns: Names::new(names, classes, groups),
        scales: vec![scale("right", blues, "100 % of the row"), scale("wrong", oranges, "50 % or more")],
        beside: Some(("right", recalls)),
    };
    matrix.draw(|row, column| {
        let (count, total) = (count(row, column), totals[row].max(1.0));
        let share = (count as f64 / total) as f32;
        // Zeros off the diagonal say something in a small matrix and are noise in a large one.
        let text = if count == 0 && row != column && classes > 12 { String::new() } else { count.to_string() };
        if count == 0 {
            return Cell { color: WHITE, text, ink: if row == column { INK } else { ZERO } };
        }
        // One mistake among hundreds must still be seen: colours start a sixth up their scale.
        let color = if row == column { blues(share) } else { oranges(0.16 + 1.68 * share) };
        Cell { color, text, ink: ink_on(color) }
    })
}

/// In `f64`, which cannot overflow whatever the counts are.
fn sum(counts: &[usize]) -> f64 {
    counts.iter().map(|&count| count as f64).sum()
}

fn percent(part: f64, whole: f64, decimals: usize) -> String {
    if whole > 0.0 { format!("{:.decimals$} %", 100.0 * part / whole) } else { "–".to_owned() }
}
