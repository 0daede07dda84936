//! The figure: which pixels show the animal, painted along with the picture in flat inks of its own.

use tiny_skia::{Color, FillRule, Path, Shader, Stroke, Transform};

use super::Canvas;
use super::canvas::paint;

/// What the shapes that are painted belong to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Layer {
    /// The place and what stands behind the animal, and what is too thin to count: whiskers, blades of grass. No trace in the figure.
    Behind,
    /// The animal without its head.
    Body,
    /// Its head.
    Head,
    /// What stands before the animal and hides it.
    Before,
}

impl Layer {
    /// Red is what belongs to the animal, green what belongs to its head. Inks cover each other as the paints of the picture do,
    /// so a channel is the share of a pixel that is seen of it.
    fn ink(self, alpha: f32) -> Option<Shader<'static>> {
        let (red, green) = match self {
            Self::Behind => return None,
            Self::Body => (1.0, 0.0),
            Self::Head => (1.0, 1.0),
            Self::Before => (0.0, 0.0),
        };
        Color::from_rgba(red, green, 0.0, alpha.clamp(0.0, 1.0)).map(Shader::SolidColor)
    }
}

impl Canvas {
    /// What is painted from here on belongs to `layer`; returns what it belonged to before.
    pub fn enter(&mut self, layer: Layer) -> Layer {
        std::mem::replace(&mut self.layer, layer)
    }

    /// Which pixels show the animal, by more than half; row by row.
    pub fn animal(&self) -> Vec<bool> {
        self.figure.pixels().iter().map(|pixel| pixel.red() > 127).collect()
    }

    /// Which pixels show its head, by more than half; row by row.
    pub fn head(&self) -> Vec<bool> {
        self.figure.pixels().iter().map(|pixel| pixel.green() > 127).collect()
    }

    /// The figure of a filled shape, in pixels.
    pub(super) fn trace(&mut self, path: &Path, alpha: f32) {
        if let Some(ink) = self.layer.ink(alpha) {
            self.figure.fill_path(path, &paint(ink), FillRule::Winding, Transform::identity(), None);
        }
    }

    /// The figure of a line, in the units in force.
    pub(super) fn trace_line(&mut self, path: &Path, stroke: &Stroke, alpha: f32) {
        if let Some(ink) = self.layer.ink(alpha) {
            self.figure.stroke_path(path, &paint(ink), stroke, self.place, None);
        }
    }
}
