//! What the camera does to the scene: exposure, colour of the light, uneven light, lens and grain.

use image::{Rgb, RgbImage};

use super::brush::Canvas;
use super::chance::Chance;

/// Takes the picture.
pub fn expose(canvas: &mut Canvas, chance: &mut Chance) -> RgbImage {
    if chance.coin(0.1) {
        canvas.soften(1);
    }
    let (width, height) = (canvas.width(), canvas.height());
    let exposure = chance.bell(0.8, 1.2);
    let contrast = chance.bell(0.8, 1.2);
    let warmth = chance.bell(-0.12, 0.12);
    let green = chance.bell(-0.05, 0.05);
    let balance = [1.0 + warmth, 1.0 + green, 1.0 - warmth];
    let washed = chance.bell(-0.15, 0.25).max(0.0);
    let slope = (chance.bell(-0.3, 0.3), chance.bell(-0.3, 0.3));
    let corners = chance.range(0.0, 0.35);
    let grain = chance.bell(0.0, 10.0);
    let mut picture = RgbImage::new(width as u32, height as u32);
    for (i, (colour, pixel)) in canvas.colours().zip(picture.pixels_mut()).enumerate() {
        let (u, v) = ((i as f32 % width) / width - 0.5, (i as f32 / width).floor() / height - 0.5);
        let light = exposure * (1.0 + slope.0 * u + slope.1 * v) * (1.0 - corners * 1.6 * (u * u + v * v));
        let grey = (f32::from(colour[0]) * 0.3 + f32::from(colour[1]) * 0.59 + f32::from(colour[2]) * 0.11) * light;
        let common = chance.bell(-grain, grain);
        let mut channel = |c: usize| {
            let lit = f32::from(colour[c]) * light * balance[c];
            let pale = lit + (grey - lit) * washed;
            let value = (pale - 118.0) * contrast + 118.0 + common + chance.range(-0.4, 0.4) * grain;
            value.round().clamp(0.0, 255.0) as u8
        };
        *pixel = Rgb([channel(0), channel(1), channel(2)]);
    }
    picture
}
