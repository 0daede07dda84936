//! The head of a dog: a muzzle with a large nose, round eyes, ears of the breed, at times the tongue.

use super::super::breed::{Ears, Part};
use super::super::brush::{Outline, Tint};
use super::Animal;

impl Animal<'_> {
    pub(super) fn dog_head(&mut self) {
        let look = self.look;
        let (w, h) = (look.head_width, look.head_height);
        if look.ears == Ears::Pricked {
            self.dog_ears();
        }
        let skull = Outline::mirrored(&[
            (0.0, -0.98 * h),
            (0.5 * w, -0.9 * h),
            (0.88 * w, -0.5 * h),
            (w * (0.5 + 0.45 * look.cheek), 0.05 * h),
            (0.8 * w * look.cheek, 0.48 * h),
            (0.45 * w, 0.8 * h),
            (0.0, 0.88 * h),
        ]);
        self.part(Part::Skull, &skull);
        self.wrinkles();
        if look.ears != Ears::Pricked {
            self.dog_ears();
        }
        self.eyes(0.42 * w);
        self.snout();
    }

    fn snout(&mut self) {
        let look = self.look;
        let (length, wide, yaw) = (look.muzzle_length, look.muzzle_width, self.yaw());
        let (x, y) = (yaw * (0.9 + length), 0.22 + 0.5 * length);
        if self.chance.coin(0.35) {
            let tongue = Outline::egg(x + self.chance.bell(-0.12, 0.12), y + 0.36 + 0.5 * length, 0.15, 0.28);
            self.canvas.fill(&Outline::egg(x, y + 0.2 + 0.35 * length, wide * 0.55, 0.26), Tint::hex(0x0044_2020), 1.0);
            self.canvas.fill(&tongue, Tint::hex(0x00DC_6E78), 1.0);
        }
        let bridge = Outline::limb((yaw * 0.5, -0.12), (x, y - 0.02), (wide * 0.45, wide * 0.72));
        self.part(Part::Muzzle, &bridge);
        for side in [-1.0, 1.0] {
            let jowl =
                Outline::egg(x + side * wide * 0.45, y + 0.14 + 0.12 * look.droop, wide * 0.62, 0.2 + 0.3 * length);
            self.part(Part::Muzzle, &jowl);
        }
        let nose = y - 0.06 - 0.1 * length;
        self.mouth((x, nose + 0.1), 0.16 + 0.25 * length, wide * 0.75);
        let black = Tint::hex(0x0022_1C1C);
        let shape = Outline::smooth(&[
            (x, nose - 0.15),
            (x + 0.17, nose - 0.12),
            (x + 0.22, nose),
            (x + 0.1, nose + 0.12),
            (x, nose + 0.15),
            (x - 0.1, nose + 0.12),
            (x - 0.22, nose),
            (x - 0.17, nose - 0.12),
        ]);
        self.canvas.fill(&shape, black, 1.0);
        self.canvas.fill(&Outline::egg(x + 0.04, nose - 0.08, 0.09, 0.04), Tint::WHITE, 0.45);
    }

    /// Folds on the forehead and between the eyes.
    fn wrinkles(&mut self) {
        let (w, h, droop) = (self.look.head_width, self.look.head_height, self.look.droop);
        if droop < 0.25 {
            return;
        }
        let dark = self.look.coat.tint(Part::Skull).darker(0.55);
        for row in [0.3, 0.45, 0.6] {
            let y = -h * row - 0.06;
            let bow: Vec<_> = [-1.0, -0.5, 0.0, 0.5, 1.0].map(|u: f32| (0.34 * w * u, y + 0.1 * u * u)).to_vec();
            self.canvas.line(&bow, dark, 0.5 * droop.min(1.0), 0.05);
        }
    }

    fn dog_ears(&mut self) {
        let look = self.look;
        let (w, h, size) = (look.head_width, look.head_height, look.ear_size);
        for side in [-1.0, 1.0] {
            let swing = self.chance.bell(-0.15, 0.15);
            let shape = match look.ears {
                Ears::Pricked => {
                    let tip = (side * (0.62 * w * look.ear_set) + swing * 0.5, -0.75 * h - 0.75 * size);
                    Outline::leaf(
                        (side * 0.16 * w, -0.84 * h),
                        tip,
                        (side * 0.9 * w, -0.34 * h),
                        0.14,
                        0.4 * look.ear_round,
                    )
                }
                Ears::Hanging => {
                    let drop = -0.45 * h + size;
                    Outline::smooth(&[
                        (side * 0.55 * w, -0.72 * h),
                        (side * 0.98 * w * look.ear_set, -0.62 * h),
                        (side * 1.2 * w * look.ear_set + swing, -0.45 * h + 0.55 * size),
                        (side * (1.02 + 0.1 * look.ear_round) * w * look.ear_set + swing, drop),
                        (side * 0.78 * w * look.ear_set + swing, drop - 0.12),
                        (side * 0.74 * w, -0.1 * h),
                    ])
                }
                Ears::Folded => Outline::smooth(&[
                    (side * 0.42 * w, -0.86 * h),
                    (side * 0.85 * w, -0.72 * h),
                    (side * 1.02 * w * look.ear_set, -0.45 * h),
                    (side * 0.95 * w + swing * 0.5, -0.6 * h + size),
                    (side * 0.78 * w, -0.45 * h + 0.5 * size),
                    (side * 0.6 * w, -0.55 * h),
                ]),
            };
            self.part(Part::Ear, &shape);
            if look.ears == Ears::Pricked {
                let tip = (side * 0.62 * w * look.ear_set, -0.72 * h - 0.5 * size);
                let inside = Outline::leaf((side * 0.36 * w, -0.78 * h), tip, (side * 0.76 * w, -0.5 * h), 0.1, 0.1);
                let tint = look.coat.tint(Part::Ear).mix(Tint::hex(0x00C8_9A8C), 0.5);
                self.canvas.fill(&inside, tint, 0.85);
            }
        }
    }
}
