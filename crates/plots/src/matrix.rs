//! A table of coloured cells with names along both sides.

mod labels;
mod layout;

use image::RgbImage;

use crate::canvas::Canvas;
use crate::lettering::Align;
use crate::names::Names;
use crate::palette::{Color, GRID};
use crate::scale::{Scale, draw_scales};
use crate::text::Style;
use layout::{Layout, MARGIN};

pub(crate) struct Matrix<'a> {
    pub(crate) title: &'a str,
    pub(crate) row_title: &'a str,
    pub(crate) column_title: &'a str,
    pub(crate) rows: Names,
    pub(crate) columns: Names,
    pub(crate) scales: Vec<Scale>,
    /// A heading and one text a row, in drawing order, to the right of the cells.
    pub(crate) beside: Option<(&'a str, Vec<String>)>,
}

#[derive(Clone)]
pub(crate) struct Cell {
    pub(crate) color: Color,
    pub(crate) text: String,
    pub(crate) ink: Color,
}

impl Matrix<'_> {
    /// Asks for each cell by its row and column in the data, not in the drawing.
    pub(crate) fn draw(&self, cell_at: impl Fn(usize, usize) -> Cell) -> RgbImage {
        let cells: Vec<Vec<Cell>> = self
            .rows
            .order
            .iter()
            .map(|&row| self.columns.order.iter().map(|&column| cell_at(row, column)).collect())
            .collect();
        let layout = Layout::of(self, &cells);
        let bottom = layout.top + layout.cell * self.rows.len() as f32;
        let note = self.note();
        let title_room = if self.column_title.is_empty() { 10.0 } else { 34.0 };
        let note_room = if note.is_empty() { 0.0 } else { 24.0 };
        let height = bottom + layout.below + title_room + note_room;
        let mut canvas = Canvas::new(layout.width, height + 8.0);
        let title = Style::TITLE.fit(self.title, layout.width - 2.0 * MARGIN);
        canvas.text((MARGIN, 28.0), &title, Style::TITLE, Align::Start);
        draw_scales(&mut canvas, &self.scales, (MARGIN, 58.0));
        draw_cells(&mut canvas, &layout, &cells);
        self.draw_names(&mut canvas, &layout, bottom);
        self.draw_blocks(&mut canvas, &layout);
        canvas.text((MARGIN, height - 10.0), &note, Style::NOTE, Align::Start);
        canvas.into_picture()
    }

    fn note(&self) -> String {
        match (self.rows.left_out, self.columns.left_out) {
            (0, 0) if self.rows.len() * self.columns.len() == 0 => "no classes".to_owned(),
            (0, 0) => String::new(),
            (rows, columns) => format!("{rows} more rows and {columns} more columns found no room"),
        }
    }
}

fn draw_cells(canvas: &mut Canvas, layout: &Layout, cells: &[Vec<Cell>]) {
    let cell = layout.cell;
    // Hairlines between cells tell rows apart while cells are larger than the lines.
    let line = if cell >= 8.0 { 1.0 } else { 0.0 };
    let columns = cells.first().map_or(0, Vec::len) as f32;
    let area = [layout.left - 1.0, layout.top - 1.0, columns * cell + 1.0, cells.len() as f32 * cell + 1.0];
    canvas.fill(area, GRID);
    for (row, cells) in cells.iter().enumerate() {
        for (column, drawn) in cells.iter().enumerate() {
            let (x, y) = (layout.left + column as f32 * cell, layout.top + row as f32 * cell);
            canvas.fill([x, y, cell - line, cell - line], drawn.color);
            if let Some(style) = layout.number {
                let middle = (x + (cell - line) / 2.0, y + (cell - line) / 2.0);
                canvas.text(middle, &drawn.text, style.colored(drawn.ink), Align::Middle);
            }
        }
    }
}
