//! A table of coloured cells with names along both sides.

use image::RgbImage;

use super::canvas::{Align, Canvas};
use super::names::Names;
use super::palette::{Color, FAINT, GRID, INK};
use super::text::Style;

pub(super) struct Matrix<'a> {
    pub(super) title: &'a str,
    pub(super) row_title: &'a str,
    pub(super) column_title: &'a str,
    pub(super) rows: Names,
    pub(super) columns: Names,
    pub(super) scales: Vec<Scale>,
    /// A heading and one text a row, in drawing order, to the right of the cells.
    pub(super) beside: Option<(&'a str, Vec<String>)>,
}

#[derive(Clone)]
pub(super) struct Cell {
    pub(super) color: Color,
    pub(super) text: String,
    pub(super) ink: Color,
}

/// What the colours mean: a bar from `low` to `high`.
pub(super) struct Scale {
    pub(super) name: &'static str,
    pub(super) low: String,
    pub(super) high: String,
    pub(super) color: fn(f32) -> Color,
}

/// Sizes in pixels, found from names, texts and the number of cells.
struct Layout {
    left: f32,
    top: f32,
    cell: f32,
    /// None where the texts find no room in the cells.
    number: Option<Style>,
    name: Style,
    /// Every how many places a name stands.
    every: usize,
    upright_names: bool,
    below: f32,
    beside: f32,
    width: f32,
}

const MARGIN: f32 = 20.0;
const WIDEST: f32 = 2000.0;
const NAME_ROOM: f32 = 210.0;
const SCALE_WIDTH: f32 = 120.0;

impl Matrix<'_> {
    /// Asks for each cell by its row and column in the data, not in the drawing.
    pub(super) fn draw(&self, cell_at: impl Fn(usize, usize) -> Cell) -> RgbImage {
        let cells: Vec<Vec<Cell>> = self
            .rows
            .order
            .iter()
            .map(|&row| self.columns.order.iter().map(|&column| cell_at(row, column)).collect())
            .collect();
        let layout = self.layout(&cells);
        let bottom = layout.top + layout.cell * self.rows.len() as f32;
        let note = self.note();
        let height = bottom + layout.below + 34.0 + if note.is_empty() { 0.0 } else { 24.0 };
        let mut canvas = Canvas::new(layout.width, height + 8.0);
        let title = Style::TITLE.fit(self.title, layout.width - 2.0 * MARGIN);
        canvas.text((MARGIN, 28.0), &title, Style::TITLE, Align::Start);
        self.draw_scales(&mut canvas, 58.0);
        draw_cells(&mut canvas, &layout, &cells);
        self.draw_names(&mut canvas, &layout, bottom);
        self.draw_blocks(&mut canvas, &layout);
        canvas.text((MARGIN, height - 10.0), &note, Style::NOTE, Align::Start);
        canvas.into_picture()
    }

    fn layout(&self, cells: &[Vec<Cell>]) -> Layout {
        let count = self.rows.len().max(self.columns.len()).max(1) as f32;
        let widest = |texts: &mut dyn Iterator<Item = &str>, style: Style| {
            texts.map(|text| style.width(&style.fit(text, NAME_ROOM))).fold(0.0, f32::max)
        };
        let style = Style::LABEL.sized(10.5);
        let text = cells.iter().flatten().map(|cell| style.width(&cell.text)).fold(0.0, f32::max);
        let groups = widest(&mut self.rows.blocks.iter().map(|block| block.name.as_str()), Style::LABEL);
        let values = self.beside.as_ref().map_or(0.0, |(heading, texts)| {
            widest(&mut texts.iter().map(String::as_str).chain([*heading]), Style::LABEL) + 14.0
        });
        let beside = values + if groups > 0.0 { groups + 30.0 } else { 0.0 };

        // Names are measured at their largest: the size of a cell, which decides theirs, needs the room they leave.
        let row_names = widest(&mut self.rows.labels.iter().map(String::as_str), Style::LABEL);
        let left = MARGIN + 26.0 + row_names + 8.0;
        let room = WIDEST - left - beside - MARGIN;
        let wanted = (640.0 / count).clamp(28.0, 88.0).max((text + 8.0).min(60.0));
        let cell = wanted.min(room / self.columns.len().max(1) as f32).floor().max(1.0);
        let fitting = 10.5 * (cell - 5.0) / text.max(1.0);
        let number = (0.4 * cell).clamp(0.0, 20.0).min(fitting);
        let name = Style::LABEL.sized((0.5 * cell).clamp(10.0, 14.0));
        let upright_names = self.columns.labels.iter().any(|label| name.width(label) + 6.0 > cell);
        let column_names = widest(&mut self.columns.labels.iter().map(String::as_str), name);

        let scales = self.scales.iter().map(Scale::width).sum::<f32>();
        let title = Style::TITLE.width(&Style::TITLE.fit(self.title, WIDEST - 2.0 * MARGIN));
        let inner = (left - MARGIN + cell * self.columns.len() as f32 + beside).max(title).max(scales);
        Layout {
            left,
            top: if self.beside.is_some() { 108.0 } else { 88.0 },
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

    fn draw_names(&self, canvas: &mut Canvas, layout: &Layout, bottom: f32) {
        let &Layout { left, top, cell, name, .. } = layout;
        let width = cell * self.columns.len() as f32;
        for (place, label) in self.rows.labels.iter().enumerate().step_by(layout.every) {
            let y = top + (place as f32 + 0.5) * cell;
            canvas.text((left - 8.0, y), &name.fit(label, NAME_ROOM), name, Align::End);
        }
        for (place, label) in self.columns.labels.iter().enumerate().step_by(layout.every) {
            let x = left + (place as f32 + 0.5) * cell;
            let label = name.fit(label, NAME_ROOM);
            if layout.upright_names {
                canvas.upward_text((x, bottom + 8.0), &label, name, Align::End);
            } else {
                canvas.text((x, bottom + 16.0), &label, name, Align::Middle);
            }
        }
        let middle = top + (bottom - top) / 2.0;
        canvas.upward_text((MARGIN + 8.0, middle), self.row_title, Style::HEADING, Align::Middle);
        let below = bottom + layout.below + 14.0;
        canvas.text((left + width / 2.0, below), self.column_title, Style::HEADING, Align::Middle);
        if let Some((heading, texts)) = &self.beside {
            let right = left + width + layout.beside;
            canvas.text((right, top - 14.0), heading, Style::NOTE, Align::End);
            for (place, text) in texts.iter().enumerate().step_by(layout.every) {
                canvas.text((right, top + (place as f32 + 0.5) * cell), text, name.colored(FAINT), Align::End);
            }
        }
    }

    /// Lines between groups, and their names to the right.
    fn draw_blocks(&self, canvas: &mut Canvas, layout: &Layout) {
        let &Layout { left, top, cell, .. } = layout;
        let (width, height) = (cell * self.columns.len() as f32, cell * self.rows.len() as f32);
        for block in self.rows.blocks.iter().skip(1) {
            canvas.fill([left, top + block.start as f32 * cell - 1.0, width, 2.0], INK);
        }
        for block in self.columns.blocks.iter().skip(1) {
            canvas.fill([left + block.start as f32 * cell - 1.0, top, 2.0, height], INK);
        }
        let x = left + width + layout.beside + 12.0;
        for block in &self.rows.blocks {
            let (start, end) = (top + block.start as f32 * cell, top + block.end as f32 * cell);
            canvas.fill([x, start + 2.0, 2.0, (end - start - 4.0).max(1.0)], FAINT);
            if end - start >= 12.0 {
                let name = Style::LABEL.fit(&block.name, NAME_ROOM);
                canvas.text((x + 10.0, f32::midpoint(start, end)), &name, Style::LABEL, Align::Start);
            }
        }
    }

    fn draw_scales(&self, canvas: &mut Canvas, y: f32) {
        let mut x = MARGIN;
        for scale in &self.scales {
            let next = x + scale.width();
            for (text, style) in [(scale.name, Style::LABEL), (scale.low.as_str(), Style::NOTE)] {
                canvas.text((x, y), text, style, Align::Start);
                x += style.width(text) + 8.0;
            }
            for step in 0..SCALE_WIDTH as usize {
                let color = (scale.color)(step as f32 / (SCALE_WIDTH - 1.0));
                canvas.fill([x + step as f32, y - 7.0, 1.0, 14.0], color);
            }
            canvas.frame([x - 1.0, y - 8.0, SCALE_WIDTH + 2.0, 16.0], 1.0, GRID);
            canvas.text((x + SCALE_WIDTH + 8.0, y), &scale.high, Style::NOTE, Align::Start);
            x = next;
        }
    }

    fn note(&self) -> String {
        match (self.rows.left_out, self.columns.left_out) {
            (0, 0) if self.rows.len() * self.columns.len() == 0 => "no classes".to_owned(),
            (0, 0) => String::new(),
            (rows, columns) => format!("{rows} more rows and {columns} more columns found no room"),
        }
    }
}

impl Scale {
    fn width(&self) -> f32 {
        let texts = Style::LABEL.width(self.name) + Style::NOTE.width(&self.low) + Style::NOTE.width(&self.high);
        texts + SCALE_WIDTH + 24.0 + 28.0
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
