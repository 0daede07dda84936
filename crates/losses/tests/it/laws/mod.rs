//! What holds of every loss for any logits: 0, ties, infinities and NaN, ignored rows, weights of 0, no rows at all.

mod by_class;
mod by_row;
#[cfg(feature = "ndarray")]
mod devices;
mod formulas;
mod heads;
mod known;
mod losses;
mod maps;
mod parts;
mod precision;
mod sums;
mod vocab;

use burn::tensor::{Device, Int, Tensor, TensorData};
use firelight_losses::Loss;
use proptest::prelude::*;

pub const IGNORED: i64 = -100;

/// Rows of `classes` logits: usual ones, ties, far ones and what is no number.
pub fn logits(rows: usize, classes: usize) -> impl Strategy<Value = Vec<f32>> {
    let odd = prop_oneof![Just(f32::NAN), Just(f32::INFINITY), Just(f32::NEG_INFINITY), Just(f32::NEG_INFINITY),];
    let far = prop_oneof![Just(-1e4f32), Just(1e4), Just(-80.0), Just(80.0), Just(1e-30)];
    let tied = prop_oneof![Just(0.0f32), Just(-0.0), Just(1.0), Just(-2.5)];
    // Most rows are of numbers, or NaN would be in nearly all of them.
    let usual = prop::collection::vec(prop_oneof![8 => -8.0f32..8.0, 2 => tied, 2 => far], classes);
    let odd = prop::collection::vec(prop_oneof![4 => -8.0f32..8.0, 1 => odd], classes);
    let row = prop_oneof![4 => usual, 1 => odd, 1 => Just(vec![0.0f32; classes])];
    prop::collection::vec(row, rows).prop_map(|rows| rows.concat())
}

pub fn floats<const D: usize>(tensor: Tensor<D>) -> Vec<f32> {
    if tensor.shape().num_elements() == 0 { Vec::new() } else { tensor.into_data().iter::<f32>().collect() }
}

pub fn classes(numbers: &[i64], device: &Device) -> Tensor<1, Int> {
    Tensor::from_data(TensorData::new(numbers.to_vec(), [numbers.len()]), device)
}

pub fn rows(numbers: &[f32], rows: usize, columns: usize, device: &Device) -> Tensor<2> {
    Tensor::from_data(TensorData::new(numbers.to_vec(), [rows, columns]), device)
}

/// The losses of the examples, and the gradient of what `reduce` makes of them.
pub fn value_and_gradient<T>(
    loss: &dyn Loss<T>,
    output: Tensor<2>,
    targets: T,
    reduce: impl Fn(&firelight_losses::Parts) -> Tensor<1>,
) -> (Vec<f32>, Vec<f32>) {
    let output = output.require_grad();
    let parts = loss.parts(output.clone(), targets);
    if output.dims()[0] == 0 {
        return Default::default();
    }
    let gradients = reduce(&parts).sum().backward();
    let gradient = output.grad(&gradients).map(floats).unwrap_or_default();
    (floats(parts.per_example().inner()), gradient)
}

/// Equal to rounding in single precision of numbers up to `size`; what is infinite or not a number is so on both sides.
pub fn alike(ours: f32, theirs: f64, size: f64) -> bool {
    let ours = f64::from(ours);
    if theirs.is_finite() {
        return (ours - theirs).abs() <= 2e-5 * (1.0 + theirs.abs()) + 2e-6 * size;
    }
    ours.is_nan() == theirs.is_nan() && (theirs.is_nan() || ours.total_cmp(&theirs).is_eq())
}
