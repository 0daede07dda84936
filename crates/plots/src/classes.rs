//! The colours of classes, and the strip that says which is whose.

use image::RgbImage;

use crate::canvas::Canvas;
use crate::lettering::Align;
use crate::palette::{CLASSES, Color, FAINT};
use crate::text::Style;

/// The colour of a class: red, green and blue of the class with this number, from 0 on.
///
/// The first seven are those of Okabe and Ito (*Color Universal Design*, 2008), which people who do not tell red from green
/// tell apart; up to twenty are distinct for all others. The next twenty are these made lighter, then darker, and so on in turn.
///
/// ```
/// use firelight_plots::class_color;
///
/// assert_eq!(class_color(0), [0, 114, 178]);
/// assert_ne!(class_color(0), class_color(20));
/// ```
pub fn class_color(class: usize) -> [u8; 3] {
    let color = CLASSES[class % CLASSES.len()];
    match class / CLASSES.len() {
        0 => color,
        round if round % 2 == 1 => toward(color, 255),
        _ => toward(color, 0),
    }
}

/// Names beside their colours, in rows at most `width` pixels wide: the strip below a sheet of masks.
///
/// A name without a colour of its own in `colors` has [`class_color`]: an empty list will do. One that is too long keeps its
/// beginning and end around an ellipsis; names after the first 256 are counted in a note. `width` is held between 160 and 2000.
///
/// ```
/// use firelight_plots::{grid, legend, stacked};
///
/// let sheet = grid(&[], 1);
/// let strip = legend(&["sky".to_string(), "road".to_string()], &[], sheet.width());
/// let both = stacked(&[sheet, strip]);
/// ```
pub fn legend(names: &[String], colors: &[[u8; 3]], width: u32) -> RgbImage {
    let width = (width as f32).clamp(160.0, 2000.0);
    let (mut x, mut y) = (MARGIN, MARGIN);
    let mut entries = Vec::new();
    for (class, name) in names.iter().take(MOST_NAMES).enumerate() {
        let name = Style::LABEL.fit(name, LONGEST_NAME.min(width - 2.0 * MARGIN - SWATCH - 8.0));
        let room = SWATCH + 8.0 + Style::LABEL.width(&name);
        if x > MARGIN && x + room > width - MARGIN {
            (x, y) = (MARGIN, y + ROW);
        }
        entries.push((class, name, x, y));
        x += room + 20.0;
    }
    let note = match names.len().saturating_sub(MOST_NAMES) {
        0 if names.is_empty() => "no classes".to_owned(),
        0 => String::new(),
        more => format!("and {more} more"),
    };
    if !note.is_empty() && !entries.is_empty() {
        y += ROW;
    }
    let mut canvas = Canvas::new(width, y + MARGIN);
    canvas.text((MARGIN, y), &note, Style::NOTE, Align::Start);
    for (class, name, x, y) in entries {
        let color = colors.get(class).copied().unwrap_or_else(|| class_color(class));
        canvas.fill([x, y - 8.0, SWATCH, 16.0], color);
        // A pale colour would have no edge on white.
        canvas.frame([x, y - 8.0, SWATCH, 16.0], 1.0, FAINT);
        canvas.text((x + SWATCH + 8.0, y), &name, Style::LABEL, Align::Start);
    }
    canvas.into_picture()
}

/// Pictures below each other on white, each at the left: a sheet and its legend.
///
/// As wide as the widest; what lies below 16384 pixels is cut off. Without a picture it is one white pixel.
///
/// ```
/// let (sheet, strip) = (image::RgbImage::new(40, 30), image::RgbImage::new(60, 10));
/// assert_eq!(firelight_plots::stacked(&[sheet, strip]).dimensions(), (60, 40));
/// ```
pub fn stacked(pictures: &[RgbImage]) -> RgbImage {
    let width = pictures.iter().map(RgbImage::width).max().unwrap_or(0);
    let mut canvas = Canvas::new(width as f32, pictures.iter().map(|picture| picture.height() as f32).sum());
    let mut top = 0.0;
    for picture in pictures {
        canvas.paste(picture, 0.0, top);
        top += picture.height() as f32;
    }
    canvas.into_picture()
}

const MARGIN: f32 = 16.0;
const ROW: f32 = 24.0;
const SWATCH: f32 = 24.0;
const LONGEST_NAME: f32 = 240.0;
const MOST_NAMES: usize = 256;

/// Nearly half of the way to black (0) or white (255).
fn toward(color: Color, level: u8) -> Color {
    color.map(|from| (f32::from(from) * 0.55 + f32::from(level) * 0.45).round() as u8)
}
