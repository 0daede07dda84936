//! Meadows, snow and streets at night.

use super::super::brush::{Canvas, Outline, Tint};
use super::super::chance::Chance;

/// Sky, trees, grass.
pub fn meadow(canvas: &mut Canvas, horizon: f32, chance: &mut Chance) {
    let (w, h, line) = (canvas.width(), canvas.height(), horizon * canvas.height());
    let sky = chance.pick([0x008F_BFE8, 0x00C9_D8E0, 0x00E8_C9A0, 0x00B0_C4D8]);
    let grass = Tint::hex(chance.pick([0x005E_8C3A, 0x0079_9A48, 0x00A8_9A58, 0x0048_7038])).near(0.12, chance);
    canvas.fade(&Outline::block(0.0, 0.0, w, h), Tint::hex(sky), Tint::hex(sky).lighter(0.5));
    for _ in 0..chance.below(9) {
        let leaves = grass.darker(chance.range(0.1, 0.55));
        let (x, size) = (chance.uniform() * w, h * chance.range(0.1, 0.3));
        canvas.fill(&Outline::egg(x, line - size * 0.6, size, size * 1.1).furry(2.0, chance), leaves, 1.0);
    }
    canvas.fade(&Outline::block(0.0, line, w, h - line), grass.darker(0.2), grass.lighter(0.1));
    blades(canvas, line, grass, 120, chance);
}

/// Many blades of grass between `top` and the bottom of the picture.
pub fn blades(canvas: &mut Canvas, top: f32, tint: Tint, count: usize, chance: &mut Chance) {
    let (w, h) = (canvas.width(), canvas.height());
    for tint in [tint.lighter(0.25), tint.darker(0.3), tint] {
        let stalks: Vec<_> = (0..count / 3)
            .map(|_| {
                let (x, y) = (chance.uniform() * w, chance.range(top, h + 6.0));
                let tall = 2.0 + 10.0 * (y - top) / (h - top).max(1.0);
                [(x, y), (x + chance.range(-2.5, 2.5), y - tall * chance.range(0.6, 1.2))]
            })
            .collect();
        canvas.lines(&stalks.iter().map(|stalk| &stalk[..]).collect::<Vec<_>>(), tint, 0.7, 1.0);
    }
}

/// White ground, a pale sky, bare or snowy trees.
pub fn snow(canvas: &mut Canvas, horizon: f32, chance: &mut Chance) {
    let (w, h, line) = (canvas.width(), canvas.height(), horizon * canvas.height());
    let sky = Tint::hex(chance.pick([0x00B8_C8DC, 0x0098_B0D0, 0x00D8_D4D8, 0x0080_98B8]));
    let white = Tint::hex(0x00E6_EAF2).near(0.06, chance);
    canvas.fade(&Outline::block(0.0, 0.0, w, h), sky, sky.lighter(0.5));
    for _ in 0..chance.below(8) {
        let (x, tall) = (chance.uniform() * w, h * chance.range(0.2, 0.55));
        let fir = Outline::corners(&[(x, line - tall), (x + tall * 0.25, line + 2.0), (x - tall * 0.25, line + 2.0)]);
        canvas.fill(&fir.furry(2.5, chance), Tint::hex(0x0044_5A50).mix(white, chance.range(0.1, 0.7)), 1.0);
    }
    canvas.fade(&Outline::block(0.0, line, w, h - line), white, white.darker(0.12));
    for _ in 0..4 {
        let at = (chance.uniform() * w, chance.range(line, h));
        canvas.glow(at, (w * 0.3, h * 0.06), Tint::hex(0x0090_A4C8), 0.35);
    }
}

/// A dark street with lamps out of focus.
pub fn night(canvas: &mut Canvas, horizon: f32, chance: &mut Chance) {
    let (w, h, line) = (canvas.width(), canvas.height(), horizon * canvas.height());
    let dark = Tint::any(chance).darker(0.78);
    canvas.fade(&Outline::block(0.0, 0.0, w, h), dark, dark.lighter(0.1));
    for _ in 0..4 + chance.below(9) {
        let (x, y, size) = (chance.uniform() * w, chance.uniform() * line, h * chance.range(0.03, 0.11));
        let lamp = Tint::hex(chance.pick([0x00F0_C070, 0x00F0_E0B8, 0x0088_B0E8, 0x00E8_7858])).near(0.1, chance);
        canvas.fill(&Outline::egg(x, y, size, size), lamp, chance.range(0.25, 0.7));
    }
    canvas.fade(&Outline::block(0.0, line, w, h - line), dark.lighter(0.16), dark.lighter(0.04));
}
