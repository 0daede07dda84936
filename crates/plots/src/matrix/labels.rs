//! What stands around the cells of a matrix.

use super::Matrix;
use super::layout::{Layout, MARGIN, NAME_ROOM};
use crate::canvas::Canvas;
use crate::lettering::Align;
use crate::palette::{FAINT, INK};
use crate::text::Style;

impl Matrix<'_> {
    /// Names and titles to the left and below, texts to the right.
    pub(crate) fn draw_names(&self, canvas: &mut Canvas, layout: &Layout, bottom: f32) {
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
    pub(crate) fn draw_blocks(&self, canvas: &mut Canvas, layout: &Layout) {
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
            canvas.fill([x, start + 3.0, 2.0, (end - start - 6.0).max(1.0)], FAINT);
            if end - start >= 12.0 {
                let name = Style::LABEL.fit(&block.name, NAME_ROOM);
                canvas.text((x + 10.0, f32::midpoint(start, end)), &name, Style::LABEL, Align::Start);
            }
        }
    }
}
