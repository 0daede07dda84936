//! Things that stand beside the animal or hide a part of it.

use super::backdrop;
use super::brush::{Canvas, Layer, Outline, Tint};
use super::chance::Chance;

/// Beside the animal: a ball, a bowl or a box on the floor.
pub fn behind(canvas: &mut Canvas, chance: &mut Chance) {
    if !chance.coin(0.35) {
        return;
    }
    let (w, h) = (canvas.width(), canvas.height());
    let (x, y, size) = (chance.uniform() * w, h * chance.range(0.7, 0.95), h * chance.range(0.06, 0.15));
    thing(canvas, (x, y), size, chance);
}

/// Over the animal: grass, a pole, a branch, a blanket or a toy.
pub fn before(canvas: &mut Canvas, chance: &mut Chance) {
    if !chance.coin(0.2) {
        return;
    }
    let (w, h) = (canvas.width(), canvas.height());
    let tint = Tint::any(chance);
    match chance.below(6) {
        0 => {
            let grass = Tint::hex(0x0066_8A40).near(0.2, chance);
            let top = h * chance.range(0.72, 0.88);
            // The animal is seen through it; who outlines an animal does not go around every blade.
            let before = canvas.enter(Layer::Behind);
            backdrop::blades(canvas, top, grass, 150, chance);
            canvas.enter(before);
        }
        1 => {
            let (x, wide) = (chance.uniform() * w, w * chance.range(0.02, 0.05));
            let lean = chance.range(-12.0, 12.0);
            canvas.line(&[(x, -9.0), (x + lean, h + 9.0)], tint.darker(0.5), 1.0, wide + 2.0);
            canvas.line(&[(x, -9.0), (x + lean, h + 9.0)], tint, 1.0, wide);
        }
        2 => {
            let (corner, reach) = (chance.sign(), w * chance.range(0.2, 0.42));
            let from = if corner > 0.0 { w + 4.0 } else { -4.0 };
            let y = h * chance.range(0.0, 0.5);
            canvas.line(&[(from, y), (from - corner * reach, y + 14.0)], Tint::hex(0x005A_4432), 1.0, 2.0);
            for i in 0..7 {
                let (x, size) = (from - corner * reach * i as f32 / 6.0, h * chance.range(0.03, 0.06));
                let leaf = Outline::egg(x, y + 2.0 * i as f32 + chance.range(-6.0, 6.0), size * 1.6, size);
                canvas.fill(&leaf, tint.mix(Tint::hex(0x0058_8838), 0.7), 1.0);
            }
        }
        3 => {
            let (left, right) = (h * chance.range(0.74, 1.02), h * chance.range(0.74, 1.02));
            let cloth = Outline::smooth(&[
                (-9.0, left),
                (w * 0.3, f32::midpoint(left, right) - 5.0),
                (w * 0.7, f32::midpoint(left, right) + 4.0),
                (w + 9.0, right),
                (w + 9.0, h + 20.0),
                (-9.0, h + 20.0),
            ]);
            canvas.fade(&cloth, tint.lighter(0.2), tint.darker(0.3));
        }
        _ => {
            let (x, y) = (chance.uniform() * w, h * chance.range(0.75, 1.0));
            let size = h * chance.range(0.07, 0.17);
            thing(canvas, (x, y), size, chance);
        }
    }
}

fn thing(canvas: &mut Canvas, (x, y): (f32, f32), size: f32, chance: &mut Chance) {
    let (tint, other) = (Tint::any(chance), Tint::any(chance));
    canvas.glow((x, y + size), (size * 1.3, size * 0.4), Tint::BLACK, 0.5);
    match chance.below(3) {
        0 => {
            canvas.fade(&Outline::egg(x, y, size, size), tint.lighter(0.25), tint.darker(0.4));
            canvas.line(&[(x - size * 0.8, y), (x, y + size * 0.25), (x + size * 0.8, y)], other, 0.9, size * 0.22);
        }
        1 => {
            let bowl = [(x - size * 1.3, y), (x + size * 1.3, y), (x + size, y + size), (x - size, y + size)];
            canvas.fade(&Outline::corners(&bowl), tint, tint.darker(0.35));
            canvas.fill(&Outline::egg(x, y, size * 1.3, size * 0.32), other, 1.0);
        }
        _ => {
            canvas.fade(
                &Outline::block(x - size, y - size, size * 2.0, size * 2.0),
                tint.lighter(0.1),
                tint.darker(0.25),
            );
            canvas.fill(&Outline::block(x - size, y - size * 0.2, size * 2.0, size * 0.3), other, 0.9);
        }
    }
}
