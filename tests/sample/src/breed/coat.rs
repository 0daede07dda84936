//! Coats: which colour a part of the body has.

use super::super::brush::Tint;
use super::super::chance::Chance;

/// A part of the body as far as colour goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    Skull,
    Muzzle,
    Ear,
    Ruff,
    /// The trunk from the side.
    Side,
    /// The chest and belly from the front.
    Front,
    Neck,
    Thigh,
    Leg,
    Paw,
    Tail,
    TailTip,
}

/// How the three colours of a coat lie on the animal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pattern {
    Plain,
    /// Dark rings and dots, bars on legs and tail.
    Spots,
    /// Dark bars everywhere.
    Stripes,
    /// Dark face, ears, legs and tail, at times with white paws.
    Points {
        gloves: bool,
    },
    /// Dark back, tan head, white front and feet.
    Saddle,
    /// Dark muzzle and ears.
    Mask,
    /// Pale cheeks, chest, belly and feet.
    Underside,
}

/// The colours of one animal.
#[derive(Debug, Clone)]
pub struct Coat {
    pub base: Tint,
    pub second: Tint,
    pub third: Tint,
    pub pattern: Pattern,
    /// How much of the animal the pattern covers, 0 little to 1 much.
    pub spread: f32,
}

impl Coat {
    pub fn new(base: u32, second: u32, third: u32, pattern: Pattern, chance: &mut Chance) -> Self {
        Self {
            base: Tint::hex(base).near(0.1, chance),
            second: Tint::hex(second).near(0.08, chance),
            third: Tint::hex(third).near(0.06, chance),
            pattern,
            spread: chance.bell(0.0, 1.0),
        }
    }

    /// The main colour of a part.
    pub fn tint(&self, part: Part) -> Tint {
        let light = self.base.lighter(0.25);
        match (self.pattern, part) {
            (Pattern::Points { gloves: true } | Pattern::Underside, Part::Paw)
            | (Pattern::Underside | Pattern::Spots | Pattern::Stripes, Part::Muzzle)
            | (Pattern::Saddle, Part::Muzzle | Part::Front | Part::Ruff | Part::Leg | Part::Paw | Part::TailTip) => {
                self.third
            }
            (Pattern::Points { .. }, Part::Ear | Part::Tail | Part::TailTip | Part::Paw)
            | (Pattern::Saddle, Part::Skull | Part::Thigh | Part::Neck)
            | (Pattern::Mask, Part::Muzzle | Part::Ear)
            | (Pattern::Spots | Pattern::Stripes, Part::TailTip) => self.second,
            (Pattern::Points { .. }, Part::Leg) => self.base.mix(self.second, 0.35 + 0.5 * self.spread),
            (Pattern::Points { .. }, Part::Muzzle) => self.second.lighter(0.08),
            (Pattern::Saddle, Part::Ear) => self.second.darker(0.12),
            (Pattern::Underside, Part::Front | Part::Ruff) => self.base.mix(self.third, 0.35),
            (Pattern::Underside, Part::Leg) => self.base.mix(self.third, 0.3 + 0.4 * self.spread),
            (Pattern::Spots | Pattern::Stripes, Part::Front) => light,
            (Pattern::Plain, Part::Muzzle | Part::Front) => self.base.lighter(0.08),
            _ => self.base,
        }
    }
}
