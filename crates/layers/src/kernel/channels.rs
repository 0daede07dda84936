//! A norm over the channels of each position.

use rayon::prelude::*;

use super::norm::Stack;
use super::scratch::{Blank, with_scratch, written};
use super::vectorized::vectorized;

/// Positions that a task has: their numbers of one channel are a few lines of a cache.
const PIECE: usize = 128;

/// `(x - mean) / √(variance + epsilon) · weight + bias`, with mean and variance over a position's channels.
pub fn channel_norm(stack: &Stack, numbers: &[f32], weight: &[f32], bias: &[f32], epsilon: f32) -> Vec<f32> {
    let picture = stack.channels * stack.plane;
    let fill = |output: &mut [Blank]| {
        let pictures = output.par_chunks_mut(picture).zip(numbers.par_chunks(picture));
        pictures.for_each(|(output, numbers)| {
            with_scratch(2 * PIECE, |sums| {
                for from in (0..stack.plane).step_by(PIECE) {
                    let to = stack.plane.min(from + PIECE);
                    positions(numbers, stack.plane, [from, to], [weight, bias], epsilon, sums, output);
                }
            });
        });
    };
    // SAFETY: the chunks cover the output, and the positions of each are all written, in every channel.
    #[expect(unsafe_code, reason = "an output that is cleared first is written twice")]
    unsafe {
        written(numbers.len(), fill)
    }
}

vectorized! {
    fn positions<'a>(
        numbers: &'a [f32],
        plane: usize,
        range: [usize; 2],
        line: [&'a [f32]; 2],
        epsilon: f32,
        sums: &'a mut [f32],
        output: &'a mut [Blank],
    ) -> () {
        let [from, to] = range;
        let [weight, bias] = line;
        let (mean, spread) = sums.split_at_mut(PIECE);
        let (mean, spread) = (&mut mean[..to - from], &mut spread[..to - from]);
        mean.fill(0.0);
        spread.fill(0.0);
        let share = 1.0 / weight.len() as f32;
        for channel in numbers.chunks_exact(plane) {
            for (sum, number) in mean.iter_mut().zip(&channel[from..to]) {
                *sum += number;
            }
        }
        for sum in mean.iter_mut() {
            *sum *= share;
        }
        for channel in numbers.chunks_exact(plane) {
            for ((sum, mean), number) in spread.iter_mut().zip(&*mean).zip(&channel[from..to]) {
                *sum += (number - mean) * (number - mean);
            }
        }
        for sum in spread.iter_mut() {
            *sum = 1.0 / (*sum * share + epsilon).sqrt();
        }
        let channels = numbers.chunks_exact(plane).zip(output.chunks_exact_mut(plane)).zip(weight.iter().zip(bias));
        for ((channel, output), (weight, bias)) in channels {
            let places = output[from..to].iter_mut().zip(&channel[from..to]).zip(mean.iter().zip(&*spread));
            for ((output, number), (mean, spread)) in places {
                output.write((number - mean) * spread * weight + bias);
            }
        }
    }
}
