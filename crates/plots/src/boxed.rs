//! A picture with rectangles around what is in it.

use image::RgbImage;

use crate::canvas::{Canvas, Pen};
use crate::lettering::Align;
use crate::marks::{Role, Sheet};
use crate::palette::{WHITE, ink_on};
use crate::text::Style;

/// A rectangle over a picture, and what it says.
///
/// ```
/// use firelight_plots::{LabelledBox, Role};
///
/// let head = LabelledBox { rect: [-0.5, -1.0, 0.5, 0.0], label: "head".into(), role: Role::Truth };
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct LabelledBox {
    /// Left, top, right and bottom, from -1 to 1 over the picture, edge to edge: the scale of a box target, whatever
    /// the picture's size. Beyond the picture it is cut off; sides in the wrong order are exchanged, and with a number
    /// that is not finite nothing is drawn.
    pub rect: [f32; 4],
    /// Stands above the box when it is the truth, below a prediction; inside where there is no room. May be empty.
    pub label: String,
    /// Blue and solid, or orange and dashed.
    pub role: Role,
}

/// The picture with boxes drawn over it, the later ones on top.
///
/// A picture whose longer side is below 288 pixels is enlarged to that, so that lines and letters are crisp in a
/// [`grid`](crate::grid()); over larger pictures they grow along. What comes out can be drawn on again.
///
/// ```
/// use firelight_plots::{LabelledBox, Role, boxed};
///
/// let truth = LabelledBox { rect: [-0.5, -1.0, 0.5, 0.0], label: "pug".into(), role: Role::Truth };
/// let prediction = LabelledBox { rect: [-0.4, -0.9, 0.5, 0.2], label: "pug 91 %".into(), role: Role::Prediction };
/// let picture = boxed(&image::RgbImage::new(64, 48), &[truth, prediction]);
/// assert_eq!(picture.dimensions(), (288, 216));
/// ```
pub fn boxed(picture: &RgbImage, boxes: &[LabelledBox]) -> RgbImage {
    let Some(sheet) = Sheet::new(picture) else { return picture.clone() };
    let mut canvas = sheet.canvas();
    let drawn = || boxes.iter().filter_map(|one| Some((one, corners(one.rect, &sheet)?)));
    for (one, sides) in drawn() {
        outline(&mut canvas, &sheet, sides, one.role);
    }
    // Above all lines.
    for (one, sides) in drawn() {
        flag(&mut canvas, &sheet, sides, one);
    }
    canvas.into_picture()
}

/// Left, top, right and bottom in pixels; half a line inside the picture at least, so that the lines of a box as large as the picture are seen.
fn corners(rect: [f32; 4], sheet: &Sheet) -> Option<[f32; 4]> {
    if !rect.iter().all(|side| side.is_finite()) {
        return None;
    }
    let [left, top, right, bottom] = rect.map(|side| side.clamp(-8.0, 8.0));
    let beyond = |from: f32, to: f32| from.max(to) < -1.0 || from.min(to) > 1.0;
    if beyond(left, right) || beyond(top, bottom) {
        return None;
    }
    let (first, second) = (sheet.place([left, top]), sheet.place([right, bottom]));
    let line = 1.5 * sheet.unit;
    let inside = |at: f32, length: f32| match at {
        at if (0.0..=length).contains(&at) => at.min(length - line).max(line),
        beyond => beyond,
    };
    Some([
        inside(first.0.min(second.0), sheet.width()),
        inside(first.1.min(second.1), sheet.height()),
        inside(first.0.max(second.0), sheet.width()),
        inside(first.1.max(second.1), sheet.height()),
    ])
}

fn outline(canvas: &mut Canvas, sheet: &Sheet, [left, top, right, bottom]: [f32; 4], role: Role) {
    let round = [(left, top), (right, top), (right, bottom), (left, bottom), (left, top)];
    // A white edge, so that the line is seen over its own colour.
    canvas.stroke(&round, Pen::solid(WHITE, 4.0), sheet.unit, None);
    canvas.stroke(&round, role.pen(2.5), sheet.unit, None);
}

/// The label on a ground of the role's colour.
fn flag(canvas: &mut Canvas, sheet: &Sheet, [left, top, _, bottom]: [f32; 4], one: &LabelledBox) {
    let unit = sheet.unit;
    let ground = one.role.color();
    let style = Style::LABEL.sized(13.0 * unit).colored(ink_on(ground));
    let text = style.fit(&one.label, sheet.width() - 10.0 * unit);
    if text.is_empty() {
        return;
    }
    let (width, height) = (style.width(&text) + 10.0 * unit, 18.0 * unit);
    let x = (left - 1.25 * unit).min(sheet.width() - width).max(0.0);
    let y = match one.role {
        Role::Truth if top >= height => top - height,
        Role::Truth => top.max(0.0),
        Role::Prediction if bottom + height <= sheet.height() => bottom,
        Role::Prediction => bottom.min(sheet.height()) - height,
    };
    canvas.fill([x, y, width, height], ground);
    canvas.text((x + 5.0 * unit, y + height / 2.0), &text, style, Align::Start);
}
