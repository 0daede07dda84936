use rayon::prelude::*;

use super::bounds::at_least;
use super::exponential::exponential;
use super::scratch::{Blank, with_scratch, written};
use super::vectorized::vectorized;

/// Numbers that a task has at least: handing fewer to another thread costs more than it saves.
const PIECE: usize = 1 << 14;

/// Sums and maxima are taken in as many lanes on every processor, so that their bits agree.
const LANES: usize = 16;

/// Of each row the probabilities, the highest score, and `ln Σ exp(score - highest)`.
///
/// # Panics
///
/// If the rows are empty.
pub fn softmax(scores: &[f32], width: usize, least: f32) -> [Vec<f32>; 3] {
    let rows = scores.len() / width;
    let (mut highest, mut log_sums) = (vec![0.0; rows], vec![0.0; rows]);
    let each = (PIECE / width).max(1);
    let fill = |output: &mut [Blank]| {
        let columns = highest.par_chunks_mut(each).zip(log_sums.par_chunks_mut(each));
        let pieces = output.par_chunks_mut(each * width).zip(scores.par_chunks(each * width)).zip(columns);
        pieces.for_each(|((output, scores), (highest, log_sums))| {
            with_scratch(width, |row| piece(scores, least, row, output, highest, log_sums));
        });
    };
    // SAFETY: the chunks cover the output, and each row writes all of its numbers.
    #[expect(unsafe_code, reason = "an output that is cleared first is written twice")]
    let probabilities = unsafe { written(scores.len(), fill) };
    [probabilities, highest, log_sums]
}

vectorized! {
    fn piece<'a>(
        scores: &'a [f32],
        least: f32,
        row: &'a mut [f32],
        output: &'a mut [Blank],
        highest: &'a mut [f32],
        log_sums: &'a mut [f32],
    ) -> () {
        let width = row.len();
        let lines = scores.chunks_exact(width).zip(output.chunks_exact_mut(width));
        for ((scores, output), (highest, log_sum)) in lines.zip(highest.iter_mut().zip(log_sums)) {
            *highest = greatest(scores, least);
            for (power, score) in row.iter_mut().zip(scores) {
                *power = exponential(at_least(*score, least) - *highest);
            }
            let total = sum(row);
            if total.is_nan() && scores.iter().any(|score| score.is_nan()) {
                *highest = f32::NAN;
            }
            *log_sum = total.ln();
            let share = 1.0 / total;
            for (probability, power) in output.iter_mut().zip(&*row) {
                probability.write(power * share);
            }
        }
    }
}

/// Of the scores that are numbers.
#[inline(always)]
pub fn greatest(numbers: &[f32], least: f32) -> f32 {
    let higher = |best: f32, number: f32| if number > best { number } else { best };
    let (whole, rest) = numbers.as_chunks::<LANES>();
    let mut lanes = [least; LANES];
    for chunk in whole {
        for (best, number) in lanes.iter_mut().zip(chunk) {
            *best = higher(*best, *number);
        }
    }
    lanes.iter().chain(rest).copied().fold(least, higher)
}

/// Of all numbers.
#[inline(always)]
pub fn sum(numbers: &[f32]) -> f32 {
    let (whole, rest) = numbers.as_chunks::<LANES>();
    let mut lanes = [0.0; LANES];
    for chunk in whole {
        for (sum, number) in lanes.iter_mut().zip(chunk) {
            *sum += number;
        }
    }
    lanes.iter().chain(rest).sum()
}

/// Of each row `Σ weight · max(score - offset, least)`; without offsets, of the scores as they are.
pub fn weigh(scores: &[f32], weights: &[f32], offsets: Option<&[f32]>, width: usize, least: f32) -> Vec<f32> {
    let mut sums = vec![0.0; scores.len() / width];
    let each = (PIECE / width).max(1);
    let pieces = sums.par_chunks_mut(each).zip(scores.par_chunks(each * width)).zip(weights.par_chunks(each * width));
    pieces.enumerate().for_each(|(index, ((sums, scores), weights))| {
        let offsets = offsets.map(|offsets| &offsets[index * each..]);
        weigh_piece(scores, weights, offsets, width, least, sums);
    });
    sums
}

vectorized! {
    fn weigh_piece<'a>(
        scores: &'a [f32],
        weights: &'a [f32],
        offsets: Option<&'a [f32]>,
        width: usize,
        least: f32,
        sums: &'a mut [f32],
    ) -> () {
        for (row, sum) in sums.iter_mut().enumerate() {
            let offset = offsets.map_or(0.0, |offsets| offsets[row]);
            let term = |score: f32, weight: f32| weight * at_least(score - offset, least);
            let [scores, weights] = [scores, weights].map(|numbers| &numbers[row * width..][..width]);
            let ((scores, last), (weights, of_last)) = (scores.as_chunks::<LANES>(), weights.as_chunks::<LANES>());
            let mut lanes = [0.0; LANES];
            for (scores, weights) in scores.iter().zip(weights) {
                for lane in 0..LANES {
                    lanes[lane] += term(scores[lane], weights[lane]);
                }
            }
            let rest: f32 = last.iter().zip(of_last).map(|(score, weight)| term(*score, *weight)).sum();
            *sum = lanes.iter().sum::<f32>() + rest;
        }
    }
}

/// Multiplies each row by its factor.
pub fn scale_rows(numbers: &mut [f32], factors: &[f32], width: usize) {
    let each = (PIECE / width).max(1);
    let pieces = numbers.par_chunks_mut(each * width).zip(factors.par_chunks(each));
    pieces.for_each(|(numbers, factors)| scale_piece(numbers, factors, width));
}

vectorized! {
    fn scale_piece<'a>(numbers: &'a mut [f32], factors: &'a [f32], width: usize) -> () {
        for (row, factor) in numbers.chunks_exact_mut(width).zip(factors) {
            for number in row {
                *number *= *factor;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::exponential;

    #[test]
    fn powers_agree_with_those_of_f64() {
        for step in 0..=1_050_000 {
            let power = -step as f32 * 1e-4;
            let exact = f64::from(power).exp();
            let error = (f64::from(exponential(power)) - exact).abs();
            // Two units of the last place, or of the smallest number that is not normal.
            assert!(error <= 2.4e-7 * exact + 1.5e-45, "e^{power}: {} for {exact:e}", exponential(power));
        }
        let ends = [0.0, -1e38, f32::NEG_INFINITY].map(exponential);
        assert_eq!(ends.map(f32::to_bits), [1.0_f32, 0.0, 0.0].map(f32::to_bits));
        assert!(exponential(f32::NAN).is_nan());
    }
}
