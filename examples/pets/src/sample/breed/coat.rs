//! Coats: which colour a part of the body has, and the marks on it.

use super::super::brush::{Extent, Mark, Outline, Skin, Tint};
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
    spread: f32,
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
            (Pattern::Points { gloves: true }, Part::Paw) => self.third,
            (Pattern::Points { .. }, Part::Ear | Part::Tail | Part::TailTip | Part::Paw) => {
                self.second
            }
            (Pattern::Points { .. }, Part::Leg) => {
                self.base.mix(self.second, 0.35 + 0.5 * self.spread)
            }
            (Pattern::Points { .. }, Part::Muzzle) => self.second.lighter(0.08),
            (Pattern::Saddle, Part::Skull | Part::Thigh) => self.second,
            (Pattern::Saddle, Part::Ear) => self.second.darker(0.12),
            (
                Pattern::Saddle,
                Part::Muzzle | Part::Front | Part::Ruff | Part::Leg | Part::Paw | Part::TailTip,
            ) => self.third,
            (Pattern::Mask, Part::Muzzle | Part::Ear) => self.second,
            (Pattern::Underside, Part::Muzzle | Part::Paw) => self.third,
            (Pattern::Underside, Part::Front | Part::Ruff) => self.base.mix(self.third, 0.35),
            (Pattern::Underside, Part::Leg) => self.base.mix(self.third, 0.3 + 0.4 * self.spread),
            (Pattern::Spots | Pattern::Stripes, Part::Muzzle) => self.third,
            (Pattern::Spots | Pattern::Stripes, Part::Front) => light,
            (Pattern::Spots | Pattern::Stripes, Part::TailTip) => self.second,
            (Pattern::Plain, Part::Muzzle | Part::Front) => self.base.lighter(0.08),
            _ => self.base,
        }
    }

    /// Colour, marks and hair of a part that fills `area`; `tuft` is the length of its hair.
    pub fn skin(&self, part: Part, area: Extent, tuft: f32, chance: &mut Chance) -> Skin {
        let mut marks = Vec::new();
        match (self.pattern, part) {
            (Pattern::Spots, Part::Side | Part::Front | Part::Thigh) => {
                self.rosettes(area, &mut marks, chance)
            }
            (Pattern::Stripes, Part::Side | Part::Front | Part::Thigh) => {
                self.bars(area, true, &mut marks, chance)
            }
            (Pattern::Spots | Pattern::Stripes, Part::Leg | Part::Tail) => {
                self.bars(area, area.width() > area.height(), &mut marks, chance);
            }
            (Pattern::Spots | Pattern::Stripes, Part::Skull) => {
                self.forehead(area, &mut marks, chance)
            }
            (Pattern::Points { .. }, Part::Skull) => {
                let reach = 0.55 + 0.45 * self.spread;
                cloud(
                    area,
                    (0.5, 0.66),
                    (0.42 * reach, 0.5 * reach),
                    self.second,
                    0.3,
                    &mut marks,
                );
            }
            (Pattern::Points { .. }, Part::Side) => {
                cloud(
                    area,
                    (0.3, 0.1),
                    (0.6, 0.4),
                    self.second,
                    0.05 + 0.08 * self.spread,
                    &mut marks,
                );
            }
            (Pattern::Saddle, Part::Skull) => {
                let wide = 0.05 + 0.2 * self.spread;
                let (top, bottom) = (area.at(0.5, 0.0), area.at(0.5, 1.0));
                let blaze = Outline::limb(top, bottom, (wide * 0.7, wide * 2.2));
                marks.push(Mark {
                    shape: blaze,
                    tint: self.third,
                    alpha: 0.95,
                });
            }
            (Pattern::Saddle, Part::Side) => self.saddle(area, &mut marks, chance),
            (Pattern::Saddle, Part::Front) => {
                for side in [-0.05, 1.05] {
                    let patch = egg(area, (side, 0.35), (0.12 + 0.3 * self.spread, 0.6));
                    marks.push(Mark {
                        shape: patch,
                        tint: self.base,
                        alpha: 0.95,
                    });
                }
            }
            (Pattern::Mask, Part::Skull) => {
                cloud(
                    area,
                    (0.5, 0.7),
                    (0.3 + 0.2 * self.spread, 0.4),
                    self.second,
                    0.28,
                    &mut marks,
                );
            }
            (Pattern::Underside, Part::Skull) => {
                for side in [0.14, 0.86] {
                    cloud(area, (side, 0.82), (0.3, 0.34), self.third, 0.4, &mut marks);
                }
                for side in [0.34, 0.66] {
                    marks.push(Mark {
                        shape: egg(area, (side, 0.28), (0.08, 0.05)),
                        tint: self.third,
                        alpha: 0.75,
                    });
                }
            }
            (Pattern::Underside, Part::Side) => {
                let belly = egg(area, (0.6, 1.0), (0.6, 0.22 + 0.2 * self.spread));
                marks.push(Mark {
                    shape: belly,
                    tint: self.third,
                    alpha: 0.9,
                });
            }
            (Pattern::Underside, Part::Front) => {
                cloud(area, (0.5, 0.4), (0.4, 0.5), self.third, 0.45, &mut marks);
            }
            _ => {}
        }
        Skin {
            tint: self.tint(part),
            marks,
            tuft,
        }
    }

    fn rosettes(&self, area: Extent, marks: &mut Vec<Mark>, chance: &mut Chance) {
        let step = 0.3 + 0.22 * (1.0 - self.spread);
        let (columns, rows) = (
            (area.width() / step) as usize,
            (area.height() / step) as usize,
        );
        for (column, row) in (0..=columns).flat_map(|c| (0..=rows).map(move |r| (c, r))) {
            let x = area.left + (column as f32 + chance.range(0.0, 0.8)) * step;
            let y = area.top + (row as f32 + chance.range(0.0, 0.8)) * step;
            let (rx, ry) = (
                step * chance.range(0.26, 0.48),
                step * chance.range(0.18, 0.34),
            );
            marks.push(Mark {
                shape: Outline::egg(x, y, rx, ry),
                tint: self.second,
                alpha: 0.85,
            });
            if chance.coin(0.6) {
                let heart = Outline::egg(x + 0.03, y, rx * 0.5, ry * 0.5);
                marks.push(Mark {
                    shape: heart,
                    tint: self.base.mix(self.second, 0.3),
                    alpha: 0.9,
                });
            }
        }
    }

    /// Bars across the long side: upright ones on a trunk, level ones on a leg.
    fn bars(&self, area: Extent, upright: bool, marks: &mut Vec<Mark>, chance: &mut Chance) {
        let long = if upright { area.width() } else { area.height() };
        let count = (long / 0.36).clamp(2.0, 11.0) as usize;
        for i in 0..count {
            let at = (i as f32 + chance.range(0.2, 0.8)) / count as f32;
            let reach = chance.range(0.55, 1.0);
            let spine: Vec<_> = (0..5)
                .map(|k| {
                    let (along, across) = (at + chance.range(-0.02, 0.02), reach * k as f32 / 4.0);
                    if upright {
                        area.at(along, across)
                    } else {
                        area.at(across, along)
                    }
                })
                .collect();
            let shape = Outline::ribbon(&spine, (0.07, 0.03));
            marks.push(Mark {
                shape,
                tint: self.second,
                alpha: chance.range(0.5, 0.85),
            });
        }
    }

    fn forehead(&self, area: Extent, marks: &mut Vec<Mark>, chance: &mut Chance) {
        for u in [0.3, 0.42, 0.5, 0.58, 0.7] {
            let top = area.at(0.5 + (u - 0.5) * 1.4, 0.0);
            let end = area.at(u, chance.range(0.2, 0.36));
            marks.push(Mark {
                shape: Outline::limb(top, end, (0.07, 0.03)),
                tint: self.second,
                alpha: 0.75,
            });
        }
        for (u, v) in [(0.0, 0.55), (0.02, 0.72), (1.0, 0.55), (0.98, 0.72)] {
            let end = area.at(0.5 + (u - 0.5) * 0.5, v + chance.range(-0.06, 0.04));
            let cheek = Outline::limb(area.at(u, v), end, (0.05, 0.02));
            marks.push(Mark {
                shape: cheek,
                tint: self.second,
                alpha: 0.65,
            });
        }
    }

    fn saddle(&self, area: Extent, marks: &mut Vec<Mark>, chance: &mut Chance) {
        let (from, to) = (chance.range(0.0, 0.2), chance.range(0.6, 0.95));
        let low = 0.35 + 0.35 * self.spread;
        marks.push(Mark {
            shape: egg(area, (0.5, 1.0), (0.7, 0.3)),
            tint: self.third,
            alpha: 0.95,
        });
        marks.push(Mark {
            shape: egg(area, (1.0, 0.6), (0.2, 0.7)),
            tint: self.third,
            alpha: 0.95,
        });
        let edge = egg(
            area,
            ((from + to) / 2.0, 0.05),
            ((to - from) / 1.7, low + 0.08),
        );
        marks.push(Mark {
            shape: edge,
            tint: self.second,
            alpha: 0.9,
        });
        let back = egg(area, ((from + to) / 2.0, 0.0), ((to - from) / 2.0, low));
        marks.push(Mark {
            shape: back,
            tint: self.base,
            alpha: 0.95,
        });
    }
}

/// An ellipse at `at` with half axes `size`, both as parts of `area`.
fn egg(area: Extent, at: (f32, f32), size: (f32, f32)) -> Outline {
    let (x, y) = area.at(at.0, at.1);
    Outline::egg(x, y, size.0 * area.width(), size.1 * area.height())
}

/// A mark without an edge: eggs in one another, each as faint as `alpha`.
fn cloud(
    area: Extent,
    at: (f32, f32),
    size: (f32, f32),
    tint: Tint,
    alpha: f32,
    marks: &mut Vec<Mark>,
) {
    for scale in [1.1, 0.95, 0.8, 0.62, 0.45] {
        marks.push(Mark {
            shape: egg(area, at, (size.0 * scale, size.1 * scale)),
            tint,
            alpha,
        });
    }
}
