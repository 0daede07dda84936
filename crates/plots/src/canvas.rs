//! A white sheet to draw on.

use image::RgbImage;
use tiny_skia::{FillRule, Mask, Paint, PathBuilder, Pixmap, Rect, Stroke, StrokeDash, Transform};

use crate::palette::Color;

/// Coordinates are pixels from the upper left corner; what lies outside is not drawn.
pub(crate) struct Canvas {
    pixmap: Pixmap,
}

/// How a line looks: an empty `dash` is a solid line.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Pen {
    pub(crate) color: Color,
    pub(crate) width: f32,
    pub(crate) dash: &'static [f32],
}

/// Left, top, width, height.
pub(crate) type Area = [f32; 4];

impl Canvas {
    /// Sides are kept within 1 and 16384 pixels, a gigabyte at most.
    pub(crate) fn new(width: f32, height: f32) -> Canvas {
        let side = |length: f32| (length.ceil() as u32).clamp(1, 16384);
        let mut pixmap = Pixmap::new(side(width), side(height)).expect("both sides are within tiny-skia's bounds");
        pixmap.fill(tiny_skia::Color::WHITE);
        Canvas { pixmap }
    }

    /// A rectangle with sharp edges.
    pub(crate) fn fill(&mut self, [x, y, width, height]: Area, color: Color) {
        let (left, top) = (x.round(), y.round());
        let sides = ((x + width).round() - left, (y + height).round() - top);
        if let Some(rect) = Rect::from_xywh(left, top, sides.0, sides.1) {
            self.pixmap.fill_rect(rect, &paint(color, false), Transform::identity(), None);
        }
    }

    /// The border of a rectangle, drawn inside it.
    pub(crate) fn frame(&mut self, [x, y, width, height]: Area, thick: f32, color: Color) {
        self.fill([x, y, width, thick], color);
        self.fill([x, y + height - thick, width, thick], color);
        self.fill([x, y, thick, height], color);
        self.fill([x + width - thick, y, thick, height], color);
    }

    /// A line through the points; `clip` confines it to a mask of [`Canvas::window`].
    pub(crate) fn line(&mut self, points: &[(f32, f32)], pen: Pen, clip: Option<&Mask>) {
        self.stroke(points, pen, 1.0, clip);
    }

    /// A line whose pen, dashes included, is `unit` times as large.
    pub(crate) fn stroke(&mut self, points: &[(f32, f32)], pen: Pen, unit: f32, clip: Option<&Mask>) {
        let mut path = PathBuilder::new();
        for (number, &(x, y)) in points.iter().enumerate() {
            if number == 0 {
                path.move_to(x, y);
            } else {
                path.line_to(x, y);
            }
        }
        let stroke = Stroke {
            width: pen.width * unit,
            line_cap: tiny_skia::LineCap::Round,
            line_join: tiny_skia::LineJoin::Round,
            dash: StrokeDash::new(pen.dash.iter().map(|length| length * unit).collect(), 0.0),
            ..Stroke::default()
        };
        if let Some(path) = path.finish() {
            self.pixmap.stroke_path(&path, &paint(pen.color, true), &stroke, Transform::identity(), clip);
        }
    }

    pub(crate) fn dot(&mut self, at: (f32, f32), radius: f32, color: Color) {
        self.sheer_dot(at, radius, color, 1.0);
    }

    /// A dot that lets what lies below shine through: 0 is not seen, 1 covers.
    pub(crate) fn sheer_dot(&mut self, (x, y): (f32, f32), radius: f32, color: Color, cover: f32) {
        if let Some(path) = PathBuilder::from_circle(x, y, radius) {
            let mut paint = paint(color, true);
            paint.set_color_rgba8(color[0], color[1], color[2], (255.0 * cover.clamp(0.0, 1.0)).round() as u8);
            self.pixmap.fill_path(&path, &paint, FillRule::Winding, Transform::identity(), None);
        }
    }

    /// A mask that lets only this rectangle be drawn on.
    pub(crate) fn window(&self, [x, y, width, height]: Area) -> Option<Mask> {
        let mut mask = Mask::new(self.pixmap.width(), self.pixmap.height())?;
        let path = PathBuilder::from_rect(Rect::from_xywh(x, y, width, height)?);
        mask.fill_path(&path, FillRule::Winding, false, Transform::identity());
        Some(mask)
    }

    pub(crate) fn paste(&mut self, picture: &RgbImage, left: f32, top: f32) {
        for (x, y, pixel) in picture.enumerate_pixels() {
            self.blend(left.round() as i32 + x as i32, top.round() as i32 + y as i32, pixel.0, 1.0);
        }
    }

    pub(crate) fn into_picture(self) -> RgbImage {
        let pixels = self.pixmap.pixels();
        RgbImage::from_fn(self.pixmap.width(), self.pixmap.height(), |x, y| {
            let pixel = pixels[(y * self.pixmap.width() + x) as usize];
            image::Rgb([pixel.red(), pixel.green(), pixel.blue()])
        })
    }

    /// Mixes the colour into a pixel: 0 leaves it as it is, 1 covers it.
    pub(crate) fn blend(&mut self, x: i32, y: i32, color: Color, coverage: f32) {
        let (width, height) = (self.pixmap.width() as i32, self.pixmap.height() as i32);
        if !(0..width).contains(&x) || !(0..height).contains(&y) {
            return;
        }
        let start = 4 * (y as usize * width as usize + x as usize);
        for (level, target) in self.pixmap.data_mut()[start..start + 3].iter_mut().zip(color) {
            let from = f32::from(*level);
            *level = (from + (f32::from(target) - from) * coverage.clamp(0.0, 1.0)).round() as u8;
        }
    }
}

impl Pen {
    pub(crate) const fn solid(color: Color, width: f32) -> Pen {
        Pen { color, width, dash: &[] }
    }
}

fn paint(color: Color, anti_alias: bool) -> Paint<'static> {
    let mut paint = Paint { anti_alias, ..Paint::default() };
    paint.set_color_rgba8(color[0], color[1], color[2], 255);
    paint
}
