//! Comparisons that keep what is not a number: every kernel compares floats through these, as the lints of this crate see to.

use rayon::prelude::*;

use super::vectorized::vectorized;

/// Numbers that a task has.
const PIECE: usize = 1 << 13;

/// The least and the greatest output of an activation. One that is not a number bounds nothing.
pub type Bounds = [f32; 2];

/// `x` between its bounds; not a number stays what it is, as in `PyTorch`.
///
/// Each comparison compiles to one `maxps` or `minps`, which give their second operand where one of both is not a number.
/// `f32::max`, `min` and `clamp` are one instruction more, or lose it.
#[inline(always)]
pub fn clamp(x: f32, [low, high]: Bounds) -> f32 {
    at_most(at_least(x, low), high)
}

/// Whether an activation whose output is `y` lets no gradient through. It does where `y` is not a number, as `PyTorch`'s do.
#[inline(always)]
pub fn is_closed(y: f32, [low, high]: Bounds) -> bool {
    y <= low || y >= high
}

/// The gradient where an activation with these outputs is open, and 0 elsewhere, in the gradient's place.
pub fn close(outputs: &[f32], bounds: Bounds, gradient: &mut [f32]) {
    let pieces = gradient.par_chunks_mut(PIECE).zip(outputs.par_chunks(PIECE));
    pieces.for_each(|(gradient, outputs)| close_piece(outputs, bounds, gradient));
}

vectorized! {
    fn close_piece<'a>(outputs: &'a [f32], bounds: Bounds, gradient: &'a mut [f32]) -> () {
        for (gradient, y) in gradient.iter_mut().zip(outputs) {
            *gradient = if is_closed(*y, bounds) { 0.0 } else { *gradient };
        }
    }
}

/// The greater one, or `x` where one of both is not a number.
#[inline(always)]
pub fn at_least<T: PartialOrd>(x: T, least: T) -> T {
    if x < least { least } else { x }
}

/// The lesser one, or `x` where one of both is not a number.
#[inline(always)]
pub fn at_most<T: PartialOrd>(x: T, most: T) -> T {
    if x > most { most } else { x }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_a_number_is_kept_and_bounds_nothing() {
        let (inf, nan) = (f32::INFINITY, f32::NAN);
        for bounds in [[nan, nan], [0.0, nan], [0.0, 6.0]] {
            assert!(clamp(nan, bounds).is_nan());
            assert!(!is_closed(nan, bounds));
        }
        let clamped = |numbers: &[f32], bounds| numbers.iter().map(|x| clamp(*x, bounds)).collect::<Vec<_>>();
        assert_eq!(clamped(&[-inf, -1.0, inf], [nan, nan]), [-inf, -1.0, inf]);
        assert_eq!(clamped(&[-inf, -1.0, 2.0, inf], [0.0, nan]), [0.0, 0.0, 2.0, inf]);
        assert_eq!(clamped(&[-inf, 2.0, 7.0, inf], [0.0, 6.0]), [0.0, 2.0, 6.0, 6.0]);
        assert_eq!([0.0, 2.0, inf].map(|y| is_closed(y, [0.0, nan])), [true, false, false]);
        assert_eq!([0.0, 2.0, 6.0].map(|y| is_closed(y, [0.0, 6.0])), [true, false, true]);
        assert!(!is_closed(-inf, [nan, nan]));
    }
}
