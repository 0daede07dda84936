//! One picture from (seed, breed, index): a place, an animal in it, things around it, the camera, JPEG bytes; and what it shows.

use image::codecs::jpeg::JpegEncoder;
use image::error::{ParameterError, ParameterErrorKind};
use image::{ImageError, ImageResult};
use tiny_skia::Transform;

use super::animal::{Animal, Pose};
use super::annotation::Figure;
use super::backdrop;
use super::breed::Look;
use super::brush::{Canvas, Layer, Tint};
use super::camera;
use super::chance::Chance;
use super::props;

/// A picture and what it shows.
#[derive(Debug)]
pub struct Scene {
    /// The bytes of the JPEG file.
    pub jpeg: Vec<u8>,
    pub figure: Figure,
}

impl Scene {
    /// Picture `index` of breed number `breed`.
    pub fn paint(seed: u64, breed: usize, index: usize) -> ImageResult<Self> {
        let mut chance = Chance::of(seed, breed, index);
        let (mut width, mut height) = (128 + chance.below(33) as u32, 96 + chance.below(33) as u32);
        if chance.coin(0.2) {
            (width, height) = (height, width);
        }
        let angle = chance.range(-2.8, -0.3);
        // Both sides are at least 96, so there always is a canvas.
        let Some(mut canvas) = Canvas::new(width, height, (angle.cos(), angle.sin())) else {
            let none = ParameterError::from_kind(ParameterErrorKind::DimensionMismatch);
            return Err(ImageError::Parameter(none));
        };
        let figure = compose(&mut canvas, breed, &mut chance);
        let picture = camera::expose(&mut canvas, &mut chance);
        let quality = 55 + chance.below(41) as u8;
        let mut jpeg = Vec::new();
        picture.write_with_encoder(JpegEncoder::new_with_quality(&mut jpeg, quality))?;
        Ok(Self { jpeg, figure })
    }
}

fn compose(canvas: &mut Canvas, breed: usize, chance: &mut Chance) -> Figure {
    let look = Look::of(breed, chance);
    let pose = Pose::any(chance);
    backdrop::paint(canvas, chance);
    props::behind(canvas, chance);
    let outside = canvas.place();
    canvas.move_to(framing(canvas, pose, &look, chance));
    if let Some((at, wide)) = pose.footing(&look) {
        canvas.glow(at, (wide * 1.15, 0.42), Tint::BLACK, 0.6);
    }
    let turn = chance.bell(-0.6, 1.0);
    canvas.enter(Layer::Body);
    let eyes = Animal { look: &look, canvas, chance, turn, eyes: [(0.0, 0.0); 2] }.paint(pose);
    let head = canvas.head();
    canvas.move_to(outside);
    canvas.enter(Layer::Before);
    props::before(canvas, chance);
    Figure::new(canvas, &head, eyes)
}

/// Where the animal stands in the picture: near or far, left or right, upright or not, facing either side.
fn framing(canvas: &Canvas, pose: Pose, look: &Look, chance: &mut Chance) -> Transform {
    let room = pose.extent(look);
    let (width, height) = (canvas.width(), canvas.height());
    // A model sees the square in the middle.
    let fit = width.min(height) / room.width().max(room.height());
    let zoom = fit * chance.bell(0.95, 1.25);
    let (middle_x, middle_y) = room.at(0.5, 0.5);
    let x = width / 2.0 + chance.bell(-0.07, 0.07) * width;
    let y = height / 2.0 + chance.bell(-0.06, 0.08) * height;
    let stretch = chance.bell(0.92, 1.08);
    Transform::from_translate(x, y)
        .pre_concat(Transform::from_rotate(chance.bell(-8.0, 8.0)))
        .pre_concat(Transform::from_scale(chance.sign() * zoom * stretch, zoom / stretch))
        .pre_concat(Transform::from_translate(-middle_x, -middle_y))
}
