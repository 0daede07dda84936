//! Where the picture was taken. It says nothing about the animal: every breed is found everywhere.

mod indoors;
mod outdoors;
mod studio;

pub use outdoors::blades;

use super::brush::Canvas;
use super::chance::Chance;

/// Paints a place over the whole canvas, at times out of focus.
pub fn paint(canvas: &mut Canvas, chance: &mut Chance) {
    // The height at which the floor begins, as a share of the picture.
    let horizon = chance.range(0.3, 0.72);
    let place = chance.pick([
        indoors::room,
        indoors::sofa,
        outdoors::meadow,
        outdoors::snow,
        outdoors::night,
        studio::pattern,
        studio::blur,
    ]);
    place(canvas, horizon, chance);
    let soft = chance.below(4);
    canvas.soften(soft);
}
