//! Activations that are no clamps, and their slopes, as many numbers at once as a vector holds.

use rayon::prelude::*;

use super::bounds::clamp;
use super::exponential::exponential;
use super::scratch::{Blank, written};
use super::vectorized::vectorized;
use crate::Activation;

/// Numbers that a task has.
const PIECE: usize = 1 << 13;

/// Of each number the activation; what is not a number stays what it is.
pub fn smooth(numbers: &[f32], activation: Activation) -> Vec<f32> {
    let fill = |output: &mut [Blank]| {
        output.par_chunks_mut(PIECE).zip(numbers.par_chunks(PIECE)).for_each(|(output, numbers)| match activation {
            Activation::Silu => silus(numbers, output),
            Activation::HardSwish => hard_swishes(numbers, output),
            Activation::Gelu => gelus(numbers, output),
            _ => unreachable!("a clamp is a part of other kernels"),
        });
    };
    // SAFETY: the chunks cover the output, and each writes all of its numbers.
    #[expect(unsafe_code, reason = "an output that is cleared first is written twice")]
    unsafe {
        written(numbers.len(), fill)
    }
}

/// The gradient times the slope at each number, in the gradient's place.
pub fn smooth_gradient(numbers: &[f32], gradient: &mut [f32], activation: Activation) {
    gradient.par_chunks_mut(PIECE).zip(numbers.par_chunks(PIECE)).for_each(|(gradient, numbers)| match activation {
        Activation::Silu => silu_slopes(numbers, gradient),
        Activation::HardSwish => hard_swish_slopes(numbers, gradient),
        Activation::Gelu => gelu_slopes(numbers, gradient),
        _ => unreachable!("a clamp is a part of other kernels"),
    });
}

/// A loop over numbers for each instruction set.
macro_rules! each {
    ($($value:ident = |$x:ident| $of:expr;)*) => {$(
        vectorized! {
            fn $value<'a>(numbers: &'a [f32], output: &'a mut [Blank]) -> () {
                for (output, &$x) in output.iter_mut().zip(numbers) {
                    output.write($of);
                }
            }
        }
    )*};
}

/// The same for slopes.
macro_rules! each_slope {
    ($($slope:ident = |$x:ident| $of:expr;)*) => {$(
        vectorized! {
            fn $slope<'a>(numbers: &'a [f32], gradient: &'a mut [f32]) -> () {
                for (gradient, &$x) in gradient.iter_mut().zip(numbers) {
                    *gradient *= $of;
                }
            }
        }
    )*};
}

each! {
    silus = |x| x * sigmoid(x);
    hard_swishes = |x| x * (clamp(x + 3.0, [0.0, 6.0]) * (1.0 / 6.0));
    gelus = |x| x * normal(x);
}

each_slope! {
    silu_slopes = |x| {
        let s = sigmoid(x);
        s + x * s * (1.0 - s)
    };
    hard_swish_slopes = |x| if x <= -3.0 { 0.0 } else if x >= 3.0 { 1.0 } else { x * (1.0 / 3.0) + 0.5 };
    gelu_slopes = |x| {
        const TURN: f32 = 0.398_942_3; // 1 / √(2π)
        normal(x) + x * TURN * exponential(-0.5 * clamp(x, [-15.0, 15.0]) * clamp(x, [-15.0, 15.0]))
    };
}

#[inline(always)]
fn sigmoid(x: f32) -> f32 {
    let power = exponential(-x.abs());
    let share = 1.0 / (1.0 + power);
    if x < 0.0 { power * share } else { share }
}

/// The normal distribution's share below `x`.
#[inline(always)]
fn normal(x: f32) -> f32 {
    0.5 + 0.5 * error_function(x * std::f32::consts::FRAC_1_SQRT_2)
}

/// Within a few units of the seventh digit: a quotient of polynomials in x². Source: Eigen's `erf` for floats.
#[inline(always)]
fn error_function(x: f32) -> f32 {
    let x = clamp(x, [-4.0, 4.0]);
    let square = x * x;
    let mut above = -2.726_142_3e-10;
    for coefficient in [2.770_681_4e-8, -2.101_024e-6, -5.692_506_6e-5, -7.349_906e-4, -2.954_6e-3, -1.609_603_3e-2] {
        above = above * square + coefficient;
    }
    let mut below = -1.456_607_2e-5;
    for coefficient in [-2.133_740_6e-4, -1.682_827e-3, -7.373_329_2e-3, -1.426_474e-2] {
        below = below * square + coefficient;
    }
    x * above / below
}
