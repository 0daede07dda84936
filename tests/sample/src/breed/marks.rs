//! Which marks a pattern puts on which part.

use super::super::brush::{Extent, Mark, Outline, Skin, Tint};
use super::super::chance::Chance;
use super::coat::{Coat, Part, Pattern};

impl Coat {
    /// Colour, marks and hair of a part that fills `area`; `tuft` is the length of its hair.
    pub fn skin(&self, part: Part, area: Extent, tuft: f32, chance: &mut Chance) -> Skin {
        let mut marks = Marks { area, all: Vec::new() };
        match self.pattern {
            Pattern::Spots | Pattern::Stripes => self.banded(part, &mut marks, chance),
            Pattern::Points { .. } => self.pointed(part, &mut marks),
            Pattern::Saddle => self.saddled(part, &mut marks, chance),
            Pattern::Mask if part == Part::Skull => {
                marks.cloud((0.5, 0.7), (0.3 + 0.2 * self.spread, 0.4), self.second, 0.28);
            }
            Pattern::Mask | Pattern::Plain => {}
            Pattern::Underside => self.pale_below(part, &mut marks),
        }
        Skin { tint: self.tint(part), marks: marks.all, tuft, firm: !matches!(part, Part::Thigh | Part::Neck) }
    }

    fn pointed(&self, part: Part, marks: &mut Marks) {
        let reach = 0.55 + 0.45 * self.spread;
        match part {
            Part::Skull => marks.cloud((0.5, 0.66), (0.42 * reach, 0.5 * reach), self.second, 0.3),
            Part::Side => {
                let faint = 0.05 + 0.08 * self.spread;
                marks.cloud((0.3, 0.1), (0.6, 0.4), self.second, faint);
            }
            _ => {}
        }
    }

    fn saddled(&self, part: Part, marks: &mut Marks, chance: &mut Chance) {
        match part {
            Part::Skull => {
                let wide = 0.05 + 0.2 * self.spread;
                let (top, bottom) = (marks.area.at(0.5, 0.0), marks.area.at(0.5, 1.0));
                let blaze = Outline::limb(top, bottom, (wide * 0.7, wide * 2.2));
                marks.put(blaze, self.third, 0.95);
            }
            Part::Side => {
                let (from, to) = (chance.range(0.0, 0.2), chance.range(0.6, 0.95));
                let (middle, half) = (f32::midpoint(from, to), (to - from) / 2.0);
                let low = 0.35 + 0.35 * self.spread;
                marks.egg((0.5, 1.0), (0.7, 0.3), self.third, 0.95);
                marks.egg((1.0, 0.6), (0.2, 0.7), self.third, 0.95);
                marks.egg((middle, 0.05), (half * 1.18, low + 0.08), self.second, 0.9);
                marks.egg((middle, 0.0), (half, low), self.base, 0.95);
            }
            Part::Front => {
                for side in [-0.05, 1.05] {
                    marks.egg((side, 0.35), (0.12 + 0.3 * self.spread, 0.6), self.base, 0.95);
                }
            }
            _ => {}
        }
    }

    fn pale_below(&self, part: Part, marks: &mut Marks) {
        match part {
            Part::Skull => {
                for side in [0.14, 0.86] {
                    marks.cloud((side, 0.82), (0.3, 0.34), self.third, 0.4);
                }
                for side in [0.34, 0.66] {
                    marks.egg((side, 0.28), (0.08, 0.05), self.third, 0.75);
                }
            }
            Part::Side => marks.egg((0.6, 1.0), (0.6, 0.22 + 0.2 * self.spread), self.third, 0.9),
            Part::Front => marks.cloud((0.5, 0.4), (0.4, 0.5), self.third, 0.45),
            _ => {}
        }
    }
}

/// The marks on one part so far. Places and sizes are shares of the part's `area`.
pub struct Marks {
    pub area: Extent,
    all: Vec<Mark>,
}

impl Marks {
    pub fn put(&mut self, shape: Outline, tint: Tint, alpha: f32) {
        self.all.push(Mark { shape, tint, alpha });
    }

    /// An ellipse at `at` with half axes `size`.
    fn egg(&mut self, at: (f32, f32), size: (f32, f32), tint: Tint, alpha: f32) {
        let (x, y) = self.area.at(at.0, at.1);
        let shape = Outline::egg(x, y, size.0 * self.area.width(), size.1 * self.area.height());
        self.put(shape, tint, alpha);
    }

    /// A mark without an edge: eggs in one another, each as faint as `alpha`.
    fn cloud(&mut self, at: (f32, f32), size: (f32, f32), tint: Tint, alpha: f32) {
        for scale in [1.1, 0.95, 0.8, 0.62, 0.45] {
            self.egg(at, (size.0 * scale, size.1 * scale), tint, alpha);
        }
    }
}
