//! Channels side by side: each position is a row.

use rayon::prelude::*;

use super::super::norm::Stack;
use super::super::scratch::{Blank, written};
use super::super::vectorized::vectorized;
use super::{Normed, PIECE};

/// Sums over a row are taken in this many lanes, on every processor.
const LANES: usize = 32;

pub fn forward(stack: &Stack, numbers: &[f32], line: [&[f32]; 2], epsilon: f32) -> Normed {
    let mut statistics = vec![0.0; stack.batch.div_ceil(PIECE) * 2 * PIECE];
    let rows = PIECE * stack.channels;
    let fill = |output: &mut [Blank]| {
        let tasks = output.par_chunks_mut(rows).zip(numbers.par_chunks(rows)).zip(statistics.par_chunks_mut(2 * PIECE));
        tasks.for_each(|((output, numbers), statistics)| normalize(numbers, line, epsilon, statistics, output));
    };
    // SAFETY: the chunks cover the output, and each is written row by row.
    #[expect(unsafe_code, reason = "an output that is cleared first is written twice")]
    let output = unsafe { written(numbers.len(), fill) };
    Normed { output, statistics }
}

vectorized! {
    fn normalize<'a>(
        numbers: &'a [f32],
        line: [&'a [f32]; 2],
        epsilon: f32,
        statistics: &'a mut [f32],
        output: &'a mut [Blank],
    ) -> () {
        let [weight, bias] = line;
        let channels = weight.len();
        let share = 1.0 / channels as f32;
        let (means, inverses) = statistics.split_at_mut(PIECE);
        let rows = output.chunks_exact_mut(channels).zip(numbers.chunks_exact(channels));
        for ((output, row), (mean, inverse)) in rows.zip(means.iter_mut().zip(inverses)) {
            let (chunks, rest) = row.as_chunks::<LANES>();
            let mut lanes = [0.0f32; LANES];
            for chunk in chunks {
                for lane in 0..LANES {
                    lanes[lane] += chunk[lane];
                }
            }
            for (lane, number) in lanes.iter_mut().zip(rest) {
                *lane += number;
            }
            *mean = lanes.iter().sum::<f32>() * share;
            let mut lanes = [0.0f32; LANES];
            for chunk in chunks {
                for lane in 0..LANES {
                    lanes[lane] += (chunk[lane] - *mean) * (chunk[lane] - *mean);
                }
            }
            for (lane, number) in lanes.iter_mut().zip(rest) {
                *lane += (number - *mean) * (number - *mean);
            }
            *inverse = 1.0 / (lanes.iter().sum::<f32>() * share + epsilon).sqrt();
            for ((output, number), (weight, bias)) in output.iter_mut().zip(row).zip(weight.iter().zip(bias)) {
                output.write((number - *mean) * *inverse * weight + bias);
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
    let mut sums = vec![0.0; stack.batch.div_ceil(PIECE) * 2 * stack.channels];
    let rows = PIECE * stack.channels;
    let fill = |output: &mut [Blank]| {
        let parts = numbers.par_chunks(rows).zip(gradient.par_chunks(rows)).zip(statistics.par_chunks(2 * PIECE));
        let tasks = output.par_chunks_mut(rows).zip(sums.par_chunks_mut(2 * stack.channels)).zip(parts);
        tasks.for_each(|((output, sums), ((numbers, gradient), statistics))| {
            spread([numbers, gradient, statistics], weight, sums, output);
        });
    };
    // SAFETY: the chunks cover the output, and each is written row by row.
    #[expect(unsafe_code, reason = "an output that is cleared first is written twice")]
    let of_numbers = unsafe { written(numbers.len(), fill) };
    (of_numbers, sums)
}

vectorized! {
    fn spread<'a>(parts: [&'a [f32]; 3], weight: &'a [f32], sums: &'a mut [f32], output: &'a mut [Blank]) -> () {
        let [numbers, gradient, statistics] = parts;
        let channels = weight.len();
        let share = 1.0 / channels as f32;
        let (of_weight, of_bias) = sums.split_at_mut(channels);
        let (means, inverses) = statistics.split_at(PIECE);
        let rows = output.chunks_exact_mut(channels).zip(numbers.chunks_exact(channels)).zip(gradient.chunks_exact(channels));
        for (((output, x), g), (mean, inverse)) in rows.zip(means.iter().zip(inverses)) {
            let whole = channels / LANES * LANES;
            let mut lanes = [[0.0f32; LANES]; 2];
            for at in (0..whole).step_by(LANES) {
                for lane in 0..LANES {
                    let weighted = g[at + lane] * weight[at + lane];
                    lanes[0][lane] += weighted;
                    lanes[1][lane] += weighted * (x[at + lane] - mean) * inverse;
                }
            }
            for at in whole..channels {
                let weighted = g[at] * weight[at];
                lanes[0][at - whole] += weighted;
                lanes[1][at - whole] += weighted * (x[at] - mean) * inverse;
            }
            let [first, second] = [lanes[0].iter().sum::<f32>() * share, lanes[1].iter().sum::<f32>() * share];
            let parameters = of_weight.iter_mut().zip(of_bias.iter_mut()).zip(weight);
            for ((output, (x, g)), ((of_weight, of_bias), weight)) in output.iter_mut().zip(x.iter().zip(g)).zip(parameters) {
                let normed = (x - mean) * inverse;
                output.write(inverse * (g * weight - first - normed * second));
                *of_weight += g * normed;
                *of_bias += g;
            }
        }
    }
}
