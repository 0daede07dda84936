//! The gradient of a bias: sums of what stands beside it.

use rayon::prelude::*;

use super::norm::Stack;
use super::vectorized::vectorized;

/// Sums of a plane are taken in this many lanes, on every processor.
const LANES: usize = 64;
/// Rows that a task has.
const ROWS: usize = 128;

/// Of each channel the sum over all pictures and positions.
pub fn of_planes(stack: &Stack, gradient: &[f32]) -> Vec<f32> {
    let Stack { batch, channels, plane } = *stack;
    let of_channel = |channel: usize| {
        (0..batch).map(|picture| sum(&gradient[(picture * channels + channel) * plane..][..plane])).sum::<f64>() as f32
    };
    (0..channels).into_par_iter().map(of_channel).collect()
}

vectorized! {
    fn sum<'a>(plane: &'a [f32]) -> f64 {
        let (chunks, rest) = plane.as_chunks::<LANES>();
        let mut lanes = [0.0f32; LANES];
        for chunk in chunks {
            for lane in 0..LANES {
                lanes[lane] += chunk[lane];
            }
        }
        for (lane, number) in lanes.iter_mut().zip(rest) {
            *lane += number;
        }
        lanes.iter().map(|lane| f64::from(*lane)).sum()
    }
}

/// Of each column the sum over all rows, which are `width` numbers each.
pub fn of_rows(width: usize, gradient: &[f32]) -> Vec<f32> {
    let parts: Vec<Vec<f32>> = gradient.par_chunks(ROWS * width).map(|rows| sum_of_rows(width, rows)).collect();
    // In the order of the rows, whoever has summed them.
    let of_column = |column: usize| parts.iter().map(|part| f64::from(part[column])).sum::<f64>() as f32;
    (0..width).map(of_column).collect()
}

vectorized! {
    fn sum_of_rows<'a>(width: usize, rows: &'a [f32]) -> Vec<f32> {
        let mut sums = vec![0.0; width];
        for row in rows.chunks_exact(width) {
            for (sum, number) in sums.iter_mut().zip(row) {
                *sum += number;
            }
        }
        sums
    }
}
