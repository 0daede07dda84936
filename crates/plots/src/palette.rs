//! Every colour of every picture.

/// Red, green, blue.
pub(crate) type Color = [u8; 3];

pub(crate) const WHITE: Color = [255, 255, 255];
/// Text and axes.
pub(crate) const INK: Color = [34, 38, 46];
/// Text of less weight: notes, tick labels.
pub(crate) const FAINT: Color = [96, 103, 115];
/// Zeros among other numbers: not worth a look, yet there.
pub(crate) const ZERO: Color = [140, 147, 158];
/// Lines that guide the eye without drawing it.
pub(crate) const GRID: Color = [226, 229, 234];
/// Right, training, above zero.
pub(crate) const BLUE: Color = [0, 104, 170];
/// The training loss of single steps, behind its smoothed line.
pub(crate) const PALE_BLUE: Color = [160, 201, 232];
/// Below the outline of a histogram.
pub(crate) const GROUND: Color = [214, 230, 244];
/// Lines of classes that are not named, behind those that are.
pub(crate) const OTHERS: Color = [206, 210, 216];
/// Wrong, validation, below zero.
pub(crate) const ORANGE: Color = [206, 84, 0];
/// A value that is not a number.
pub(crate) const MISSING: Color = [214, 216, 220];

/// Colours for lines of equal rank, an order in which neighbours differ for every kind of colour vision
/// (after Okabe and Ito, *Color Universal Design*, 2008).
pub(crate) const SERIES: [Color; 7] =
    [BLUE, [224, 146, 0], [0, 146, 108], [190, 96, 152], [72, 168, 222], ORANGE, [90, 90, 90]];

/// Colours for areas of equal rank: the seven of Okabe and Ito that are not black, then others that are lighter, darker or
/// greyer than what came before.
pub(crate) const CLASSES: [Color; 20] = [
    [0, 114, 178],
    [230, 159, 0],
    [0, 158, 115],
    [204, 121, 167],
    [86, 180, 233],
    [213, 94, 0],
    [240, 228, 66],
    [96, 60, 200],
    [0, 84, 48],
    [128, 16, 60],
    [170, 240, 180],
    [255, 190, 200],
    [20, 24, 96],
    [124, 88, 44],
    [0, 220, 214],
    [150, 150, 150],
    [255, 0, 150],
    [150, 220, 0],
    [190, 150, 255],
    [52, 52, 52],
];

const BLUES: [Color; 5] = [[244, 248, 253], [188, 213, 236], [102, 165, 212], [30, 105, 173], [10, 44, 100]];
const ORANGES: [Color; 5] = [[255, 247, 239], [252, 211, 164], [246, 158, 84], [211, 93, 14], [120, 46, 4]];

/// From nearly white at 0 to dark blue at 1.
pub(crate) fn blues(share: f32) -> Color {
    along(&BLUES, share)
}

/// From nearly white at 0 to dark brown-orange at 1.
pub(crate) fn oranges(share: f32) -> Color {
    along(&ORANGES, share)
}

/// From orange at 0 over white at one half to blue at 1.
pub(crate) fn diverging(share: f32) -> Color {
    if share < 0.5 { oranges(1.0 - 2.0 * share) } else { blues(2.0 * share - 1.0) }
}

/// Black or white, whichever is easier to read on the colour (WCAG 2.2 relative luminance).
pub(crate) fn ink_on(background: Color) -> Color {
    let linear = background.map(|level| (f32::from(level) / 255.0).powf(2.2));
    let luminance = 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2];
    if luminance < 0.22 { WHITE } else { INK }
}

fn along(stops: &[Color; 5], share: f32) -> Color {
    let place = share.clamp(0.0, 1.0) * 4.0;
    let place = if place.is_nan() { 0.0 } else { place };
    let first = (place as usize).min(3);
    let part = place - first as f32;
    std::array::from_fn(|channel| {
        let (from, to) = (f32::from(stops[first][channel]), f32::from(stops[first + 1][channel]));
        (from + (to - from) * part).round() as u8
    })
}
