//! The canvas: flat shapes, lines, glows, and parts of an animal with fur, marks and shading.

use tiny_skia::{
    FillRule, GradientStop, LineCap, LinearGradient, Mask, Paint, Path, PathBuilder, Pixmap, Point,
    RadialGradient, Rect, Shader, SpreadMode, Stroke, Transform,
};

use super::super::chance::Chance;
use super::{Extent, Outline, Spot, Tint};

/// A picture in the making.
pub struct Canvas {
    pixmap: Pixmap,
    /// From the units of what is being drawn to pixels.
    place: Transform,
    /// The direction from which light falls, in the picture.
    light: Spot,
}

/// A patch of another colour inside a part.
#[derive(Debug, Clone)]
pub struct Mark {
    pub shape: Outline,
    pub tint: Tint,
    pub alpha: f32,
}

/// How the surface of a part looks.
#[derive(Debug, Clone)]
pub struct Skin {
    pub tint: Tint,
    pub marks: Vec<Mark>,
    /// Length of the hair at the edge, in head radii.
    pub tuft: f32,
}

impl Canvas {
    /// A transparent canvas; `None` where a side is 0.
    pub fn new(width: u32, height: u32, light: Spot) -> Option<Self> {
        Some(Self {
            pixmap: Pixmap::new(width, height)?,
            place: Transform::identity(),
            light,
        })
    }

    pub fn width(&self) -> f32 {
        self.pixmap.width() as f32
    }

    pub fn height(&self) -> f32 {
        self.pixmap.height() as f32
    }

    /// The colours painted so far, as opaque RGB triples, row by row.
    pub fn colours(&self) -> impl Iterator<Item = [u8; 3]> {
        self.pixmap
            .pixels()
            .iter()
            .map(|p| [p.red(), p.green(), p.blue()])
    }

    /// The units in force: their map to pixels.
    pub fn place(&self) -> Transform {
        self.place
    }

    /// Draws in other units from here on.
    pub fn move_to(&mut self, place: Transform) {
        self.place = place;
    }

    /// Fills a shape with one colour.
    pub fn fill(&mut self, shape: &Outline, tint: Tint, alpha: f32) {
        if let Some(path) = shape.path().and_then(|path| path.transform(self.place)) {
            self.fill_path(&path, Shader::SolidColor(tint.color(alpha)), None);
        }
    }

    /// Fills a shape with a colour that fades from `from` at the top to `to` at the bottom.
    pub fn fade(&mut self, shape: &Outline, from: Tint, to: Tint) {
        let extent = shape.extent();
        let ends = [
            Point::from_xy(0.0, extent.top),
            Point::from_xy(0.0, extent.bottom.max(extent.top + 0.01)),
        ];
        let stops = vec![
            GradientStop::new(0.0, from.color(1.0)),
            GradientStop::new(1.0, to.color(1.0)),
        ];
        let shader = LinearGradient::new(ends[0], ends[1], stops, SpreadMode::Pad, self.place);
        if let (Some(shader), Some(path)) = (
            shader,
            shape.path().and_then(|path| path.transform(self.place)),
        ) {
            self.fill_path(&path, shader, None);
        }
    }

    /// A soft round spot of light or shadow.
    pub fn glow(&mut self, (x, y): Spot, (rx, ry): Spot, tint: Tint, alpha: f32) {
        let stops = vec![
            GradientStop::new(0.0, tint.color(alpha)),
            GradientStop::new(1.0, tint.color(0.0)),
        ];
        let squash = self
            .place
            .pre_concat(Transform::from_row(rx, 0.0, 0.0, ry, x, y));
        let centre = Point::from_xy(0.0, 0.0);
        let shader = RadialGradient::new(centre, 0.0, centre, 1.0, stops, SpreadMode::Pad, squash);
        if let (Some(shader), Some(path)) = (
            shader,
            Outline::egg(x, y, rx, ry)
                .path()
                .and_then(|path| path.transform(self.place)),
        ) {
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
                    path.move_to(x, y)
                } else {
                    path.line_to(x, y)
                }
            }
        }
        if let Some(path) = path.finish() {
            let stroke = Stroke {
                width,
                line_cap: LineCap::Round,
                ..Stroke::default()
            };
            self.pixmap.stroke_path(
                &path,
                &paint(Shader::SolidColor(tint.color(alpha))),
                &stroke,
                self.place,
                None,
            );
        }
    }

    /// A part of an animal: colour, marks, hair, light from one side and a dark rim.
    pub fn part(&mut self, shape: &Outline, skin: &Skin, chance: &mut Chance) {
        let edge = shape.furry(skin.tuft, chance);
        let Some(path) = edge.path().and_then(|path| path.transform(self.place)) else {
            return;
        };
        self.fill_path(&path, Shader::SolidColor(skin.tint.color(1.0)), None);
        let Some(mut inside) = Mask::new(self.pixmap.width(), self.pixmap.height()) else {
            return;
        };
        inside.fill_path(&path, FillRule::Winding, true, Transform::identity());
        for mark in &skin.marks {
            let furry = mark.shape.furry(0.5 * skin.tuft, chance);
            if let Some(patch) = furry.path().and_then(|patch| patch.transform(self.place)) {
                self.fill_path(
                    &patch,
                    Shader::SolidColor(mark.tint.color(mark.alpha)),
                    Some(&inside),
                );
            }
        }
        self.hair(shape.extent(), skin, &inside, chance);
        if let Some(shade) = self.shade(path.bounds()) {
            self.fill_path(&path, shade, None);
        }
        let rim = Stroke {
            width: 0.9,
            ..Stroke::default()
        };
        let dark = paint(Shader::SolidColor(skin.tint.darker(0.75).color(0.34)));
        self.pixmap
            .stroke_path(&path, &dark, &rim, Transform::identity(), None);
    }

    /// Light and dark hairs that fall away from the middle of the part.
    fn hair(&mut self, area: Extent, skin: &Skin, inside: &Mask, chance: &mut Chance) {
        let count = (area.width() * area.height() * 16.0).clamp(6.0, 110.0) as usize;
        let middle = area.at(0.5, 0.3);
        let length = 0.1 + 0.9 * skin.tuft;
        for tint in [skin.tint.lighter(0.4), skin.tint.darker(0.45)] {
            let mut hairs = PathBuilder::new();
            for _ in 0..count {
                let (x, y) = area.at(chance.uniform(), chance.uniform());
                let dx = (x - middle.0).clamp(-1.0, 1.0) * 0.6 + chance.range(-0.25, 0.25);
                let reach = length * chance.range(0.5, 1.3);
                hairs.move_to(x, y);
                hairs.line_to(x + dx * reach, y + reach);
            }
            if let Some(path) = hairs.finish() {
                let stroke = Stroke {
                    width: 0.035,
                    ..Stroke::default()
                };
                let colour = paint(Shader::SolidColor(tint.color(0.20 + 0.6 * skin.tuft)));
                self.pixmap
                    .stroke_path(&path, &colour, &stroke, self.place, Some(inside));
            }
        }
    }

    /// Bright on the side of the light, dark on the other, over the pixels of `bounds`.
    fn shade(&self, bounds: Rect) -> Option<Shader<'static>> {
        let (x, y) = (
            f32::midpoint(bounds.left(), bounds.right()),
            f32::midpoint(bounds.top(), bounds.bottom()),
        );
        let (dx, dy) = (
            self.light.0 * bounds.width() / 2.0,
            self.light.1 * bounds.height() / 2.0,
        );
        let stops = vec![
            GradientStop::new(0.0, Tint::WHITE.color(0.24)),
            GradientStop::new(0.42, Tint::WHITE.color(0.0)),
            GradientStop::new(0.5, Tint::BLACK.color(0.0)),
            GradientStop::new(1.0, Tint::BLACK.color(0.36)),
        ];
        LinearGradient::new(
            Point::from_xy(x + dx, y + dy),
            Point::from_xy(x - dx, y - dy),
            stops,
            SpreadMode::Pad,
            Transform::identity(),
        )
    }

    fn fill_path(&mut self, path: &Path, shader: Shader<'_>, inside: Option<&Mask>) {
        self.pixmap.fill_path(
            path,
            &paint(shader),
            FillRule::Winding,
            Transform::identity(),
            inside,
        );
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
        let line: Vec<u32> = (0..count)
            .map(|i| u32::from(data[channel + i * stride]))
            .collect();
        for i in 0..count {
            let window = &line[i.saturating_sub(radius)..(i + radius + 1).min(count)];
            data[channel + i * stride] = (window.iter().sum::<u32>() / window.len() as u32) as u8;
        }
    }
}

fn paint(shader: Shader<'_>) -> Paint<'_> {
    Paint {
        shader,
        anti_alias: true,
        ..Paint::default()
    }
}
