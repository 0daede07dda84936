//! A picture with points on it.

use image::RgbImage;

use crate::canvas::{Canvas, Pen};
use crate::marks::{Role, Sheet};
use crate::palette::WHITE;

/// The picture with points over it: true ones as blue discs, predicted ones as orange crosses, and a thin dashed line from
/// each to the other of the same number, which shows how far off it is.
///
/// `[x, y]` from -1 to 1 over the picture, edge to edge: the scale of a points target, whatever the picture's size. `None`
/// is a point that is not known. Points outside the picture and those that are not finite are not drawn; either list may be empty.
///
/// A picture whose longer side is below 288 pixels is enlarged to that, so that marks are crisp in a [`grid`](crate::grid());
/// over larger pictures they grow along. What comes out can be drawn on again.
///
/// ```
/// use firelight_plots::pointed;
///
/// let (truth, prediction) = ([Some([-0.5, 0.0]), None], [Some([-0.4, 0.1]), Some([0.5, 0.0])]);
/// let picture = pointed(&image::RgbImage::new(64, 48), &truth, &prediction);
/// assert_eq!(picture.dimensions(), (288, 216));
/// ```
pub fn pointed(picture: &RgbImage, truth: &[Option<[f32; 2]>], prediction: &[Option<[f32; 2]>]) -> RgbImage {
    let Some(sheet) = Sheet::new(picture) else { return picture.clone() };
    let mut canvas = sheet.canvas();
    let place = |points: &[Option<[f32; 2]>]| points.iter().map(|point| seen(*point, &sheet)).collect::<Vec<_>>();
    let (truth, prediction) = (place(truth), place(prediction));
    for (from, to) in truth.iter().zip(&prediction) {
        if let (Some(from), Some(to)) = (from, to) {
            canvas.stroke(&[*from, *to], Pen::solid(WHITE, 2.5), sheet.unit, None);
            canvas.stroke(&[*from, *to], Role::Prediction.pen(1.2), sheet.unit, None);
        }
    }
    for point in truth.into_iter().flatten() {
        disc(&mut canvas, point, sheet.unit);
    }
    for point in prediction.into_iter().flatten() {
        cross(&mut canvas, point, sheet.unit);
    }
    canvas.into_picture()
}

/// In pixels, when it lies on the picture.
fn seen(point: Option<[f32; 2]>, sheet: &Sheet) -> Option<(f32, f32)> {
    let point = point?;
    // Also false for what is not a number.
    point.iter().all(|side| (-1.0..=1.0).contains(side)).then(|| sheet.place(point))
}

// A cross is smaller than a disc: one right on the other leaves both to be seen.
fn disc(canvas: &mut Canvas, at: (f32, f32), unit: f32) {
    canvas.dot(at, 6.8 * unit, WHITE);
    canvas.dot(at, 5.6 * unit, Role::Truth.color());
}

fn cross(canvas: &mut Canvas, (x, y): (f32, f32), unit: f32) {
    let arm = 3.5 * unit;
    let strokes = [[(x - arm, y - arm), (x + arm, y + arm)], [(x - arm, y + arm), (x + arm, y - arm)]];
    for pen in [Pen::solid(WHITE, 4.4), Pen::solid(Role::Prediction.color(), 2.4)] {
        for stroke in strokes {
            canvas.stroke(&stroke, pen, unit, None);
        }
    }
}
