use rayon::prelude::*;

use super::Window;
use super::vectorized::vectorized;

/// The greatest number under each position of the window, and which tap it came from (the first, if several).
///
/// # Panics
///
/// If the window has more than 256 taps.
pub fn max_pool(window: &Window, input: &[f32]) -> (Vec<f32>, Vec<u8>) {
    let [height, width] = window.output_size();
    let plane = (height * width).max(1);
    let mut output = vec![f32::NEG_INFINITY; window.batch * window.channels[0] * height * width];
    let mut taps = vec![0u8; output.len()];
    let first = First::of(window);
    let offsets: Vec<[isize; 2]> = window.offsets().collect();
    output.par_chunks_mut(plane).zip(taps.par_chunks_mut(plane)).enumerate().for_each(|(index, (output, taps))| {
        let input = &input[index * window.input_plane()..][..window.input_plane()];
        first.mark(taps);
        for (y, (best, taps)) in output.chunks_exact_mut(width).zip(taps.chunks_exact_mut(width)).enumerate() {
            for (tap, [down, right]) in offsets.iter().enumerate() {
                let Some(row) = row(window, input, y, *down) else { continue };
                let (first, last) = inside(window, *right, width);
                if first < last {
                    let start = (first * window.stride[1]).wrapping_add_signed(*right);
                    let (best, taps) = (&mut best[first..last], &mut taps[first..last]);
                    match window.stride[1] {
                        1 => raise(&row[start..], best, taps, tap as u8),
                        2 => raise_by_two(&row[start..], best, taps, tap as u8),
                        step => raise_by(&row[start..], step, best, taps, tap as u8),
                    }
                }
            }
        }
    });
    (output, taps)
}

/// The first tap of each output position that lies inside the input, which a window of nothing but -inf comes from.
struct First {
    /// Positions of a plane whose first tap is not tap 0: those at the top and left border.
    taps: Vec<(usize, u8)>,
}

impl First {
    fn of(window: &Window) -> Self {
        let [height, width] = window.output_size();
        let outside = |axis: usize, at: usize| window.padding[axis].0.saturating_sub(at * window.stride[axis]);
        let tap = |y, x| {
            (outside(0, y).div_ceil(window.dilation[0]) * window.kernel[1] + outside(1, x).div_ceil(window.dilation[1]))
                as u8
        };
        let taps =
            (0..height * width).map(|at| (at, tap(at / width, at % width))).filter(|(_, tap)| *tap > 0).collect();
        Self { taps }
    }

    fn mark(&self, plane: &mut [u8]) {
        for (at, tap) in &self.taps {
            plane[*at] = *tap;
        }
    }
}

/// The row of the input that a tap meets at output row `y`.
fn row<'a>(window: &Window, input: &'a [f32], y: usize, down: isize) -> Option<&'a [f32]> {
    let row = usize::try_from((y * window.stride[0]) as isize + down).ok()?;
    (row < window.size[0]).then(|| &input[row * window.size[1]..][..window.size[1]])
}

/// Columns of the output whose tap lies inside the input.
fn inside(window: &Window, right: isize, width: usize) -> (usize, usize) {
    let step = window.stride[1] as isize;
    let first = (-right).max(0).div_euclid(step) + isize::from((-right).max(0).rem_euclid(step) > 0);
    let last = (window.size[1] as isize - 1 - right).div_euclid(step) + 1;
    let first = (first as usize).min(width);
    (first, (last.max(0) as usize).clamp(first, width))
}

vectorized! {
    fn raise<'a>(row: &'a [f32], best: &'a mut [f32], taps: &'a mut [u8], tap: u8) -> () {
        for ((best, held), value) in best.iter_mut().zip(taps).zip(row) {
            one(best, held, *value, tap);
        }
    }
}

vectorized! {
    fn raise_by_two<'a>(row: &'a [f32], best: &'a mut [f32], taps: &'a mut [u8], tap: u8) -> () {
        // All but the last have a neighbour behind, so that pairs can be read.
        let pairs = row.as_chunks::<2>().0;
        let n = pairs.len().min(best.len());
        for ((best, held), pair) in best[..n].iter_mut().zip(&mut taps[..n]).zip(&pairs[..n]) {
            one(best, held, pair[0], tap);
        }
        if let (Some(best), Some(held)) = (best.get_mut(n), taps.get_mut(n)) {
            one(best, held, row[2 * n], tap);
        }
    }
}

fn raise_by(row: &[f32], step: usize, best: &mut [f32], taps: &mut [u8], tap: u8) {
    for ((best, held), value) in best.iter_mut().zip(taps).zip(row.iter().step_by(step)) {
        one(best, held, *value, tap);
    }
}

/// Not a number is greater than all, as in burn.
#[inline(always)]
fn one(best: &mut f32, held: &mut u8, value: f32, tap: u8) {
    let higher = value > *best || value.is_nan();
    *best = if higher { value } else { *best };
    *held = if higher { tap } else { *held };
}

/// The gradient of the input: each output's goes to where it came from.
pub fn max_pool_gradient(window: &Window, taps: &[u8], gradient: &[f32]) -> Vec<f32> {
    let [height, width] = window.output_size();
    let plane = height * width;
    let mut output = vec![0.0; window.batch * window.channels[0] * window.input_plane()];
    let offsets: Vec<[isize; 2]> = window.offsets().collect();
    let jumps: Vec<isize> = offsets.iter().map(|[down, right]| down * window.size[1] as isize + right).collect();
    output.par_chunks_mut(window.input_plane().max(1)).enumerate().for_each(|(index, output)| {
        let rows = taps[index * plane..][..plane].chunks_exact(width);
        for (y, (taps, gradient)) in rows.zip(gradient[index * plane..][..plane].chunks_exact(width)).enumerate() {
            let start = y * window.stride[0] * window.size[1];
            for (x, (tap, gradient)) in taps.iter().zip(gradient).enumerate() {
                let at = (start + x * window.stride[1]).wrapping_add_signed(jumps[*tap as usize]);
                if let Some(target) = output.get_mut(at) {
                    *target += *gradient;
                }
            }
        }
    });
    output
}
