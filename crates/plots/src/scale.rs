//! The bars that say what the colours of a matrix mean.

use crate::canvas::Canvas;
use crate::lettering::Align;
use crate::palette::{Color, GRID};
use crate::text::Style;

/// A bar from `low` to `high`.
pub(crate) struct Scale {
    pub(crate) name: &'static str,
    pub(crate) low: String,
    pub(crate) high: String,
    pub(crate) color: fn(f32) -> Color,
}

const SCALE_WIDTH: f32 = 120.0;

/// Side by side from the left, centred on the height `y`.
pub(crate) fn draw_scales(canvas: &mut Canvas, scales: &[Scale], (mut x, y): (f32, f32)) {
    for scale in scales {
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

impl Scale {
    /// Of the bar, its texts and the gap to the next one.
    pub(crate) fn width(&self) -> f32 {
        let texts = Style::LABEL.width(self.name) + Style::NOTE.width(&self.low) + Style::NOTE.width(&self.high);
        texts + SCALE_WIDTH + 24.0 + 28.0
    }
}
