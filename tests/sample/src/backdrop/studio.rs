//! Grounds that are no place: figured cloth and bare blur.

use super::super::brush::{Canvas, Outline, Tint};
use super::super::chance::Chance;

/// A carpet or wallpaper of stripes, checks or dots.
pub fn pattern(canvas: &mut Canvas, _horizon: f32, chance: &mut Chance) {
    let (w, h) = (canvas.width(), canvas.height());
    let (ground, figure) = (Tint::any(chance), Tint::any(chance));
    canvas.fade(&Outline::block(0.0, 0.0, w, h), ground, ground.darker(0.2));
    let (step, kind) = (chance.range(8.0, 26.0), chance.below(4));
    let slant = chance.range(-0.6, 0.6);
    let (columns, rows) = ((w / step) as i32 + 2, (h / step) as i32 + 2);
    for column in -1..columns {
        let x = column as f32 * step;
        if kind <= 1 {
            canvas.line(&[(x, -2.0), (x + slant * h, h + 2.0)], figure, 0.7, step * 0.4);
        }
        for row in -1..rows {
            let y = row as f32 * step;
            match kind {
                1 if column == 0 => canvas.line(&[(-2.0, y), (w + 2.0, y + slant * 20.0)], figure, 0.5, step * 0.3),
                2 => canvas.fill(
                    &Outline::egg(x + step * 0.5 * (row & 1) as f32, y, step * 0.28, step * 0.28),
                    figure,
                    0.85,
                ),
                3 if (row + column) & 1 == 0 => {
                    canvas.fill(&Outline::block(x, y, step, step), figure, 0.85);
                }
                _ => {}
            }
        }
    }
}

/// Large spots of colour, as when only the animal is in focus.
pub fn blur(canvas: &mut Canvas, _horizon: f32, chance: &mut Chance) {
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
