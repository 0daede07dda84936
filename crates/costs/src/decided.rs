//! From a map to codes.

use crate::Decision;

/// The code of a pixel that has no class: it is not counted, and losses pass over it. 255, as is usual for masks in files.
///
/// ```
/// use firelight_costs::{Decision, VOID, decided_codes};
///
/// assert_eq!(VOID, 255);
/// assert_eq!(decided_codes(&[f32::NAN, 0.1], 2, &Decision::Argmax), [VOID]);
/// ```
pub const VOID: u8 = 255;

/// The mask that a decision makes of a map: for each pixel the code of the class that [`Decision::best`] ranks first among its numbers.
///
/// `row` is `[classes, height, width]` flattened; the codes are in rows. A pixel with a number that is NaN is [`VOID`], since nothing is
/// decided of it, and so is one whose class has no code, which are classes from 255 on. Thresholds do not change which class comes first.
/// Costs of another number of classes are not about these pixels (they may be about the other target of a pair), and the likeliest
/// class is picked. Numbers that are left over, less than one for each class, are passed over.
///
/// ```
/// use firelight_costs::{Decision, VOID, decided_codes};
///
/// let map = [0.9, 0.4, f32::NAN, /* second class */ 0.1, 0.6, 0.8];
/// assert_eq!(decided_codes(&map, 2, &Decision::Argmax), [0, 1, VOID]);
/// ```
pub fn decided_codes(row: &[f32], classes: usize, decision: &Decision) -> Vec<u8> {
    let pixels = row.len().checked_div(classes).unwrap_or_default();
    if pixels == 0 {
        return Vec::new();
    }
    let planes = || row.chunks_exact(pixels).take(classes);
    match decision {
        Decision::Argmax | Decision::Threshold(_) | Decision::Thresholds(_) => likeliest(planes(), pixels),
        Decision::MinimumRisk(costs) if costs.vocab().len() != classes => likeliest(planes(), pixels),
        _ => (0..pixels).map(|pixel| best(&planes().map(|plane| plane[pixel]).collect::<Vec<_>>(), decision)).collect(),
    }
}

/// What [`best`] gives for each pixel where probabilities alone decide, a class at a time: they lie in that order, and no list for each
/// pixel is needed.
fn likeliest<'a>(planes: impl Iterator<Item = &'a [f32]>, pixels: usize) -> Vec<u8> {
    let (mut highest, mut codes) = (vec![f32::NEG_INFINITY; pixels], vec![0; pixels]);
    for (class, plane) in planes.enumerate() {
        for ((highest, code), &output) in highest.iter_mut().zip(&mut codes).zip(plane) {
            if output.is_nan() || highest.is_nan() {
                (*highest, *code) = (f32::NAN, VOID);
            } else if output > *highest {
                (*highest, *code) = (output, code_of(class));
            }
        }
    }
    codes
}

/// The code of one pixel.
fn best(column: &[f32], decision: &Decision) -> u8 {
    if column.iter().any(|output| output.is_nan()) { VOID } else { decision.best(column).map_or(VOID, code_of) }
}

fn code_of(class: usize) -> u8 {
    u8::try_from(class).unwrap_or(VOID)
}
