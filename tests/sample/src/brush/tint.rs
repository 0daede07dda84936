//! Colours as the painter thinks of them.

use tiny_skia::Color;

use super::super::chance::Chance;

/// An sRGB colour, each part in 0..1.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Tint {
    r: f32,
    g: f32,
    b: f32,
}

impl Tint {
    pub const WHITE: Self = Self::hex(0x00FF_FFFF);
    pub const BLACK: Self = Self::hex(0x0010_0D0C);

    /// The colour that a web page writes as `#rrggbb`.
    pub const fn hex(rgb: u32) -> Self {
        Self {
            r: ((rgb >> 16) & 255) as f32 / 255.0,
            g: ((rgb >> 8) & 255) as f32 / 255.0,
            b: (rgb & 255) as f32 / 255.0,
        }
    }

    /// The mixture with `t` parts of `other` and `1 - t` of this.
    pub fn mix(self, other: Self, t: f32) -> Self {
        let part = |a: f32, b: f32| (a + (b - a) * t).clamp(0.0, 1.0);
        Self { r: part(self.r, other.r), g: part(self.g, other.g), b: part(self.b, other.b) }
    }

    pub fn lighter(self, t: f32) -> Self {
        self.mix(Self::WHITE, t)
    }

    pub fn darker(self, t: f32) -> Self {
        self.mix(Self::BLACK, t)
    }

    /// A neighbour of this colour: brightness moves by up to `amount`, every channel by a third of it.
    pub fn near(self, amount: f32, chance: &mut Chance) -> Self {
        let all = chance.bell(-amount, amount);
        let mut part = |a: f32| (a + all + chance.bell(-amount, amount) / 3.0).clamp(0.0, 1.0);
        Self { r: part(self.r), g: part(self.g), b: part(self.b) }
    }

    /// Any colour of medium strength, for things that say nothing about the animal.
    pub fn any(chance: &mut Chance) -> Self {
        let grey = chance.range(0.15, 0.9);
        let mut part = || (grey + chance.bell(-0.35, 0.35)).clamp(0.0, 1.0);
        Self { r: part(), g: part(), b: part() }
    }

    pub fn color(self, alpha: f32) -> Color {
        Color::from_rgba(self.r, self.g, self.b, alpha.clamp(0.0, 1.0)).unwrap_or(Color::TRANSPARENT)
    }
}
