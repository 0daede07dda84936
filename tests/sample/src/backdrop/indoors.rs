//! Rooms and sofas.

use super::super::brush::{Canvas, Outline, Tint};
use super::super::chance::Chance;

/// A wall with a picture or a window, a skirting board and a floor.
pub fn room(canvas: &mut Canvas, horizon: f32, chance: &mut Chance) {
    let (w, h) = (canvas.width(), canvas.height());
    let wall = Tint::any(chance).lighter(0.3);
    let floor = Tint::any(chance).mix(Tint::hex(0x0090_6A48), 0.5);
    let line = horizon * h;
    canvas.fade(&Outline::block(0.0, 0.0, w, line), wall, wall.darker(0.15));
    canvas.fade(&Outline::block(0.0, line, w, h - line), floor.darker(0.25), floor);
    canvas.fill(&Outline::block(0.0, line - 4.0, w, 4.0), wall.lighter(0.5), 1.0);
    for i in 0..chance.below(9) {
        let x = w * i as f32 / 7.0;
        canvas.line(&[(x, line), (w / 2.0 + (x - w / 2.0) * 2.2, h)], floor.darker(0.5), 0.4, 1.0);
    }
    if chance.coin(0.7) {
        let (x, y) = (chance.range(0.0, 0.8) * w, chance.range(0.0, 0.3) * line);
        let (wide, high) = (w * chance.range(0.18, 0.4), line * chance.range(0.35, 0.65));
        canvas.fill(&Outline::block(x - 2.0, y - 2.0, wide + 4.0, high + 4.0), Tint::any(chance), 1.0);
        let (top, bottom) = (Tint::any(chance), Tint::any(chance));
        canvas.fade(&Outline::block(x, y, wide, high), top, bottom);
        canvas.line(&[(x + wide / 2.0, y), (x + wide / 2.0, y + high)], Tint::WHITE, chance.uniform(), 1.5);
    }
}

/// A back rest, seats and cushions.
pub fn sofa(canvas: &mut Canvas, horizon: f32, chance: &mut Chance) {
    let (w, h) = (canvas.width(), canvas.height());
    let cloth = Tint::any(chance);
    canvas.fade(&Outline::block(0.0, 0.0, w, h), cloth.lighter(0.12), cloth.darker(0.2));
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
    canvas.fade(&Outline::block(0.0, line, w, h - line), cloth.lighter(0.1), cloth.darker(0.25));
    canvas.line(&[(0.0, line), (w, line)], cloth.darker(0.6), 0.7, 2.0);
    for _ in 0..chance.below(3) {
        let (x, size) = (chance.uniform() * w, h * chance.range(0.18, 0.32));
        let tint = Tint::any(chance);
        canvas.fade(&Outline::egg(x, line - size * 0.5, size * 0.9, size * 0.8), tint.lighter(0.15), tint.darker(0.3));
    }
}
