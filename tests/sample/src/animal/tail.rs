//! Tails and collars.

use super::super::breed::{Part, Species, Tail};
use super::super::brush::{Outline, Spot, Tint};
use super::Animal;

impl Animal<'_> {
    /// The tail from its root; `front` is the second call for a tail that lies over the back.
    pub(super) fn tail(&mut self, root: Spot, front: bool) {
        let (length, wide) = (self.look.tail_length, self.look.tail_width);
        // Headings count from the direction the animal faces; y points down, so a positive turn goes towards its feet.
        let (heading, bend) = match self.look.tail {
            Tail::Loose => (self.chance.range(-4.1, -2.3), self.chance.range(-1.8, 1.8)),
            Tail::Raised => (self.chance.range(-2.7, -1.8), self.chance.range(-0.3, 1.0)),
            Tail::Curled if front => (self.chance.range(-2.2, -1.6), self.chance.range(3.2, 4.6)),
            Tail::Curled => (self.chance.range(-2.6, -2.0), self.chance.range(2.2, 3.8)),
        };
        let steps = 12;
        let mut spine = vec![root];
        let (mut x, mut y) = root;
        for step in 0..steps {
            let angle = heading + bend * step as f32 / steps as f32;
            x += angle.cos() * length / steps as f32;
            y = (y + angle.sin() * length / steps as f32).min(-0.08);
            spine.push((x, y));
        }
        let bushy = 1.0 + 0.8 * self.look.fluff;
        let shape = Outline::ribbon(&spine, (wide, wide * 0.6 * bushy));
        self.part(Part::Tail, &shape);
        let tip = Outline::ribbon(&spine[8..], (wide * 0.72 * bushy, wide * 0.58 * bushy));
        if self.look.coat.tint(Part::TailTip) != self.look.coat.tint(Part::Tail) {
            self.part(Part::TailTip, &tip);
        }
    }

    /// At times a collar below the head; `neck` says where the neck is.
    pub(super) fn collar(&mut self, neck: Spot) {
        let worn = if self.look.species == Species::Dog { 0.45 } else { 0.2 };
        if !self.chance.coin(worn) {
            return;
        }
        let tint = Tint::any(self.chance);
        let (x, y) = (neck.0, neck.1 + 0.12);
        let band: Vec<_> =
            (0..9).map(|i| i as f32 / 4.0 - 1.0).map(|u| (x + 0.62 * u, y + 0.34 - 0.34 * u * u)).collect();
        self.canvas.line(&band, tint.darker(0.5), 1.0, 0.24);
        self.canvas.line(&band, tint, 1.0, 0.18);
        if self.chance.coin(0.5) {
            let tag = Outline::egg(x, y + 0.52, 0.12, 0.13);
            self.canvas.fill(&tag, Tint::hex(0x00D8_B24A), 1.0);
        }
    }
}
