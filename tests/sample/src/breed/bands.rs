//! The marks of wild cats: rosettes on the trunk, bars on the legs, lines on the forehead.

use super::super::brush::Outline;
use super::super::chance::Chance;
use super::coat::{Coat, Part, Pattern};
use super::marks::Marks;

impl Coat {
    /// Spots or stripes on the trunk; both have the same legs, tail and face.
    pub(super) fn banded(&self, part: Part, marks: &mut Marks, chance: &mut Chance) {
        match part {
            Part::Side | Part::Front | Part::Neck | Part::Thigh if self.pattern == Pattern::Spots => {
                self.rosettes(marks, chance);
            }
            Part::Side | Part::Front | Part::Neck | Part::Thigh => self.bars(true, marks, chance),
            Part::Leg | Part::Tail => {
                let level = marks.area.width() > marks.area.height();
                self.bars(level, marks, chance);
            }
            Part::Skull => self.forehead(marks, chance),
            _ => {}
        }
    }

    /// Dark dots on a shaken grid, most with a paler heart.
    fn rosettes(&self, marks: &mut Marks, chance: &mut Chance) {
        let area = marks.area;
        let step = 0.3 + 0.22 * (1.0 - self.spread);
        let columns = (area.width() / step) as usize;
        let rows = (area.height() / step) as usize;
        for (column, row) in (0..=columns).flat_map(|c| (0..=rows).map(move |r| (c, r))) {
            let x = area.left + (column as f32 + chance.range(0.0, 0.8)) * step;
            let y = area.top + (row as f32 + chance.range(0.0, 0.8)) * step;
            let (rx, ry) = (step * chance.range(0.26, 0.48), step * chance.range(0.18, 0.34));
            marks.put(Outline::egg(x, y, rx, ry), self.second, 0.85);
            if chance.coin(0.6) {
                let heart = Outline::egg(x + 0.03, y, rx * 0.5, ry * 0.5);
                marks.put(heart, self.base.mix(self.second, 0.3), 0.9);
            }
        }
    }

    /// Bars across the long side: upright ones on a trunk, level ones on a leg.
    fn bars(&self, upright: bool, marks: &mut Marks, chance: &mut Chance) {
        let area = marks.area;
        let long = if upright { area.width() } else { area.height() };
        let count = (long / 0.36).clamp(2.0, 11.0) as usize;
        for i in 0..count {
            let at = (i as f32 + chance.range(0.2, 0.8)) / count as f32;
            let reach = chance.range(0.55, 1.0);
            let mut spine = [(0.0, 0.0); 5];
            for (k, spot) in spine.iter_mut().enumerate() {
                let (along, across) = (at + chance.range(-0.02, 0.02), reach * k as f32 / 4.0);
                *spot = if upright { area.at(along, across) } else { area.at(across, along) };
            }
            marks.put(Outline::ribbon(&spine, (0.07, 0.03)), self.second, chance.range(0.5, 0.85));
        }
    }

    /// The letter M above the eyes, and two lines on either cheek.
    fn forehead(&self, marks: &mut Marks, chance: &mut Chance) {
        let area = marks.area;
        for u in [0.3, 0.42, 0.5, 0.58, 0.7] {
            let top = area.at(0.5 + (u - 0.5) * 1.4, 0.0);
            let end = area.at(u, chance.range(0.2, 0.36));
            marks.put(Outline::limb(top, end, (0.07, 0.03)), self.second, 0.75);
        }
        for (u, v) in [(0.0, 0.55), (0.02, 0.72), (1.0, 0.55), (0.98, 0.72)] {
            let end = area.at(0.5 + (u - 0.5) * 0.5, v + chance.range(-0.06, 0.04));
            marks.put(Outline::limb(area.at(u, v), end, (0.05, 0.02)), self.second, 0.65);
        }
    }
}
