//! Channels that lie a plane apart.

use rayon::prelude::*;

use super::super::norm::Stack;
use super::super::planes::Planes;
use super::super::scratch::{Blank, with_scratch, written};
use super::super::vectorized::vectorized;
use super::{Normed, PIECE};

/// Sums over positions are taken in this many lanes, on every processor.
const LANES: usize = 16;

/// The positions of a task: `count` from `from` on, of a picture.
#[derive(Debug, Clone, Copy)]
struct Piece {
    picture: usize,
    from: usize,
    count: usize,
}

impl Piece {
    fn of(stack: &Stack, task: usize) -> Self {
        let from = task % stack.pieces() * PIECE;
        Self { picture: task / stack.pieces(), from, count: PIECE.min(stack.plane - from) }
    }

    /// Its numbers of a channel.
    #[inline(always)]
    fn strip<'a>(&self, stack: &Stack, numbers: &'a [f32], channel: usize) -> &'a [f32] {
        &numbers[(self.picture * stack.channels + channel) * stack.plane + self.from..][..self.count]
    }
}

pub fn forward(stack: &Stack, numbers: &[f32], line: [&[f32]; 2], epsilon: f32) -> Normed {
    let mut statistics = vec![0.0; stack.batch * stack.pieces() * 2 * PIECE];
    let fill = |output: &mut [Blank]| {
        let output = Planes::new(output, stack.plane, stack.channels);
        statistics.par_chunks_mut(2 * PIECE).enumerate().for_each(|(task, statistics)| {
            normalize(stack, Piece::of(stack, task), numbers, line, epsilon, statistics, &output);
        });
        output.done();
    };
    // SAFETY: the pieces cover each picture, and each writes its positions in every channel.
    #[expect(unsafe_code, reason = "an output that is cleared first is written twice")]
    let output = unsafe { written(numbers.len(), fill) };
    Normed { output, statistics }
}

vectorized! {
    #[expect(unsafe_code, reason = "tasks have pieces of all planes")]
    fn normalize<'a>(
        stack: &'a Stack,
        piece: Piece,
        numbers: &'a [f32],
        line: [&'a [f32]; 2],
        epsilon: f32,
        statistics: &'a mut [f32],
        output: &'a Planes<'a>,
    ) -> () {
        let (mean, inverse) = statistics.split_at_mut(PIECE);
        let (mean, inverse) = (&mut mean[..piece.count], &mut inverse[..piece.count]);
        let share = 1.0 / stack.channels as f32;
        for channel in 0..stack.channels {
            for (sum, number) in mean.iter_mut().zip(piece.strip(stack, numbers, channel)) {
                *sum += number;
            }
        }
        for sum in mean.iter_mut() {
            *sum *= share;
        }
        for channel in 0..stack.channels {
            for ((sum, mean), number) in inverse.iter_mut().zip(&*mean).zip(piece.strip(stack, numbers, channel)) {
                *sum += (number - mean) * (number - mean);
            }
        }
        for sum in inverse.iter_mut() {
            *sum = 1.0 / (*sum * share + epsilon).sqrt();
        }
        for channel in 0..stack.channels {
            let (weight, bias) = (line[0][channel], line[1][channel]);
            // SAFETY: the pieces of a picture do not meet, and each has one task, which takes every channel's strip once.
            let strip = unsafe { output.strip(piece.picture, channel, piece.from..piece.from + piece.count) };
            let places = strip.iter_mut().zip(piece.strip(stack, numbers, channel));
            for ((output, number), (mean, inverse)) in places.zip(mean.iter().zip(&*inverse)) {
                output.write((number - mean) * inverse * weight + bias);
            }
        }
    }
}

/// Also sums of each task: each channel's for the weight and then each channel's for the bias.
pub fn backward(
    stack: &Stack,
    [numbers, statistics]: [&[f32]; 2],
    weight: &[f32],
    gradient: &[f32],
) -> (Vec<f32>, Vec<f32>) {
    let mut sums = vec![0.0; stack.batch * stack.pieces() * 2 * stack.channels];
    let fill = |output: &mut [Blank]| {
        let output = Planes::new(output, stack.plane, stack.channels);
        let tasks = sums.par_chunks_mut(2 * stack.channels).zip(statistics.par_chunks(2 * PIECE)).enumerate();
        tasks.for_each(|(task, (sums, statistics))| {
            let piece = Piece::of(stack, task);
            with_scratch(2 * PIECE, |shares| {
                shares.fill(0.0);
                gather(stack, piece, [numbers, statistics, weight, gradient], shares, sums);
                spread(stack, piece, [numbers, statistics, weight, gradient], shares, &output);
            });
        });
        output.done();
    };
    // SAFETY: the pieces cover each picture, and each writes its positions in every channel.
    #[expect(unsafe_code, reason = "an output that is cleared first is written twice")]
    let of_numbers = unsafe { written(numbers.len(), fill) };
    (of_numbers, sums)
}

vectorized! {
    /// Over each position's channels the mean of the gradient times the weight, and of that times the normed number; over each
    /// channel's positions the sums.
    fn gather<'a>(
        stack: &'a Stack,
        piece: Piece,
        parts: [&'a [f32]; 4],
        shares: &'a mut [f32],
        sums: &'a mut [f32],
    ) -> () {
        let [numbers, statistics, weight, gradient] = parts;
        let (mean, inverse) = statistics.split_at(PIECE);
        let (mean, inverse) = (&mean[..piece.count], &inverse[..piece.count]);
        let (first, second) = shares.split_at_mut(PIECE);
        let (first, second) = (&mut first[..piece.count], &mut second[..piece.count]);
        let whole = piece.count / LANES * LANES;
        let share = 1.0 / stack.channels as f32;
        for channel in 0..stack.channels {
            let (x, g) = (piece.strip(stack, numbers, channel), piece.strip(stack, gradient, channel));
            let weight = weight[channel] * share;
            let mut lanes = [[0.0f32; LANES]; 2];
            for at in (0..whole).step_by(LANES) {
                let (x, g): (&[f32; LANES], &[f32; LANES]) = (lanes_of(x, at), lanes_of(g, at));
                let (mean, inverse): (&[f32; LANES], &[f32; LANES]) = (lanes_of(mean, at), lanes_of(inverse, at));
                for lane in 0..LANES {
                    let product = g[lane] * (x[lane] - mean[lane]) * inverse[lane];
                    lanes[0][lane] += product;
                    lanes[1][lane] += g[lane];
                    first[at + lane] += g[lane] * weight;
                    second[at + lane] += product * weight;
                }
            }
            for at in whole..piece.count {
                let product = g[at] * (x[at] - mean[at]) * inverse[at];
                lanes[0][at - whole] += product;
                lanes[1][at - whole] += g[at];
                first[at] += g[at] * weight;
                second[at] += product * weight;
            }
            sums[channel] = lanes[0].iter().sum();
            sums[stack.channels + channel] = lanes[1].iter().sum();
        }
    }
}

#[inline(always)]
fn lanes_of(numbers: &[f32], at: usize) -> &[f32; LANES] {
    numbers[at..at + LANES].as_array().expect("as many as lanes")
}

vectorized! {
    #[expect(unsafe_code, reason = "tasks have pieces of all planes")]
    fn spread<'a>(
        stack: &'a Stack,
        piece: Piece,
        parts: [&'a [f32]; 4],
        shares: &'a [f32],
        output: &'a Planes<'a>,
    ) -> () {
        let [numbers, statistics, weight, gradient] = parts;
        let (mean, inverse) = statistics.split_at(PIECE);
        let (first, second) = shares.split_at(PIECE);
        for channel in 0..stack.channels {
            let (x, g) = (piece.strip(stack, numbers, channel), piece.strip(stack, gradient, channel));
            // SAFETY: the pieces of a picture do not meet, and each has one task, which takes every channel's strip once.
            let strip = unsafe { output.strip(piece.picture, channel, piece.from..piece.from + piece.count) };
            let places = strip.iter_mut().zip(x.iter().zip(g));
            let beside = mean.iter().zip(inverse).zip(first.iter().zip(second));
            for ((output, (x, g)), ((mean, inverse), (first, second))) in places.zip(beside) {
                output.write(inverse * (g * weight[channel] - first - (x - mean) * inverse * second));
            }
        }
    }
}
