//! The head of a cat: upright ears, slit eyes, a small nose, whiskers.

use super::super::breed::Part;
use super::super::brush::{Layer, Outline, Tint};
use super::Animal;

impl Animal<'_> {
    pub(super) fn cat_head(&mut self) {
        let look = self.look;
        let (w, h, yaw) = (look.head_width, look.head_height, self.yaw());
        for side in [-1.0, 1.0] {
            self.cat_ear(side);
        }
        let chin = h * (0.92 + 0.35 * look.muzzle_length);
        let skull = Outline::mirrored(&[
            (0.0, -h),
            (0.5 * w, -0.93 * h),
            (0.88 * w, -0.5 * h),
            (w * (0.55 + 0.45 * look.cheek), 0.08 * h),
            (0.86 * w * look.cheek, 0.5 * h),
            (0.42 * w * look.cheek, 0.84 * h),
            (0.0, chin),
        ]);
        self.part(Part::Skull, &skull);
        self.eyes(0.43 * w);
        // A long face carries its nose low, a flat one between the eyes.
        let (nose_x, nose_y) = (yaw, 0.16 + 0.75 * look.muzzle_length);
        for side in [-1.0, 1.0] {
            let pad = Outline::egg(
                nose_x + side * 0.19,
                nose_y + 0.24,
                look.muzzle_width * (1.0 - 0.4 * (side * yaw).max(0.0)),
                0.2,
            );
            self.part(Part::Muzzle, &pad);
        }
        let chin = Outline::egg(nose_x * 0.9, nose_y + 0.42, 0.17, 0.11);
        self.part(Part::Muzzle, &chin);
        self.mouth((nose_x, nose_y + 0.08), 0.14, 0.26);
        let pink = look.coat.second.mix(Tint::hex(0x00C8_7A78), 0.62);
        let nose = Outline::corners(&[
            (nose_x - 0.13, nose_y - 0.02),
            (nose_x - 0.07, nose_y - 0.05),
            (nose_x + 0.07, nose_y - 0.05),
            (nose_x + 0.13, nose_y - 0.02),
            (nose_x + 0.02, nose_y + 0.11),
            (nose_x - 0.02, nose_y + 0.11),
        ]);
        self.canvas.fill(&nose, pink, 1.0);
        self.whiskers(nose_x, nose_y + 0.2);
    }

    fn cat_ear(&mut self, side: f32) {
        let look = self.look;
        let (w, h) = (look.head_width, look.head_height);
        let flick = self.chance.bell(-0.12, 0.12);
        let tip = (side * (0.68 * w * look.ear_set + flick), -h * 0.72 - 0.72 * look.ear_size + 0.1 * flick.abs());
        let (inner, outer) = ((side * 0.18 * w, -0.84 * h), (side * 0.94 * w, -0.28 * h));
        let ear = Outline::leaf(inner, tip, outer, 0.12, 0.4 * look.ear_round);
        self.part(Part::Ear, &ear);
        let shrink = |p: (f32, f32)| {
            let middle = ((inner.0 + tip.0 + outer.0) / 3.0, (inner.1 + tip.1 + outer.1) / 3.0);
            (middle.0 + (p.0 - middle.0) * 0.62, middle.1 + (p.1 - middle.1) * 0.62 + 0.06)
        };
        let pink = look.coat.tint(Part::Ear).mix(Tint::hex(0x00D8_9A92), 0.55);
        let inside = Outline::leaf(shrink(inner), shrink(tip), shrink(outer), 0.1, 0.3 * look.ear_round);
        self.canvas.fill(&inside, pink, 0.9);
    }

    fn whiskers(&mut self, x: f32, y: f32) {
        let pale = self.look.coat.tint(Part::Muzzle);
        // Whiskers are seen, but no pixel is theirs.
        let head = self.canvas.enter(Layer::Behind);
        let tint = if self.chance.coin(0.8) { Tint::WHITE } else { pale.darker(0.6) };
        for (side, i) in [(-1.0, 0), (-1.0, 1), (-1.0, 2), (1.0, 0), (1.0, 1), (1.0, 2)] {
            let fan = (i as f32 - 1.0) * 0.22 + self.chance.bell(-0.06, 0.06);
            let reach = self.chance.range(0.75, 1.05);
            let hair = [
                (x + side * 0.2, y + 0.05 * i as f32),
                (x + side * (0.2 + 0.5 * reach), y + 0.5 * fan),
                (x + side * (0.2 + reach), y + fan + 0.08),
            ];
            self.canvas.line(&hair, tint, 0.75, 0.026);
        }
        self.canvas.enter(head);
    }
}
