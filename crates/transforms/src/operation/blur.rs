use super::Buffers;
use crate::{PadMode, Size};

/// The farthest pixels that count.
const FARTHEST: f32 = 64.0;

/// Along rows, then along columns: a Gaussian is the product of both.
pub(super) fn blur(bytes: &mut [u8], size: Size, sigma: f32, buffers: &mut Buffers) {
    if sigma.is_nan() || sigma <= 0.0 {
        return;
    }
    let weights = weights(sigma);
    let (width, height, radius) = (size.width as usize, size.height as usize, weights.len() / 2);
    let pixel = |at: usize, length: usize| {
        PadMode::Reflection.pixel(at as i64 - radius as i64, length as i64).map_or(0, |at| at as usize)
    };
    let Buffers { floats, row, .. } = buffers;
    floats.clear();
    floats.resize(bytes.len(), 0.0);
    for (source, along) in bytes.chunks_exact(3 * width).zip(floats.chunks_exact_mut(3 * width)) {
        row.clear();
        for at in 0..width + 2 * radius {
            row.extend(source[3 * pixel(at, width)..][..3].iter().map(|colour| f32::from(*colour)));
        }
        for (step, weight) in weights.iter().enumerate() {
            add(along, &row[3 * step..], *weight);
        }
    }
    row.truncate(3 * width);
    for (y, target) in bytes.chunks_exact_mut(3 * width).enumerate() {
        row.fill(0.0);
        for (step, weight) in weights.iter().enumerate() {
            add(row, &floats[3 * width * pixel(y + step, height)..], *weight);
        }
        for (colour, mean) in target.iter_mut().zip(row.iter()) {
            *colour = (mean + 0.5) as u8;
        }
    }
}

fn add(to: &mut [f32], from: &[f32], weight: f32) {
    for (to, from) in to.iter_mut().zip(from) {
        *to += weight * from;
    }
}

/// The weights of the pixels up to 4 deviations away; together they are 1.
fn weights(sigma: f32) -> Vec<f32> {
    let radius = (4.0 * sigma).ceil().min(FARTHEST) as i32;
    let weight = |at: i32| {
        let deviations = f64::from(at) / f64::from(sigma);
        libm::exp(-0.5 * deviations * deviations)
    };
    let sum: f64 = (-radius..=radius).map(weight).sum();
    (-radius..=radius).map(|at| (weight(at) / sum) as f32).collect()
}
