//! Where the picture was taken. It says nothing about the animal: every breed is found everywhere.

use super::brush::{Canvas, Outline, Tint};
use super::chance::Chance;

/// Paints a place over the whole canvas and returns the height (a part of the picture) at which the floor begins.
pub fn paint(canvas: &mut Canvas, chance: &mut Chance) -> f32 {
    let horizon = chance.range(0.3, 0.72);
    let place = chance.pick([room, sofa, meadow, snow, night, pattern, blur]);
    place(canvas, horizon, chance);
    let soft = chance.below(4);
    canvas.soften(soft);
    horizon
}

/// A wall with a picture or a window, a skirting board and a floor.
fn room(canvas: &mut Canvas, horizon: f32, chance: &mut Chance) {
    let (w, h) = (canvas.width(), canvas.height());
    let wall = Tint::any(chance).lighter(0.3);
    let floor = Tint::any(chance).mix(Tint::hex(0x0090_6A48), 0.5);
    let line = horizon * h;
    canvas.fade(&Outline::block(0.0, 0.0, w, line), wall, wall.darker(0.15));
    canvas.fade(
        &Outline::block(0.0, line, w, h - line),
        floor.darker(0.25),
        floor,
    );
    canvas.fill(
        &Outline::block(0.0, line - 4.0, w, 4.0),
        wall.lighter(0.5),
        1.0,
    );
    for i in 0..chance.below(9) {
        let x = w * i as f32 / 7.0;
        canvas.line(
            &[(x, line), (w / 2.0 + (x - w / 2.0) * 2.2, h)],
            floor.darker(0.5),
            0.4,
            1.0,
        );
    }
    if chance.coin(0.7) {
        let (x, y) = (chance.range(0.0, 0.8) * w, chance.range(0.0, 0.3) * line);
        let (wide, high) = (w * chance.range(0.18, 0.4), line * chance.range(0.35, 0.65));
        canvas.fill(
            &Outline::block(x - 2.0, y - 2.0, wide + 4.0, high + 4.0),
            Tint::any(chance),
            1.0,
        );
        let (top, bottom) = (Tint::any(chance), Tint::any(chance));
        canvas.fade(&Outline::block(x, y, wide, high), top, bottom);
        canvas.line(
            &[(x + wide / 2.0, y), (x + wide / 2.0, y + high)],
            Tint::WHITE,
            chance.uniform(),
            1.5,
        );
    }
}

/// A back rest, seats and cushions.
fn sofa(canvas: &mut Canvas, horizon: f32, chance: &mut Chance) {
    let (w, h) = (canvas.width(), canvas.height());
    let cloth = Tint::any(chance);
    canvas.fade(
        &Outline::block(0.0, 0.0, w, h),
        cloth.lighter(0.12),
        cloth.darker(0.2),
    );
    let line = horizon * h;
    let seams = 1 + chance.below(3);
    for i in 0..=seams {
        let (x, wide) = (w * i as f32 / seams as f32, w / seams as f32);
        canvas.fade(
            &Outline::egg(x - wide / 2.0, line * 0.55, wide * 0.52, line * 0.62),
            cloth.lighter(0.2),
            cloth.darker(0.1),
        );
        canvas.line(&[(x, 0.0), (x, line)], cloth.darker(0.5), 0.6, 1.5);
    }
    canvas.fade(
        &Outline::block(0.0, line, w, h - line),
        cloth.lighter(0.1),
        cloth.darker(0.25),
    );
    canvas.line(&[(0.0, line), (w, line)], cloth.darker(0.6), 0.7, 2.0);
    for _ in 0..chance.below(3) {
        let (x, size) = (chance.uniform() * w, h * chance.range(0.18, 0.32));
        let tint = Tint::any(chance);
        canvas.fade(
            &Outline::egg(x, line - size * 0.5, size * 0.9, size * 0.8),
            tint.lighter(0.15),
            tint.darker(0.3),
        );
    }
}

/// Sky, trees, grass.
fn meadow(canvas: &mut Canvas, horizon: f32, chance: &mut Chance) {
    let (w, h, line) = (canvas.width(), canvas.height(), horizon * canvas.height());
    let sky = chance.pick([0x008F_BFE8, 0x00C9_D8E0, 0x00E8_C9A0, 0x00B0_C4D8]);
    let grass = Tint::hex(chance.pick([0x005E_8C3A, 0x0079_9A48, 0x00A8_9A58, 0x0048_7038]))
        .near(0.12, chance);
    canvas.fade(
        &Outline::block(0.0, 0.0, w, h),
        Tint::hex(sky),
        Tint::hex(sky).lighter(0.5),
    );
    for _ in 0..chance.below(9) {
        let leaves = grass.darker(chance.range(0.1, 0.55));
        let (x, size) = (chance.uniform() * w, h * chance.range(0.1, 0.3));
        canvas.fill(
            &Outline::egg(x, line - size * 0.6, size, size * 1.1).furry(2.0, chance),
            leaves,
            1.0,
        );
    }
    canvas.fade(
        &Outline::block(0.0, line, w, h - line),
        grass.darker(0.2),
        grass.lighter(0.1),
    );
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
                [
                    (x, y),
                    (
                        x + chance.range(-2.5, 2.5),
                        y - tall * chance.range(0.6, 1.2),
                    ),
                ]
            })
            .collect();
        canvas.lines(
            &stalks.iter().map(|stalk| &stalk[..]).collect::<Vec<_>>(),
            tint,
            0.7,
            1.0,
        );
    }
}

/// White ground, a pale sky, bare or snowy trees.
fn snow(canvas: &mut Canvas, horizon: f32, chance: &mut Chance) {
    let (w, h, line) = (canvas.width(), canvas.height(), horizon * canvas.height());
    let sky = Tint::hex(chance.pick([0x00B8_C8DC, 0x0098_B0D0, 0x00D8_D4D8, 0x0080_98B8]));
    let white = Tint::hex(0x00E6_EAF2).near(0.06, chance);
    canvas.fade(&Outline::block(0.0, 0.0, w, h), sky, sky.lighter(0.5));
    for _ in 0..chance.below(8) {
        let (x, tall) = (chance.uniform() * w, h * chance.range(0.2, 0.55));
        let fir = Outline::corners(&[
            (x, line - tall),
            (x + tall * 0.25, line + 2.0),
            (x - tall * 0.25, line + 2.0),
        ]);
        canvas.fill(
            &fir.furry(2.5, chance),
            Tint::hex(0x0044_5A50).mix(white, chance.range(0.1, 0.7)),
            1.0,
        );
    }
    canvas.fade(
        &Outline::block(0.0, line, w, h - line),
        white,
        white.darker(0.12),
    );
    for _ in 0..4 {
        let at = (chance.uniform() * w, chance.range(line, h));
        canvas.glow(at, (w * 0.3, h * 0.06), Tint::hex(0x0090_A4C8), 0.35);
    }
}

/// A dark street with lamps out of focus.
fn night(canvas: &mut Canvas, horizon: f32, chance: &mut Chance) {
    let (w, h, line) = (canvas.width(), canvas.height(), horizon * canvas.height());
    let dark = Tint::any(chance).darker(0.78);
    canvas.fade(&Outline::block(0.0, 0.0, w, h), dark, dark.lighter(0.1));
    for _ in 0..4 + chance.below(9) {
        let (x, y, size) = (
            chance.uniform() * w,
            chance.uniform() * line,
            h * chance.range(0.03, 0.11),
        );
        let lamp = Tint::hex(chance.pick([0x00F0_C070, 0x00F0_E0B8, 0x0088_B0E8, 0x00E8_7858]))
            .near(0.1, chance);
        canvas.fill(
            &Outline::egg(x, y, size, size),
            lamp,
            chance.range(0.25, 0.7),
        );
    }
    canvas.fade(
        &Outline::block(0.0, line, w, h - line),
        dark.lighter(0.16),
        dark.lighter(0.04),
    );
}

/// A carpet or wallpaper of stripes, checks or dots.
fn pattern(canvas: &mut Canvas, _horizon: f32, chance: &mut Chance) {
    let (w, h) = (canvas.width(), canvas.height());
    let (ground, figure) = (Tint::any(chance), Tint::any(chance));
    canvas.fade(&Outline::block(0.0, 0.0, w, h), ground, ground.darker(0.2));
    let (step, kind) = (chance.range(8.0, 26.0), chance.below(4));
    let slant = chance.range(-0.6, 0.6);
    let (columns, rows) = ((w / step) as i32 + 2, (h / step) as i32 + 2);
    for column in -1..columns {
        let x = column as f32 * step;
        if kind <= 1 {
            canvas.line(
                &[(x, -2.0), (x + slant * h, h + 2.0)],
                figure,
                0.7,
                step * 0.4,
            );
        }
        for row in -1..rows {
            let y = row as f32 * step;
            match kind {
                1 if column == 0 => canvas.line(
                    &[(-2.0, y), (w + 2.0, y + slant * 20.0)],
                    figure,
                    0.5,
                    step * 0.3,
                ),
                2 => canvas.fill(
                    &Outline::egg(
                        x + step * 0.5 * (row & 1) as f32,
                        y,
                        step * 0.28,
                        step * 0.28,
                    ),
                    figure,
                    0.85,
                ),
                3 if (row + column) & 1 == 0 => {
                    canvas.fill(&Outline::block(x, y, step, step), figure, 0.85)
                }
                _ => {}
            }
        }
    }
}

/// Large spots of colour, as when only the animal is in focus.
fn blur(canvas: &mut Canvas, _horizon: f32, chance: &mut Chance) {
    let (w, h) = (canvas.width(), canvas.height());
    let (top, bottom) = (Tint::any(chance), Tint::any(chance));
    canvas.fade(&Outline::block(0.0, 0.0, w, h), top, bottom);
    for _ in 0..6 + chance.below(10) {
        let at = (chance.uniform() * w, chance.uniform() * h);
        let size = (w * chance.range(0.08, 0.4), h * chance.range(0.08, 0.4));
        canvas.glow(at, size, Tint::any(chance), 0.9);
    }
    canvas.soften(3);
}
