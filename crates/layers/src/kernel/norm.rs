use rayon::prelude::*;

use super::bounds::{Bounds, at_least, clamp, is_closed};
use super::scratch::{Blank, written};
use super::vectorized::vectorized;
use crate::Activation;

/// Sums are taken in this many lanes, on every processor.
const LANES: usize = 64;

/// The shape of a stack of pictures.
#[derive(Debug, Clone, Copy)]
pub struct Stack {
    pub batch: usize,
    pub channels: usize,
    /// Numbers of a plane.
    pub plane: usize,
}

/// Mean and variance (dividing by the count) of each channel: of each plane while it is in cache, then joined (Chan, Golub
/// and `LeVeque`, *Updating formulae and a pairwise algorithm for computing sample variances*, 1979).
pub fn statistics(stack: &Stack, input: &[f32]) -> [Vec<f32>; 2] {
    let Stack { batch, channels, plane } = *stack;
    let (mean, variance) = (0..channels)
        .into_par_iter()
        .map(|channel| {
            let (mut count, mut mean, mut square) = (0.0f64, 0.0f64, 0.0f64);
            for picture in 0..batch {
                let (own, spread) = moments(&input[(picture * channels + channel) * plane..][..plane]);
                let n = plane as f64;
                let (step, total) = (own - mean, count + n);
                square += spread + step * step * count * n / total;
                mean += step * n / total;
                count = total;
            }
            (mean as f32, at_least(square / at_least(count, 1.0), 0.0) as f32)
        })
        .unzip();
    [mean, variance]
}

vectorized! {
    /// The mean of a plane and the sum of squares of what differs from it.
    fn moments<'a>(plane: &'a [f32]) -> (f64, f64) {
        let (chunks, rest) = plane.as_chunks::<LANES>();
        let mut lanes = [0.0f32; LANES];
        for chunk in chunks {
            for lane in 0..LANES {
                lanes[lane] += chunk[lane];
            }
        }
        let mean = (total(&lanes) + total(rest)) / plane.len() as f64;
        let middle = mean as f32;
        let (mut squares, mut offs) = ([0.0f32; LANES], [0.0f32; LANES]);
        for chunk in chunks {
            for lane in 0..LANES {
                let off = chunk[lane] - middle;
                offs[lane] += off;
                squares[lane] += off * off;
            }
        }
        let (mut square, mut off) = (total(&squares), total(&offs));
        for x in rest {
            off += f64::from(x - middle);
            square += f64::from((x - middle) * (x - middle));
        }
        (mean, square - off * off / plane.len() as f64)
    }
}

#[inline(always)]
fn total(lanes: &[f32]) -> f64 {
    lanes.iter().map(|lane| f64::from(*lane)).sum()
}

/// `activation(x · scale + shift + shortcut)`, one scale and shift a channel.
#[expect(unsafe_code, reason = "outputs are written once, not twice")]
pub fn apply(
    stack: &Stack,
    input: &[f32],
    [scale, shift]: [&[f32]; 2],
    shortcut: Option<&[f32]>,
    activation: Activation,
) -> Vec<f32> {
    let plane = stack.plane.max(1);
    let fill = |output: &mut [Blank]| {
        output.par_chunks_mut(plane).zip(input.par_chunks(plane)).enumerate().for_each(|(index, (output, input))| {
            let line = [scale[index % stack.channels], shift[index % stack.channels]];
            let bounds = activation.bounds();
            match shortcut {
                None => rescale(input, line, bounds, output),
                Some(shortcut) => rescale_and_add(input, &shortcut[index * plane..][..plane], line, bounds, output),
            }
        });
    };
    // SAFETY: as many planes are written as `input` has.
    unsafe { written(input.len(), fill) }
}

vectorized! {
    fn rescale<'a>(input: &'a [f32], line: [f32; 2], bounds: Bounds, output: &'a mut [Blank]) -> () {
        for (output, x) in output.iter_mut().zip(input) {
            output.write(clamp(x.mul_add(line[0], line[1]), bounds));
        }
    }
}

vectorized! {
    fn rescale_and_add<'a>(
        input: &'a [f32],
        other: &'a [f32],
        line: [f32; 2],
        bounds: Bounds,
        output: &'a mut [Blank],
    ) -> () {
        for ((output, x), other) in output.iter_mut().zip(input).zip(other) {
            output.write(clamp(x.mul_add(line[0], line[1]) + other, bounds));
        }
    }
}

/// How a backward pass knows where the activation let the gradient through.
#[derive(Debug, Clone, Copy)]
pub enum Open<'a> {
    /// From the input, scaled and shifted again, to the same bits.
    Input([&'a [f32]; 2]),
    /// From the output.
    Output(&'a [f32]),
}

/// Sums over each channel of the gradient, and of the gradient times the input less its mean, where the activation is
/// open. The gradient is closed elsewhere in passing.
pub fn close(
    stack: &Stack,
    input: &[f32],
    mean: &[f32],
    open: Open,
    activation: Activation,
    gradient: &mut [f32],
) -> [Vec<f64>; 2] {
    let plane = stack.plane.max(1);
    let parts: Vec<[f64; 2]> = gradient
        .par_chunks_mut(plane)
        .zip(input.par_chunks(plane))
        .enumerate()
        .map(|(index, (gradient, input))| {
            let channel = index % stack.channels;
            match open {
                Open::Output(output) => sums(
                    input,
                    &output[index * plane..][..plane],
                    [1.0, 0.0],
                    activation.bounds(),
                    mean[channel],
                    gradient,
                ),
                Open::Input([scale, shift]) => {
                    let line = [scale[channel], shift[channel]];
                    sums(input, input, line, activation.bounds(), mean[channel], gradient)
                }
            }
        })
        .collect();
    let mut totals = [vec![0.0; stack.channels], vec![0.0; stack.channels]];
    for (index, part) in parts.iter().enumerate() {
        totals[0][index % stack.channels] += part[0];
        totals[1][index % stack.channels] += part[1];
    }
    totals
}

vectorized! {
    /// The activation is closed where `signs`, scaled and shifted, lies on or beyond its bounds.
    fn sums<'a>(
        input: &'a [f32],
        signs: &'a [f32],
        line: [f32; 2],
        bounds: Bounds,
        mean: f32,
        gradient: &'a mut [f32],
    ) -> [f64; 2] {
        let whole = gradient.len() / LANES * LANES;
        let ((input, input_rest), (signs, signs_rest)) = (input.split_at(whole), signs.split_at(whole));
        let (chunks, rest) = gradient.as_chunks_mut::<LANES>();
        let mut lanes = [[0.0f32; LANES]; 2];
        for ((gradient, input), signs) in chunks.iter_mut().zip(input.as_chunks::<LANES>().0).zip(signs.as_chunks::<LANES>().0) {
            for lane in 0..LANES {
                let y = signs[lane].mul_add(line[0], line[1]);
                let g = if is_closed(y, bounds) { 0.0 } else { gradient[lane] };
                gradient[lane] = g;
                lanes[0][lane] += g;
                lanes[1][lane] += g * (input[lane] - mean);
            }
        }
        let mut totals = [total(&lanes[0]), total(&lanes[1])];
        for ((gradient, x), sign) in rest.iter_mut().zip(input_rest).zip(signs_rest) {
            let y = sign.mul_add(line[0], line[1]);
            *gradient = if is_closed(y, bounds) { 0.0 } else { *gradient };
            totals[0] += f64::from(*gradient);
            totals[1] += f64::from(*gradient * (x - mean));
        }
        totals
    }
}

/// `gradient · factors[0] + (x - mean) · factors[1] + factors[2]`, three factors and a mean a channel.
#[expect(unsafe_code, reason = "outputs are written once, not twice")]
pub fn spread(stack: &Stack, input: &[f32], mean: &[f32], factors: &[[f32; 3]], gradient: &[f32]) -> Vec<f32> {
    let plane = stack.plane.max(1);
    let fill = |output: &mut [Blank]| {
        let planes = output.par_chunks_mut(plane).zip(input.par_chunks(plane)).zip(gradient.par_chunks(plane));
        planes.enumerate().for_each(|(index, ((output, input), gradient))| {
            let channel = index % stack.channels;
            combine(input, gradient, factors[channel], mean[channel], output);
        });
    };
    // SAFETY: as many planes are written as `gradient` has.
    unsafe { written(gradient.len(), fill) }
}

vectorized! {
    fn combine<'a>(input: &'a [f32], gradient: &'a [f32], factors: [f32; 3], mean: f32, output: &'a mut [Blank]) -> () {
        for ((output, x), g) in output.iter_mut().zip(input).zip(gradient) {
            output.write(g.mul_add(factors[0], (x - mean).mul_add(factors[1], factors[2])));
        }
    }
}

/// `gradient · scale`, one scale a channel: the gradient of the input where the statistics are not its own.
#[expect(unsafe_code, reason = "outputs are written once, not twice")]
pub fn scale(stack: &Stack, scale: &[f32], gradient: &[f32]) -> Vec<f32> {
    let plane = stack.plane.max(1);
    let fill = |output: &mut [Blank]| {
        let planes = output.par_chunks_mut(plane).zip(gradient.par_chunks(plane)).enumerate();
        planes.for_each(|(index, (output, gradient))| scale_plane(gradient, scale[index % stack.channels], output));
    };
    // SAFETY: as many planes are written as `gradient` has.
    unsafe { written(gradient.len(), fill) }
}

vectorized! {
    fn scale_plane<'a>(gradient: &'a [f32], scale: f32, output: &'a mut [Blank]) -> () {
        for (output, g) in output.iter_mut().zip(gradient) {
            output.write(g * scale);
        }
    }
}

/// The same in the place of the gradient.
pub fn scale_in_place(stack: &Stack, scale: &[f32], gradient: &mut [f32]) {
    let planes = gradient.par_chunks_mut(stack.plane.max(1)).enumerate();
    planes.for_each(|(index, gradient)| scale_plane_in_place(gradient, scale[index % stack.channels]));
}

vectorized! {
    fn scale_plane_in_place<'a>(gradient: &'a mut [f32], scale: f32) -> () {
        for g in gradient {
            *g *= scale;
        }
    }
}

/// [`spread`] in the place of the gradient.
pub fn spread_in_place(stack: &Stack, input: &[f32], mean: &[f32], factors: &[[f32; 3]], gradient: &mut [f32]) {
    let plane = stack.plane.max(1);
    gradient.par_chunks_mut(plane).zip(input.par_chunks(plane)).enumerate().for_each(|(index, (gradient, input))| {
        let channel = index % stack.channels;
        combine_in_place(input, gradient, factors[channel], mean[channel]);
    });
}

vectorized! {
    fn combine_in_place<'a>(input: &'a [f32], gradient: &'a mut [f32], factors: [f32; 3], mean: f32) -> () {
        for (g, x) in gradient.iter_mut().zip(input) {
            *g = g.mul_add(factors[0], (x - mean).mul_add(factors[1], factors[2]));
        }
    }
}
