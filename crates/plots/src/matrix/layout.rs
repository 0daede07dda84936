//! Where the parts of a matrix stand and how large they are.

use super::{Cell, Matrix};
use crate::scale::Scale;
use crate::text::Style;

/// Sizes in pixels, found from names, texts and the number of cells.
pub(crate) struct Layout {
    pub(crate) left: f32,
    pub(crate) top: f32,
    pub(crate) cell: f32,
    /// None where the texts find no room in the cells.
    pub(crate) number: Option<Style>,
    pub(crate) name: Style,
    /// Every how many places a name stands.
    pub(crate) every: usize,
    pub(crate) upright_names: bool,
    pub(crate) below: f32,
    pub(crate) beside: f32,
    pub(crate) width: f32,
}

pub(crate) const MARGIN: f32 = 20.0;
const WIDEST: f32 = 2000.0;
/// For all rows together.
const TALLEST: f32 = 6000.0;
/// No name takes more.
pub(crate) const NAME_ROOM: f32 = 210.0;

impl Layout {
    pub(crate) fn of(matrix: &Matrix, cells: &[Vec<Cell>]) -> Layout {
        let count = matrix.rows.len().max(matrix.columns.len()).max(1) as f32;
        let style = Style::LABEL.sized(10.5);
        let text = cells.iter().flatten().map(|cell| style.width(&cell.text)).fold(0.0, f32::max);
        let groups = widest(matrix.rows.blocks.iter().map(|block| block.name.as_str()), Style::LABEL);
        let values = matrix.beside.as_ref().map_or(0.0, |(heading, texts)| {
            widest(texts.iter().map(String::as_str).chain([*heading]), Style::LABEL) + 14.0
        });
        let beside = values + if groups > 0.0 { groups + 30.0 } else { 0.0 };

        // Names are measured at their largest: the size of a cell, which decides theirs, needs the room they leave.
        let row_names = widest(matrix.rows.labels.iter().map(String::as_str), Style::LABEL);
        let left = MARGIN + if matrix.row_title.is_empty() { 0.0 } else { 26.0 } + row_names + 8.0;
        let room = WIDEST - left - beside - MARGIN;
        let all_names = widest(matrix.columns.labels.iter().map(String::as_str), Style::LABEL) + 14.0;
        let name_width = if count <= 4.0 { all_names.min(170.0) } else { 0.0 };
        let wanted = (640.0 / count).clamp(28.0, 88.0).max((text + 9.0).min(60.0)).max(name_width);
        let across = room / matrix.columns.len().max(1) as f32;
        let down = TALLEST / matrix.rows.len().max(1) as f32;
        let cell = wanted.min(across).min(down).floor().max(1.0);
        let fitting = 10.5 * (cell - 8.0) / text.max(1.0);
        let number = (0.4 * cell).clamp(0.0, 20.0).min(fitting);
        let name = Style::LABEL.sized((0.5 * cell).clamp(10.0, 14.0));
        let upright_names = matrix.columns.labels.iter().any(|label| name.width(label) + 6.0 > cell);
        let column_names = widest(matrix.columns.labels.iter().map(String::as_str), name);

        let scales = matrix.scales.iter().map(Scale::width).sum::<f32>();
        let title = Style::TITLE.width(&Style::TITLE.fit(matrix.title, WIDEST - 2.0 * MARGIN));
        let inner = (left - MARGIN + cell * matrix.columns.len() as f32 + beside).max(title).max(scales);
        Layout {
            left,
            top: if matrix.beside.is_some() { 108.0 } else { 88.0 },
            cell,
            number: (number >= 8.5).then(|| Style::LABEL.sized(number)),
            name,
            every: (13.0 / cell).ceil().max(1.0) as usize,
            upright_names,
            below: if upright_names { column_names + 12.0 } else { 26.0 },
            beside: values,
            width: inner + 2.0 * MARGIN,
        }
    }
}

/// Width of the widest text, each shortened to the room that names have.
fn widest<'a>(texts: impl Iterator<Item = &'a str>, style: Style) -> f32 {
    texts.map(|text| style.width(&style.fit(text, NAME_ROOM))).fold(0.0, f32::max)
}
