//! Planes times a number each.

use rayon::prelude::*;

use super::norm::{Stack, apply};
use super::vectorized::vectorized;
use crate::Activation;

/// Each plane times its factor.
pub fn scale_planes(numbers: &[f32], factors: &[f32]) -> Vec<f32> {
    let stack = Stack { batch: 1, channels: factors.len(), plane: numbers.len() / factors.len().max(1) };
    let none = vec![0.0; factors.len()];
    apply(&stack, numbers, [factors, &none], None, Activation::Identity)
}

/// The gradient of each factor: the dot product of its plane with the gradient's.
pub fn scale_gradient(numbers: &[f32], gradient: &[f32], planes: usize) -> Vec<f32> {
    let plane = (numbers.len() / planes.max(1)).max(1);
    numbers.par_chunks(plane).zip(gradient.par_chunks(plane)).map(|(a, b)| dot(a, b)).collect()
}

vectorized! {
    /// Sixteen sums take turns, whatever the processor has, so that the result is the same on any.
    fn dot<'a>(a: &'a [f32], b: &'a [f32]) -> f32 {
        let ((a, last_a), (b, last_b)) = (a.as_chunks::<16>(), b.as_chunks::<16>());
        let mut sums = [0.0f32; 16];
        for (a, b) in a.iter().zip(b) {
            for lane in 0..16 {
                sums[lane] += a[lane] * b[lane];
            }
        }
        for ((sum, a), b) in sums.iter_mut().zip(last_a).zip(last_b) {
            *sum += a * b;
        }
        sums.iter().sum()
    }
}
