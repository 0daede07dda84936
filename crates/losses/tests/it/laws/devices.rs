//! What holds on flex, which has kernels of its own, holds where burn's operations run.

#![expect(deprecated, reason = "the backend is kept for comparison")]

use burn::tensor::Device;
use firelight_losses::Parts;
use proptest::prelude::*;

use super::losses::{Targets, World};
use super::{IGNORED, alike, classes, logits, rows, value_and_gradient};

/// Where a logit is infinite or not a number the other devices know the loss, and not its slope there.
fn assert_same(what: &str, z: &[f32], one: &(Vec<f32>, Vec<f32>), other: &(Vec<f32>, Vec<f32>)) {
    let columns = z.len() / one.0.len();
    for (row, (a, b)) in one.0.iter().zip(&other.0).enumerate() {
        let z = &z[row * columns..][..columns];
        let size = z.iter().filter(|z| z.is_finite()).fold(0.0, |most: f32, z| most.max(z.abs()));
        assert!(alike(*a, f64::from(*b), 10.0 * f64::from(size)), "{what} of {z:?}: {a} and {b}");
        if z.iter().any(|z| z.is_infinite()) || b.is_infinite() {
            continue;
        }
        let slopes = one.1[row * columns..][..columns].iter().zip(&other.1[row * columns..]).zip(z);
        for ((a, b), _) in slopes.filter(|(_, z)| !z.is_nan()) {
            let near = (a - b).abs() <= 1e-3 * (1.0 + b.abs()) || a.is_nan() && b.is_nan();
            assert!(near, "{what} of {z:?}: slopes {a} and {b}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn losses_are_the_same_on_every_device(
        z in logits(4, 5),
        drawn in prop::collection::vec(0..6i64, 4),
        shares in prop::collection::vec(prop_oneof![Just(0.0f32), Just(1.0), 0.0f32..1.0], 20),
        teacher in prop::collection::vec(-8.0f32..8.0, 20),
    ) {
        let devices = [Device::flex().autodiff(), Device::ndarray().autodiff()];
        for case in World::of(5).by_class() {
            let beyond = if case.ignores { IGNORED } else { 0 };
            let numbers: Vec<i64> = drawn.iter().map(|class| if *class < 5 { *class } else { beyond }).collect();
            let [one, other] = devices.each_ref().map(|device| {
                let (output, targets) = (rows(&z, 4, 5, device), classes(&numbers, device));
                value_and_gradient(case.loss.as_ref(), output, targets, Parts::per_example)
            });
            assert_same(&case.loss.describe(), &z, &one, &other);
        }
        for case in World::of(5).by_row() {
            let targets = if case.targets == Targets::Shares { &shares } else { &teacher };
            let [one, other] = devices.each_ref().map(|device| {
                let (output, targets) = (rows(&z, 4, 5, device), rows(targets, 4, 5, device));
                value_and_gradient(case.loss.as_ref(), output, targets, Parts::per_example)
            });
            assert_same(&case.loss.describe(), &z, &one, &other);
        }
    }
}
