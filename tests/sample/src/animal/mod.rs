//! An animal: one look in one pose. It faces right and stands on `y = 0`; lengths are in radii of its head.

mod body;
mod cat;
mod dog;
mod face;
mod pose;
mod tail;

pub use pose::Pose;

use tiny_skia::Transform;

use super::breed::{Look, Part, Species};
use super::brush::{Canvas, Layer, Outline, Spot};
use super::chance::Chance;

/// An animal being painted: what it looks like and the canvas it goes on.
pub struct Animal<'a> {
    pub look: &'a Look,
    pub canvas: &'a mut Canvas,
    pub chance: &'a mut Chance,
    /// Where it looks: -1 over its back, 0 at the viewer, 1 ahead.
    pub turn: f32,
    /// The middles of its eyes in pixels of the picture, once it is painted.
    pub eyes: [Spot; 2],
}

impl Animal<'_> {
    /// One part in the colour of the coat.
    fn part(&mut self, part: Part, shape: &Outline) {
        self.shaded(part, shape, 0.0);
    }

    /// One part, darkened by `far` because it is on the other side.
    fn shaded(&mut self, part: Part, shape: &Outline, far: f32) {
        let fluff = self.look.fluff;
        let tuft = match part {
            Part::Side | Part::Front | Part::Neck | Part::Thigh | Part::Tail | Part::TailTip => 0.025 + 0.22 * fluff,
            Part::Ruff => 0.05 + 0.28 * fluff,
            Part::Leg => 0.01 + 0.11 * fluff,
            Part::Skull => 0.015 + 0.13 * fluff,
            Part::Ear => 0.01 + 0.08 * fluff,
            Part::Muzzle | Part::Paw => 0.05 * fluff,
        };
        let mut skin = self.look.coat.skin(part, shape.extent(), tuft, self.chance);
        skin.tint = skin.tint.darker(far);
        for mark in &mut skin.marks {
            mark.tint = mark.tint.darker(far);
        }
        self.canvas.part(shape, &skin, self.chance);
    }

    /// The head at `at`, tilted by `tilt` degrees, on a neck that comes from the direction of `body`.
    fn head(&mut self, at: Spot, body: Spot, tilt: f32) {
        let size = self.look.head;
        let (dx, dy) = ((body.0 - at.0) / size, (body.1 - at.1) / size);
        let length = dx.hypot(dy).max(0.1);
        let neck = (0.55 * dx / length, 0.25 + 0.55 * (dy / length).max(0.0));
        let outside = self.canvas.place();
        self.canvas.move_to(outside.pre_concat(Transform::from_row(size, 0.0, 0.0, size, at.0, at.1)));
        if self.look.fluff > 0.3 {
            let wide = self.look.head_width * (0.8 + 0.25 * self.look.fluff);
            self.part(Part::Ruff, &Outline::egg(neck.0 * 0.6, neck.1 + 0.1, wide, 0.75));
        }
        self.collar(neck);
        let turned = outside.pre_concat(Transform::from_row(size, 0.0, 0.0, size, at.0, at.1));
        self.canvas.move_to(turned.pre_concat(Transform::from_rotate(tilt)));
        let body_layer = self.canvas.enter(Layer::Head);
        match self.look.species {
            Species::Cat => self.cat_head(),
            Species::Dog => self.dog_head(),
        }
        self.canvas.enter(body_layer);
        self.canvas.move_to(outside);
    }
}
