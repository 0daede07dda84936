//! Text on a canvas.

use crate::canvas::Canvas;
use crate::text::Style;

/// Which part of a text stands at the place given for it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Align {
    Start,
    Middle,
    End,
}

impl Canvas {
    /// Text whose capitals are centred on the height `y`.
    pub(crate) fn text(&mut self, (x, y): (f32, f32), text: &str, style: Style, align: Align) {
        let left = (x - before(text, style, align)).round() as i32;
        let baseline = (y + 0.36 * style.size).round() as i32;
        style.cover(text, |x, y, coverage| {
            self.blend(left + x, baseline + y, style.color, coverage);
        });
    }

    /// Text that reads upwards, its capitals centred on `x`.
    pub(crate) fn upward_text(&mut self, (x, y): (f32, f32), text: &str, style: Style, align: Align) {
        let bottom = (y + before(text, style, align)).round() as i32;
        let baseline = (x + 0.36 * style.size).round() as i32;
        style.cover(text, |x, y, coverage| {
            self.blend(baseline + y, bottom - x, style.color, coverage);
        });
    }
}

/// How much of the text lies before the place given for it.
fn before(text: &str, style: Style, align: Align) -> f32 {
    match align {
        Align::Start => 0.0,
        Align::Middle => style.width(text) / 2.0,
        Align::End => style.width(text),
    }
}
