//! Parts of an animal: colour, marks, hair, shading and a rim.

use tiny_skia::{
    FillRule, GradientStop, LinearGradient, Mask, PathBuilder, Point, Rect, Shader, SpreadMode, Stroke, Transform,
};

use super::super::chance::Chance;
use super::canvas::paint;
use super::{Canvas, Extent, Outline, Tint};

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
    /// Whether it has a dark rim and full shading; soft parts melt into what they lie on.
    pub firm: bool,
}

impl Canvas {
    /// A part of an animal: colour, marks, hair, light from one side and a dark rim.
    pub fn part(&mut self, shape: &Outline, skin: &Skin, chance: &mut Chance) {
        let edge = shape.furry(skin.tuft, chance);
        let Some(path) = edge.path().and_then(|path| path.transform(self.place)) else {
            return;
        };
        self.fill_path(&path, Shader::SolidColor(skin.tint.color(1.0)), None);
        // Marks, hair and shade lie inside, and the rim is half a pixel of shadow.
        self.trace(&path, 1.0);
        let Some(mut inside) = Mask::new(self.pixmap.width(), self.pixmap.height()) else {
            return;
        };
        inside.fill_path(&path, FillRule::Winding, true, Transform::identity());
        for mark in &skin.marks {
            let furry = mark.shape.furry(0.5 * skin.tuft, chance);
            if let Some(patch) = furry.path().and_then(|patch| patch.transform(self.place)) {
                self.fill_path(&patch, Shader::SolidColor(mark.tint.color(mark.alpha)), Some(&inside));
            }
        }
        self.hair(shape.extent(), skin, &inside, chance);
        if let Some(shade) = self.shade(path.bounds(), if skin.firm { 1.0 } else { 0.55 }) {
            self.fill_path(&path, shade, None);
        }
        let rim = Stroke { width: 0.9, ..Stroke::default() };
        let dark = paint(Shader::SolidColor(skin.tint.darker(0.75).color(if skin.firm { 0.34 } else { 0.1 })));
        self.pixmap.stroke_path(&path, &dark, &rim, Transform::identity(), None);
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
                let stroke = Stroke { width: 0.035, ..Stroke::default() };
                let colour = paint(Shader::SolidColor(tint.color(0.20 + 0.6 * skin.tuft)));
                self.pixmap.stroke_path(&path, &colour, &stroke, self.place, Some(inside));
            }
        }
    }

    /// Bright on the side of the light, dark on the other by `strength`, over the pixels of `bounds`.
    fn shade(&self, bounds: Rect, strength: f32) -> Option<Shader<'static>> {
        let (x, y) = (f32::midpoint(bounds.left(), bounds.right()), f32::midpoint(bounds.top(), bounds.bottom()));
        let (dx, dy) = (self.light.0 * bounds.width() / 2.0, self.light.1 * bounds.height() / 2.0);
        let stops = vec![
            GradientStop::new(0.0, Tint::WHITE.color(0.24 * strength)),
            GradientStop::new(0.42, Tint::WHITE.color(0.0)),
            GradientStop::new(0.5, Tint::BLACK.color(0.0)),
            GradientStop::new(1.0, Tint::BLACK.color(0.36 * strength)),
        ];
        LinearGradient::new(
            Point::from_xy(x + dx, y + dy),
            Point::from_xy(x - dx, y - dy),
            stops,
            SpreadMode::Pad,
            Transform::identity(),
        )
    }
}
