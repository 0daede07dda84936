//! Any matrix with named rows and columns.

use image::RgbImage;

use crate::axis::{short, trimmed};
use crate::matrix::{Cell, Matrix};
use crate::names::Names;
use crate::palette::{Color, INK, MISSING, WHITE, ZERO, blues, diverging, ink_on};
use crate::scale::Scale;

/// Values by row and column as colours, and as numbers where they fit into their cells.
///
/// Values of zero and more go from white to blue; with values below zero among them, zero is white, positive
/// ones are blue and negative ones orange. A value that is missing or not a number is grey. `groups`, the name of
/// each class's group, orders and parts the rows and the columns wherever it has as many entries as they are.
///
/// ```
/// let (rows, columns) = (["a".to_string()], ["x".to_string(), "y".to_string()]);
/// let picture = firelight_plots::heat_map("shares", &rows, &columns, &[vec![0.2, 0.8]], None);
/// ```
pub fn heat_map(
    title: &str,
    row_names: &[String],
    column_names: &[String],
    values: &[Vec<f32>],
    groups: Option<&[String]>,
) -> RgbImage {
    heat_map_with_axes(title, ["", ""], row_names, column_names, values, groups)
}

/// [`heat_map`] with titles of the rows and of the columns.
pub(crate) fn heat_map_with_axes(
    title: &str,
    [row_title, column_title]: [&str; 2],
    row_names: &[String],
    column_names: &[String],
    values: &[Vec<f32>],
    groups: Option<&[String]>,
) -> RgbImage {
    let rows = row_names.len().max(values.len());
    let columns = values.iter().map(Vec::len).fold(column_names.len(), usize::max);
    let finite = || values.iter().flatten().copied().filter(|value| value.is_finite());
    let (low, high) = (finite().fold(0.0, f32::min), finite().fold(0.0, f32::max));
    let reach = if low < 0.0 { high.max(-low) } else { high };
    let (bottom, color): (f32, fn(f32) -> Color) = if low < 0.0 { (-reach, diverging) } else { (0.0, blues) };
    let scale = Scale { name: "", low: short(f64::from(bottom)), high: short(f64::from(reach)), color };

    let matrix = Matrix {
        title,
        row_title,
        column_title,
        rows: Names::new(row_names, rows, groups),
        columns: Names::new(column_names, columns, groups),
        scales: vec![scale],
        beside: None,
    };
    matrix.draw(|row, column| {
        let value = values.get(row).and_then(|row| row.get(column)).copied().unwrap_or(f32::NAN);
        if value.is_nan() {
            return Cell { color: MISSING, text: "–".to_owned(), ink: INK };
        }
        if value == 0.0 {
            return Cell { color: WHITE, text: "0".to_owned(), ink: ZERO };
        }
        // Small values start a step up the scale: a hundredth must still differ from nothing.
        let lifted = (value / reach).signum() * (0.06 + 0.94 * (value / reach).abs());
        let share = if low < 0.0 { 0.5 + 0.5 * lifted } else { lifted };
        let color = color(share);
        Cell { color, text: number(value, reach), ink: ink_on(color) }
    })
}

/// Fewer digits than [`short`], for a cell is narrow: two decimals beside values above 1, else three.
fn number(value: f32, reach: f32) -> String {
    match value.abs() {
        size if size.is_infinite() => if value > 0.0 { "∞" } else { "-∞" }.to_owned(),
        size if reach > 1.0 && (0.05..100.0).contains(&size) => trimmed(format!("{value:.2}")),
        size if (0.001..1.0).contains(&size) => trimmed(format!("{value:.3}")),
        _ => short(f64::from(value)),
    }
}
