//! A picture under a map of heat.

use image::{Rgb, RgbImage};

use crate::palette::oranges;

/// How much of the picture the strongest heat covers.
const COVER: f32 = 0.75;

/// The picture, darkened a little and covered with orange as far as `heat` (0 to 1, row after row, `columns` in a row)
/// says; the map is stretched over the picture and smoothed between its cells.
///
/// Heat that is missing or not a number counts as none.
///
/// ```
/// let picture = image::RgbImage::new(64, 64);
/// let where_it_looked = firelight_plots::overlay(&picture, &[0.0, 1.0, 0.2, 0.0], 2);
/// ```
pub fn overlay(picture: &RgbImage, heat: &[f32], columns: usize) -> RgbImage {
    let columns = columns.max(1);
    let rows = heat.len() / columns;
    let at = |x: usize, y: usize| heat.get(y * columns + x).copied().filter(|value| value.is_finite()).unwrap_or(0.0);
    let (width, height) = picture.dimensions();
    RgbImage::from_fn(width, height, |x, y| {
        let value = if rows == 0 {
            0.0
        } else {
            let (left, right, across) = cells(x, width, columns);
            let (above, below, down) = cells(y, height, rows);
            let mix = |a: f32, b: f32, share: f32| a + (b - a) * share;
            let upper = mix(at(left, above), at(right, above), across);
            let lower = mix(at(left, below), at(right, below), across);
            mix(upper, lower, down).clamp(0.0, 1.0)
        };
        let color = oranges(0.35 + 0.45 * value);
        let pixel = picture.get_pixel(x, y).0;
        Rgb(std::array::from_fn(|channel| {
            let dimmed = f32::from(pixel[channel]) * (0.55 + 0.45 * value);
            (dimmed + (f32::from(color[channel]) - dimmed) * COVER * value).round() as u8
        }))
    })
}

/// The two cells between whose centres a pixel's centre lies, and how far it is from the first.
fn cells(pixel: u32, pixels: u32, cells: usize) -> (usize, usize, f32) {
    let place = (pixel as f32 + 0.5) / pixels as f32 * cells as f32 - 0.5;
    let first = place.floor().max(0.0) as usize;
    (first, (first + 1).min(cells - 1), (place - first as f32).clamp(0.0, 1.0))
}
