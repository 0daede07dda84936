//! The body in each pose: trunk, legs and paws, then the head on top.

use super::super::breed::{Part, Species, Tail};
use super::super::brush::Outline;
use super::{Animal, Pose};

impl Animal<'_> {
    pub(super) fn standing(&mut self) {
        let (l, d, legs) = (self.look.length, self.look.depth, self.look.legs);
        let (middle, stout) = (-legs - 0.55 * d, self.stoutness());
        let stride = self.chance.bell(-0.45, 0.45);
        for (x, step) in [(-1.15 * l, stride), (0.75 * l, -stride)] {
            self.leg((x + 0.12, middle + 0.3 * d), (x + 0.1 + step, -0.08), stout, 0.28);
        }
        self.tail((-1.5 * l, middle - 0.45 * d), false);
        let trunk = Outline::smooth(&[
            (-1.65 * l, middle - 0.1 * d),
            (-1.4 * l, middle - 0.72 * d),
            (-0.5 * l, middle - 0.66 * d),
            (0.5 * l, middle - 0.72 * d),
            (1.15 * l, middle - 0.8 * d),
            (1.5 * l, middle - 0.15 * d),
            (1.2 * l, middle + 0.68 * d),
            (0.35 * l, middle + 0.7 * d),
            (-0.7 * l, middle + 0.5 * d),
            (-1.4 * l, middle + 0.55 * d),
        ]);
        self.part(Part::Side, &trunk);
        if self.look.tail == Tail::Curled {
            self.tail((-1.4 * l, middle - 0.6 * d), true);
        }
        for (x, step) in [(-1.25 * l, -stride), (0.95 * l, stride)] {
            self.leg((x, middle + 0.2 * d), (x + step, -0.03), stout, 0.0);
        }
        self.part(Part::Thigh, &Outline::egg(-1.25 * l, middle + 0.15 * d, 0.42, 0.62 * d));
        let rise = self.chance.bell(-0.1, 0.7);
        let head = (1.35 * l + 0.35, middle - 0.8 * d - rise);
        self.part(Part::Neck, &Outline::limb((0.95 * l, middle - 0.25 * d), head, (0.66 * d, 0.5)));
        let tilt = self.chance.bell(-16.0, 16.0);
        self.head(head, (1.0 * l, middle), tilt);
    }

    pub(super) fn sitting(&mut self) {
        let (d, top, stout) = (self.look.depth, Pose::shoulder(self.look), self.stoutness());
        let lean = self.chance.bell(-0.55, 0.35);
        self.tail((-0.6 * d + lean, -0.45), false);
        let trunk = Outline::smooth(&[
            (0.0, top - 0.25),
            (0.55 * d, top + 0.2),
            (0.8 * d + 0.4 * lean, top * 0.5),
            (1.1 * d + lean, -0.5),
            (0.8 * d + lean, -0.02),
            (-0.8 * d + lean, -0.02),
            (-1.1 * d + lean, -0.5),
            (-0.8 * d + 0.4 * lean, top * 0.5),
            (-0.55 * d, top + 0.2),
        ]);
        self.part(Part::Front, &trunk);
        for side in [-1.0, 1.0] {
            let x = side * 0.9 * d + lean;
            self.part(Part::Thigh, &Outline::egg(x, -0.55, 0.48, 0.55));
            self.part(Part::Paw, &Outline::egg(x + 0.12 * side, -0.06, 0.38, 0.17));
        }
        for side in [-1.0, 1.0] {
            let x = side * 0.34 * d + 0.15 * lean;
            self.leg((x * 0.9, top * 0.62), (x, -0.04), stout, 0.0);
        }
        let head = (0.25 * self.turn, top - 0.42 * self.look.head);
        let tilt = self.chance.bell(-20.0, 20.0);
        self.head(head, (0.0, top + 0.5), tilt);
    }

    pub(super) fn lying(&mut self) {
        let (l, d, stout) = (self.look.length, self.look.depth, self.stoutness());
        self.tail((-1.8 * l, -0.4), false);
        self.shaded(Part::Leg, &Outline::limb((0.8 * l, -0.5), (1.25 * l + 0.5, -0.22), (stout * 1.1, stout)), 0.25);
        let trunk = Outline::smooth(&[
            (-1.95 * l, -0.05),
            (-1.95 * l, -0.7 * d),
            (-1.3 * l, -1.25 * d),
            (0.0, -1.2 * d),
            (0.95 * l, -1.45 * d),
            (1.3 * l, -0.75 * d),
            (1.15 * l, -0.02),
            (-0.5 * l, 0.02),
        ]);
        self.part(Part::Side, &trunk);
        self.part(Part::Thigh, &Outline::egg(-1.25 * l, -0.52, 0.72, 0.5));
        self.part(Part::Paw, &Outline::egg(-0.75 * l, -0.06, 0.42, 0.16));
        let paw = (1.2 * l + 0.55, -0.08);
        self.part(Part::Leg, &Outline::limb((0.75 * l, -0.35), paw, (stout * 1.15, stout * 0.95)));
        self.part(Part::Paw, &Outline::egg(paw.0 + 0.12, paw.1, stout * 1.35, stout * 0.8));
        let rise = self.chance.bell(-0.55, 0.35);
        let head = (1.1 * l + 0.1, -1.5 * d - 0.3 - rise);
        self.part(Part::Neck, &Outline::limb((0.75 * l, -0.8 * d), head, (0.62 * d, 0.55)));
        let tilt = self.chance.bell(-22.0, 22.0);
        self.head(head, (0.7 * l, -0.5 * d), tilt);
    }

    pub(super) fn portrait(&mut self) {
        let d = self.look.depth;
        let lean = self.chance.bell(-0.6, 0.6);
        self.part(Part::Front, &Outline::egg(lean, 2.6, 1.5 * d, 1.9));
        self.part(Part::Front, &Outline::limb((0.6 * lean, 1.7), (0.0, 0.3), (0.95 * d, 0.6)));
        let tilt = self.chance.bell(-24.0, 24.0);
        self.head((0.0, 0.0), (0.5 * lean, 1.5), tilt);
    }

    /// A leg from the hip to the ground, and its paw.
    fn leg(&mut self, hip: (f32, f32), ground: (f32, f32), stout: f32, far: f32) {
        self.shaded(Part::Leg, &Outline::limb(hip, ground, (stout * 1.35, stout * 0.9)), far);
        let paw = Outline::egg(ground.0 + 0.1, ground.1, stout * 1.35, stout * 0.72);
        self.shaded(Part::Paw, &paw, far);
    }

    /// Half the thickness of a leg.
    fn stoutness(&self) -> f32 {
        let base = if self.look.species == Species::Cat { 0.2 } else { 0.23 };
        base + 0.08 * (self.look.depth - 0.8) + 0.04 * self.look.fluff
    }
}
