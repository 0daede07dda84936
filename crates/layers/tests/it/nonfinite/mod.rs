//! Inputs that are infinite or not numbers, through every kernel: what comes out is what the formula gives in f64.

mod conv;
mod norm;
mod pass;

use burn::tensor::{Device, Tensor, TensorData};
use firelight_layers::Activation;
use proptest::prelude::*;

use crate::close::{numbers, values};

pub const ODD: [f32; 5] = [f32::NAN, f32::INFINITY, f32::NEG_INFINITY, 0.0, -0.0];

/// Where which of [`ODD`] are put: few, so that most results are numbers.
pub fn odds() -> impl Strategy<Value = Vec<(usize, usize)>> {
    prop_oneof![
        1 => Just(Vec::new()),
        4 => prop::collection::vec((any::<usize>(), 0..ODD.len()), 1..5),
        1 => prop::collection::vec((any::<usize>(), 0..ODD.len()), 30..60),
    ]
}

/// Numbers that look like chance, some of them odd.
pub fn sprinkled(len: usize, seed: u32, odds: &[(usize, usize)]) -> Vec<f32> {
    let mut numbers = values(numbers([len], seed, &Device::flex()));
    for (at, odd) in odds {
        numbers[at % len] = ODD[*odd];
    }
    numbers
}

pub fn tensor<const D: usize>(numbers: &[f32], shape: [usize; D], device: &Device) -> Tensor<D> {
    Tensor::from_data(TensorData::new(numbers.to_vec(), shape), device)
}

pub fn activations() -> impl Strategy<Value = Activation> {
    prop_oneof![Just(Activation::Identity), Just(Activation::Relu), Just(Activation::Relu6)]
}

/// What an activation makes of a number, and whether it lets the gradient through, as `PyTorch`'s do.
pub fn activated(activation: Activation, x: f64) -> (f64, bool) {
    let above = |x: f64, least: f64| if x < least { least } else { x };
    match activation {
        Activation::Identity => (x, true),
        // What is not a number lets it through.
        Activation::Relu => (above(x, 0.0), x > 0.0 || x.is_nan()),
        Activation::Relu6 => (-above(-above(x, 0.0), -6.0), x > 0.0 && x < 6.0 || x.is_nan()),
        smooth => unreachable!("{smooth:?} is no clamp"),
    }
}

/// Asserts that numbers agree to `tolerance`, relative to each or to 1, and that what is infinite or not a number is so on both sides.
#[track_caller]
pub fn assert_alike(what: &str, ours: &[f32], theirs: &[f64], tolerance: f64) {
    assert_eq!(ours.len(), theirs.len(), "{what}");
    for (at, (ours, theirs)) in ours.iter().map(|x| f64::from(*x)).zip(theirs).enumerate() {
        let alike = if theirs.is_finite() {
            (ours - theirs).abs() <= tolerance * theirs.abs().max(1.0)
        } else {
            ours.is_nan() == theirs.is_nan() && (theirs.is_nan() || ours.total_cmp(theirs).is_eq())
        };
        assert!(alike, "{what}: number {at} is {ours}, the formula gives {theirs}");
    }
}
