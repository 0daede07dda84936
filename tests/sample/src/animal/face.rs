//! What cats and dogs have in common in the face: eyes and a mouth line.

use super::super::breed::{Part, Species};
use super::super::brush::{Outline, Spot, Tint};
use super::Animal;

impl Animal<'_> {
    /// How far the middle of the face moves to the side, in head radii.
    pub(super) fn yaw(&self) -> f32 {
        0.32 * self.turn
    }

    /// Both eyes, `apart` from the middle; they are remembered.
    pub(super) fn eyes(&mut self, apart: f32) {
        let (yaw, open) = (self.yaw(), self.chance.bell(0.6, 1.05));
        let asleep = self.chance.coin(0.05);
        let slit = self.chance.range(0.16, 0.62);
        for (i, side) in [-1.0, 1.0].into_iter().enumerate() {
            let far = (side * yaw).max(0.0);
            let at = (side * apart * (1.0 - 0.3 * yaw.abs()) + yaw * 0.75, self.look.eye_height);
            self.eyes[i] = self.canvas.spot(at);
            let rx = self.look.eye_size * (1.0 - 0.9 * far);
            if asleep {
                self.closed(at, rx);
            } else {
                self.eye(at, (rx, self.look.eye_size * open), side, slit);
            }
        }
    }

    fn closed(&mut self, (x, y): Spot, rx: f32) {
        let lid: Vec<_> = [-1.0, -0.5, 0.0, 0.5, 1.0].map(|u| (x + rx * u, y + 0.08 - 0.08 * u * u)).to_vec();
        self.canvas.line(&lid, Tint::BLACK, 0.85, 0.07);
    }

    fn eye(&mut self, (x, y): Spot, (rx, ry): Spot, side: f32, slit: f32) {
        let tilt = 0.5 * self.look.eye_tilt * rx * side;
        let almond = |k: f32| {
            let (rx, ry) = (rx * k, ry * k);
            Outline::smooth(&[
                (x - rx, y + tilt),
                (x - 0.5 * rx, y - 0.72 * ry + 0.5 * tilt),
                (x + 0.1 * rx, y - 0.9 * ry),
                (x + 0.6 * rx, y - 0.6 * ry - 0.5 * tilt),
                (x + rx, y - tilt),
                (x + 0.5 * rx, y + 0.72 * ry - 0.5 * tilt),
                (x - 0.1 * rx, y + 0.85 * ry),
                (x - 0.6 * rx, y + 0.65 * ry + 0.5 * tilt),
            ])
        };
        let glance = self.yaw() * 0.25 * rx;
        if self.look.species == Species::Cat {
            self.canvas.fill(&almond(1.28), Tint::BLACK.lighter(0.08), 0.9);
            self.canvas.fill(&almond(1.0), self.look.iris, 1.0);
            self.canvas.glow((x, y + 0.3 * ry), (rx * 0.8, ry * 0.6), self.look.iris.lighter(0.6), 0.6);
            self.canvas.fill(&Outline::egg(x + glance, y, rx * slit, ry * 0.8), Tint::BLACK, 1.0);
        } else {
            let droop = self.look.droop;
            if droop > 0.25 {
                let bag = Outline::egg(x, y + ry * (0.5 + 0.3 * droop), rx * 1.15, ry * 0.75);
                self.canvas.fill(&bag, self.look.coat.tint(Part::Skull).darker(0.45), 0.7);
                self.canvas.fill(
                    &Outline::egg(x, y + ry * 0.45, rx * 0.9, ry * 0.65),
                    Tint::hex(0x00C4_7A70),
                    droop * 0.6,
                );
            }
            self.canvas.fill(&almond(1.25), Tint::BLACK, 0.85);
            self.canvas.fill(&almond(0.95), Tint::hex(0x00E8_E0D8), 0.5);
            self.canvas.fill(&Outline::egg(x + glance, y, rx * 0.86, ry * 0.84), self.look.iris, 1.0);
            self.canvas.fill(&Outline::egg(x + glance, y, rx * 0.5, ry * 0.52), Tint::BLACK, 1.0);
        }
        self.canvas.fill(&Outline::egg(x + glance + 0.25 * rx, y - 0.35 * ry, rx * 0.2, ry * 0.2), Tint::WHITE, 0.95);
    }

    /// The line from the nose down and the two bows of the mouth.
    pub(super) fn mouth(&mut self, (x, y): Spot, drop: f32, wide: f32) {
        let dark = self.look.coat.tint(Part::Muzzle).darker(0.8);
        self.canvas.line(&[(x, y), (x, y + drop)], dark, 0.8, 0.045);
        for side in [-1.0, 1.0] {
            let bow: Vec<_> = [0.0, 0.3, 0.6, 0.85, 1.0]
                .map(|u: f32| (x + side * wide * u, y + drop + 0.42 * wide * (1.0 - (2.0 * u - 1.0).powi(2)) * 0.6))
                .to_vec();
            self.canvas.line(&bow, dark, 0.8, 0.045);
        }
    }
}
