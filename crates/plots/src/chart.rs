//! A panel: title, legend, axes with titles and ticks, and lines inside.

use crate::axis::Axis;
use crate::canvas::{Area, Canvas, Pen};
use crate::lettering::Align;
use crate::palette::{FAINT, GRID};
use crate::series::{Look, Series};
use crate::text::Style;

pub(crate) struct Chart<'a> {
    pub(crate) title: &'a str,
    pub(crate) x_title: &'a str,
    pub(crate) y_title: &'a str,
    pub(crate) x: Axis,
    pub(crate) y: Axis,
    /// Drawn in order: later ones lie on top.
    pub(crate) lines: Vec<Series>,
    /// What stands in a panel without a single point.
    pub(crate) when_empty: &'a str,
}

/// Width of a sheet with charts.
pub(crate) const WIDTH: f32 = 1000.0;
const MARGIN: f32 = 24.0;
const LEGEND_ROW: f32 = 22.0;
const SWATCH: f32 = 30.0;
/// Entries after these are counted in a note.
const MOST_NAMES: usize = 16;

impl Chart<'_> {
    /// Draws the panel into a strip of the canvas that starts at `top`.
    pub(crate) fn draw(&self, canvas: &mut Canvas, top: f32, height: f32) {
        self.draw_in(canvas, [0.0, top, WIDTH, height]);
    }

    /// Draws the panel into a part of the canvas.
    pub(crate) fn draw_in(&self, canvas: &mut Canvas, part: Area) {
        let [start, top, width, height] = part;
        let (start, end) = (start + MARGIN, start + width - MARGIN);
        let title = Style::TITLE.fit(self.title, end - start);
        canvas.text((start, top + 26.0), &title, Style::TITLE, Align::Start);
        let legend_bottom = self.draw_legend(canvas, [start, top + 56.0], end);
        let y_ticks = self.y.ticks(6);
        let widest = y_ticks.iter().map(|(_, label)| Style::NOTE.width(label)).fold(0.0, f32::max);
        // At least wide enough for usual labels, so that panels below each other stand flush.
        let left = start + 38.0 + widest.max(44.0);
        let plot_top = legend_bottom + 8.0;
        let area = [left, plot_top, (end - left).max(40.0), (top + height - 62.0 - plot_top).max(40.0)];
        let empty = !self.lines.iter().any(Series::has_points);
        // Without a point the axes have no scale, and ticks would invent one.
        let (x_ticks, y_ticks) =
            if empty { (Vec::new(), Vec::new()) } else { (self.x.ticks(((area[2] / 84.0) as usize).max(6)), y_ticks) };
        self.draw_axes(canvas, area, start, &x_ticks, &y_ticks);
        if empty {
            let middle = (area[0] + area[2] / 2.0, area[1] + area[3] / 2.0);
            canvas.text(middle, self.when_empty, Style::HEADING.colored(FAINT), Align::Middle);
        }
        // Half a pen wider than the plot, so that a line along its edge stays whole.
        let clip = canvas.window([area[0] - 1.5, area[1] - 1.5, area[2] + 3.0, area[3] + 3.0]);
        for line in &self.lines {
            line.draw(canvas, area, &self.x, &self.y, clip.as_ref());
        }
    }

    fn draw_axes(
        &self,
        canvas: &mut Canvas,
        area: Area,
        start: f32,
        x_ticks: &[(f64, String)],
        y_ticks: &[(f64, String)],
    ) {
        let [left, top, width, height] = area;
        let bottom = top + height;
        for (value, label) in y_ticks {
            let y = bottom - self.y.place(*value) as f32 * height;
            canvas.fill([left, y, width, 1.0], GRID);
            canvas.text((left - 8.0, y), label, Style::NOTE, Align::End);
        }
        for (value, label) in x_ticks {
            let x = left + self.x.place(*value) as f32 * width;
            canvas.fill([x, top, 1.0, height], GRID);
            canvas.fill([x, bottom, 1.0, 5.0], FAINT);
            canvas.text((x, bottom + 17.0), label, Style::NOTE, Align::Middle);
        }
        canvas.fill([left, bottom, width, 1.0], FAINT);
        canvas.fill([left, top, 1.0, height], FAINT);
        canvas.text((left + width / 2.0, bottom + 42.0), self.x_title, Style::HEADING, Align::Middle);
        canvas.upward_text((start + 8.0, top + height / 2.0), self.y_title, Style::HEADING, Align::Middle);
    }

    /// Returns the height below the last row.
    fn draw_legend(&self, canvas: &mut Canvas, [start, top]: [f32; 2], end: f32) -> f32 {
        let (mut x, mut y) = (start, top);
        let named: Vec<&Series> = self.lines.iter().filter(|line| !line.name.is_empty() && line.has_points()).collect();
        for line in named.iter().take(MOST_NAMES) {
            let name = Style::LABEL.fit(&line.name, 300.0_f32.min(end - start - SWATCH - 8.0));
            let room = SWATCH + 8.0 + Style::LABEL.width(&name);
            if x > start && x + room > end {
                (x, y) = (start, y + LEGEND_ROW);
            }
            if !matches!(line.look, Look::Cloud(..)) {
                let pen = Pen { width: line.pen.width.max(2.0), ..line.pen };
                canvas.line(&[(x + 2.0, y), (x + SWATCH - 2.0, y)], pen, None);
            }
            if !matches!(line.look, Look::Line | Look::Steps) {
                canvas.dot((x + SWATCH / 2.0, y), 4.5, line.pen.color);
            }
            canvas.text((x + SWATCH + 8.0, y), &name, Style::LABEL, Align::Start);
            x += room + 24.0;
        }
        if named.len() > MOST_NAMES {
            let more = format!("and {} more", named.len() - MOST_NAMES);
            canvas.text((start, y + LEGEND_ROW), &more, Style::NOTE, Align::Start);
            y += LEGEND_ROW;
        }
        if named.is_empty() { top - LEGEND_ROW / 2.0 } else { y + LEGEND_ROW / 2.0 }
    }
}
