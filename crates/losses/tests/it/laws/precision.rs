//! Outputs in double precision have losses in double precision, of every kind.

use burn::tensor::{Bool, DType, Device, Tensor, TensorData};
use firelight_losses::{Loss, Parts};

use super::losses::{Targets, World};
use super::{IGNORED, classes, rows, value_and_gradient};

const BATCH: usize = 4;
const CLASSES: usize = 5;

/// Rows without ties, the last one far from even.
fn logits() -> Vec<f32> {
    (0..BATCH * CLASSES).map(|at| (at * 7 % 11) as f32 / 3.0 - if at > 16 { 9.0 } else { 0.0 }).collect()
}

/// Values, means and slopes in both precisions, and what the first two are in.
fn assert_near<T: Clone>(loss: &dyn Loss<T>, targets: &T) {
    let name = loss.describe();
    let device = Device::flex().autodiff();
    let single = rows(&logits(), BATCH, CLASSES, &device);
    let double = single.clone().cast(DType::F64);
    let weights = loss.mean_weights(&double, targets);
    assert!(weights.is_none_or(|weights| weights.dtype() == DType::F64), "{name}");
    let parts = loss.parts(double.clone(), targets.clone());
    assert_eq!([parts.per_example().dtype(), parts.mean().dtype()], [DType::F64; 2], "{name}");
    for reduce in [Parts::per_example, Parts::mean] {
        let [one, other] = [single.clone(), double.clone()].map(|output| {
            // `detach` makes a leaf, which a cast tensor is not.
            value_and_gradient(loss, output.detach(), targets.clone(), reduce)
        });
        for (a, b) in one.0.iter().chain(&one.1).zip(other.0.iter().chain(&other.1)) {
            assert!((a - b).abs() <= 1e-5 * (1.0 + b.abs()), "{name}: {a} and {b}");
        }
    }
}

#[test]
fn losses_of_double_precision_are_near_those_of_single() {
    let device = Device::flex().autodiff();
    let shares: Vec<f32> = (0..BATCH * CLASSES).map(|at| (at * 3 % 7) as f32 / 6.0).collect();
    for case in World::of(CLASSES).by_class() {
        let beyond = if case.ignores { IGNORED } else { 3 };
        assert_near(case.loss.as_ref(), &classes(&[0, beyond, 4, 1], &device));
    }
    for case in World::of(CLASSES).by_row() {
        let targets = if case.targets == Targets::Shares { shares.clone() } else { logits() };
        assert_near(case.loss.as_ref(), &rows(&targets, BATCH, CLASSES, &device));
    }
    let present: Vec<bool> = shares.iter().map(|share| *share > 0.5).collect();
    let present = Tensor::<2, Bool>::from_data(TensorData::new(present, [BATCH, CLASSES]), &device);
    for loss in World::of(CLASSES).by_set() {
        assert_near(loss.as_ref(), &present);
    }
}
