//! The canvas: flat shapes, lines, glows and blur.

use tiny_skia::{
    FillRule, GradientStop, LineCap, LinearGradient, Mask, Paint, Path, PathBuilder, Pixmap, Point, RadialGradient,
    Shader, SpreadMode, Stroke, Transform,
};

use super::{Layer, Outline, Spot, Tint};

/// A picture in the making.
pub struct Canvas {
    pub(super) pixmap: Pixmap,
    /// The animal alone, in flat inks.
    pub(super) figure: Pixmap,
    /// What the shapes being drawn belong to.
    pub(super) layer: Layer,
    /// From the units of what is being drawn to pixels.
    pub(super) place: Transform,
    /// The direction from which light falls, in the picture.
    pub(super) light: Spot,
}

impl Canvas {
    /// A transparent canvas that paints [`Layer::Behind`]; `None` where a side is 0.
    pub fn new(width: u32, height: u32, light: Spot) -> Option<Self> {
        let (pixmap, figure) = (Pixmap::new(width, height)?, Pixmap::new(width, height)?);
        Some(Self { pixmap, figure, layer: Layer::Behind, place: Transform::identity(), light })
    }

    pub fn width(&self) -> f32 {
        self.pixmap.width() as f32
    }

    pub fn height(&self) -> f32 {
        self.pixmap.height() as f32
    }

    /// The colours painted so far, as opaque RGB triples, row by row.
    pub fn colours(&self) -> impl Iterator<Item = [u8; 3]> {
        self.pixmap.pixels().iter().map(|p| [p.red(), p.green(), p.blue()])
    }

    /// The units in force: their map to pixels.
    pub fn place(&self) -> Transform {
        self.place
    }

    /// Where a point in the units in force is in the picture, in pixels; (0, 0) is the outer corner of the first one.
    pub fn spot(&self, (x, y): Spot) -> Spot {
        let mut point = Point::from_xy(x, y);
        self.place.map_point(&mut point);
        (point.x, point.y)
    }

    /// Draws in other units from here on.
    pub fn move_to(&mut self, place: Transform) {
        self.place = place;
    }

    /// Fills a shape with one colour.
    pub fn fill(&mut self, shape: &Outline, tint: Tint, alpha: f32) {
        if let Some(path) = shape.path().and_then(|path| path.transform(self.place)) {
            self.fill_path(&path, Shader::SolidColor(tint.color(alpha)), None);
            self.trace(&path, alpha);
        }
    }

    /// Fills a shape with a colour that fades from `from` at the top to `to` at the bottom.
    pub fn fade(&mut self, shape: &Outline, from: Tint, to: Tint) {
        let extent = shape.extent();
        let ends = [Point::from_xy(0.0, extent.top), Point::from_xy(0.0, extent.bottom.max(extent.top + 0.01))];
        let stops = vec![GradientStop::new(0.0, from.color(1.0)), GradientStop::new(1.0, to.color(1.0))];
        let shader = LinearGradient::new(ends[0], ends[1], stops, SpreadMode::Pad, self.place);
        if let (Some(shader), Some(path)) = (shader, shape.path().and_then(|path| path.transform(self.place))) {
            self.fill_path(&path, shader, None);
            self.trace(&path, 1.0);
        }
    }

    /// A soft round spot of light or shadow; it hides nothing.
    pub fn glow(&mut self, (x, y): Spot, (rx, ry): Spot, tint: Tint, alpha: f32) {
        let stops = vec![GradientStop::new(0.0, tint.color(alpha)), GradientStop::new(1.0, tint.color(0.0))];
        let squash = self.place.pre_concat(Transform::from_row(rx, 0.0, 0.0, ry, x, y));
        let centre = Point::from_xy(0.0, 0.0);
        let shader = RadialGradient::new(centre, 0.0, centre, 1.0, stops, SpreadMode::Pad, squash);
        if let (Some(shader), Some(path)) =
            (shader, Outline::egg(x, y, rx, ry).path().and_then(|path| path.transform(self.place)))
        {
            self.fill_path(&path, shader, None);
        }
    }

    /// A line through `points` with round ends.
    pub fn line(&mut self, points: &[Spot], tint: Tint, alpha: f32, width: f32) {
        self.lines(&[points], tint, alpha, width);
    }

    /// Several lines of one colour and width.
    pub fn lines(&mut self, lines: &[&[Spot]], tint: Tint, alpha: f32, width: f32) {
        let mut path = PathBuilder::new();
        for line in lines {
            for (i, &(x, y)) in line.iter().enumerate() {
                if i == 0 {
                    path.move_to(x, y);
                } else {
                    path.line_to(x, y);
                }
            }
        }
        if let Some(path) = path.finish() {
            let stroke = Stroke { width, line_cap: LineCap::Round, ..Stroke::default() };
            self.pixmap.stroke_path(&path, &paint(Shader::SolidColor(tint.color(alpha))), &stroke, self.place, None);
            self.trace_line(&path, &stroke, alpha);
        }
    }

    pub(super) fn fill_path(&mut self, path: &Path, shader: Shader<'_>, inside: Option<&Mask>) {
        self.pixmap.fill_path(path, &paint(shader), FillRule::Winding, Transform::identity(), inside);
    }

    /// Softens all that is painted so far, as a lens does with what is out of focus: `radius` pixels, twice.
    pub fn soften(&mut self, radius: usize) {
        if radius == 0 {
            return;
        }
        let (width, height) = (self.pixmap.width() as usize, self.pixmap.height() as usize);
        for _ in 0..2 {
            let data = self.pixmap.data_mut();
            for y in 0..height {
                smear(data, y * width * 4, 4, width, radius);
            }
            for x in 0..width {
                smear(data, x * 4, width * 4, height, radius);
            }
        }
    }
}

/// A moving mean over `count` pixels that lie `stride` bytes apart.
fn smear(data: &mut [u8], start: usize, stride: usize, count: usize, radius: usize) {
    for channel in start..start + 4 {
        let line: Vec<u32> = (0..count).map(|i| u32::from(data[channel + i * stride])).collect();
        for i in 0..count {
            let window = &line[i.saturating_sub(radius)..(i + radius + 1).min(count)];
            data[channel + i * stride] = (window.iter().sum::<u32>() / window.len() as u32) as u8;
        }
    }
}

pub(super) fn paint(shader: Shader<'_>) -> Paint<'_> {
    Paint { shader, anti_alias: true, ..Paint::default() }
}
