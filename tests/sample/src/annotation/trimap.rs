//! Trimaps: which pixels show the animal, which the ground, and the band between them.

use image::{GrayImage, Luma};

use super::Figure;

const ANIMAL: u8 = 1;
const GROUND: u8 = 2;
/// Oxford's "border" or "not classified".
const BAND: u8 = 3;

/// The squared distance to the ground below which the animal's pixels belong to the band: one pixel.
const INSIDE: i32 = 1;
/// The same for the ground's distance to the animal: two pixels, as the rim, the tips of the hair and the JPEG's ringing are outside.
const OUTSIDE: i32 = 4;

/// The picture's trimap: 1 the animal, 2 the ground and what stands before the animal, 3 a band three pixels wide along the outline.
pub fn trimap(figure: &Figure) -> GrayImage {
    let (width, height) = (figure.width as i32, figure.height as i32);
    let shows = |x: i32, y: i32| figure.animal[(y * width + x) as usize];
    let near_other = |x: i32, y: i32, square: i32| {
        (-2..=2_i32).flat_map(|dy| (-2..=2_i32).map(move |dx| (dx, dy))).any(|(dx, dy)| {
            let (u, v) = (x + dx, y + dy);
            let inside = (0..width).contains(&u) && (0..height).contains(&v);
            dx * dx + dy * dy <= square && inside && shows(u, v) != shows(x, y)
        })
    };
    GrayImage::from_fn(figure.width, figure.height, |x, y| {
        let (x, y) = (x as i32, y as i32);
        let (own, reach) = if shows(x, y) { (ANIMAL, INSIDE) } else { (GROUND, OUTSIDE) };
        Luma([if near_other(x, y, reach) { BAND } else { own }])
    })
}
