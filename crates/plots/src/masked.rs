//! A picture under the classes of its pixels.

use image::{Rgb, RgbImage};

use crate::class_color;
use crate::marks::Sheet;
use crate::palette::{Color, INK, WHITE};

/// The code of pixels that no loss and no metric looks at.
const VOID: u8 = 255;
/// How much of the picture a class's colour covers.
const COVER: f32 = 0.5;

/// The picture under half-covering colours of its pixels' classes, with a thin line where two classes meet.
///
/// `codes` has a class for each pixel of the picture, row after row. `colors[code]` is a class's colour; a class without one
/// there has [`class_color`](crate::class_color): an empty list will do. Void (255) is hatched, and pixels without a code are left clear.
///
/// A picture whose longer side is below 288 pixels is enlarged to that, so that lines are crisp in a [`grid`](crate::grid()).
/// [`legend`](crate::legend) says which colour is whose.
///
/// ```
/// use firelight_plots::masked;
///
/// let picture = image::RgbImage::new(2, 2);
/// assert_eq!(masked(&picture, &[0, 1, 1, 255], &[]).dimensions(), (288, 288));
/// ```
pub fn masked(picture: &RgbImage, codes: &[u8], colors: &[[u8; 3]]) -> RgbImage {
    let Some(sheet) = Sheet::new(picture) else { return picture.clone() };
    let (across, down) = picture.dimensions();
    let (width, height) = sheet.picture.dimensions();
    // The pixel of the mask below a pixel of the sheet: codes are not mixed.
    let source = |at: u32, of: u32, from: u32| u64::from(at) * u64::from(from) / u64::from(of);
    let code = |x: u32, y: u32| {
        let (column, row) = (source(x, width, across), source(y, height, down));
        codes.get((row * u64::from(across) + column) as usize).copied()
    };
    let color = |code: u8| {
        let class = usize::from(code);
        colors.get(class).copied().unwrap_or_else(|| class_color(class))
    };
    let (thick, stripe) = (sheet.unit.round() as u32, (7.0 * sheet.unit).round() as u32);
    RgbImage::from_fn(width, height, |x, y| {
        let pixel = sheet.picture.get_pixel(x, y).0;
        let here = code(x, y);
        let (right, below) = ((x + thick).min(width - 1), (y + thick).min(height - 1));
        let border = [code(right, y), code(x, below), code(right, below)].iter().any(|there| *there != here);
        Rgb(match here {
            _ if border => mixed(pixel, WHITE, 0.9),
            None => pixel,
            Some(VOID) => mixed(pixel, if (x + y) / stripe % 2 == 0 { INK } else { WHITE }, 0.35),
            Some(code) => mixed(pixel, color(code), COVER),
        })
    })
}

fn mixed(from: Color, to: Color, share: f32) -> Color {
    std::array::from_fn(|channel| {
        let (from, to) = (f32::from(from[channel]), f32::from(to[channel]));
        (from + (to - from) * share).round() as u8
    })
}
