//! Losses over rows of numbers against their formulas, and over several classes an example.

use burn::tensor::{Bool, Device, Tensor, TensorData};
use firelight_losses::{BinaryCrossEntropy, Loss, Parts, Reduction, Totals};
use proptest::prelude::*;

use super::losses::{Targets, World};
use super::{alike, floats, logits, rows, value_and_gradient};

fn batches() -> impl Strategy<Value = (usize, Vec<f32>, Vec<f32>, Vec<f32>)> {
    (prop_oneof![1 => Just(1usize), 6 => Just(5usize)], prop_oneof![1 => Just(0usize), 6 => 1..6usize]).prop_flat_map(
        |(classes, batch)| {
            let share = prop_oneof![2 => Just(0.0f32), 2 => Just(1.0), 3 => 0.0f32..1.0];
            (
                Just(classes),
                logits(batch, classes),
                prop::collection::vec(share, classes * batch),
                // Not so far apart that a share of 1e-20 meets what cannot be.
                prop::collection::vec(
                    prop_oneof![20 => -8.0f32..8.0, 1 => Just(f32::NEG_INFINITY), 1 => Just(1e4f32)],
                    classes * batch,
                ),
            )
        },
    )
}

fn wide(row: &[f32]) -> Vec<f64> {
    row.iter().map(|number| f64::from(*number)).collect()
}

/// A softmax has nothing to say of a row of nothing but -inf.
fn is_nowhere(row: &[f32]) -> bool {
    row.iter().all(|z| *z == f32::NEG_INFINITY)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn values_and_gradients_are_the_formulas((classes, z, shares, other) in batches()) {
        let device = Device::flex().autodiff();
        let batch = z.len() / classes;
        for case in World::of(classes).by_row() {
            let name = case.loss.describe();
            let targets = if case.targets == Targets::Shares { &shares } else { &other };
            let tensor = |numbers: &[f32]| rows(numbers, batch, classes, &device);
            let (values, gradient) =
                value_and_gradient(case.loss.as_ref(), tensor(&z), tensor(targets), Parts::per_example);
            for row in 0..batch {
                let of = |numbers: &[f32]| wide(&numbers[row * classes..][..classes]);
                let (z, target, slopes) = (of(&z), of(targets), of(&gradient));
                let logit_rows = case.targets == Targets::Logits;
                if !case.apart && is_nowhere(&z.iter().map(|z| *z as f32).collect::<Vec<_>>())
                    || logit_rows && target.iter().all(|z| *z == f64::NEG_INFINITY)
                {
                    continue;
                }
                let (want, want_slopes) = (case.formula)(&z, &target);
                let size = z.iter().chain(&target).filter(|z| z.is_finite()).fold(0.0, |most: f64, z| most.max(z.abs()));
                prop_assert!(
                    alike(values[row], want, 10.0 * size),
                    "{name} of {z:?} for {target:?}: {}, not {want}", values[row],
                );
                for (slope, want) in slopes.iter().zip(&want_slopes) {
                    if want.is_nan() {
                        prop_assert!(slope.is_nan(), "{name} of {z:?} for {target:?}: slopes {slopes:?}");
                    } else if want.is_finite() {
                        let near = (slope - want).abs() <= 2e-5 * (1.0 + want.abs());
                        prop_assert!(near, "{name} of {z:?} for {target:?}: slopes {slopes:?}, not {want_slopes:?}");
                    } else {
                        prop_assert!(slope.total_cmp(want).is_eq(), "{name} of {z:?} for {target:?}: slopes {slopes:?}");
                    }
                }
            }
        }
    }

    #[test]
    fn means_are_those_of_any_partition((classes, z, shares, other) in batches(), cut in any::<usize>()) {
        let device = Device::flex();
        let batch = z.len() / classes;
        for case in World::of(classes).by_row() {
            let name = case.loss.describe();
            let targets = if case.targets == Targets::Shares { &shares } else { &other };
            let parts = |from: usize, to: usize| {
                let tensor = |numbers: &[f32]| rows(&numbers[from * classes..to * classes], to - from, classes, &device);
                case.loss.parts(tensor(&z), tensor(targets))
            };
            let cut = cut % (batch + 1);
            let (mut whole, mut shards) = (Totals::default(), Totals::default());
            whole.add(&parts(0, batch));
            shards.add(&parts(0, cut));
            shards.add(&parts(cut, batch));
            prop_assert_eq!(shards.terms().len(), 1);
            prop_assert_eq!(shards.terms()[0][1] as usize, batch);
            let mean = whole.mean();
            prop_assert!(alike(shards.mean() as f32, mean, 0.0), "{name}: {shards:?} {whole:?}");
            prop_assert!(alike(floats(parts(0, batch).mean())[0], f64::from(mean as f32), 1e-3 * mean.abs()), "{name}");
        }
    }

    /// One row that is not a number leaves the bits of the others.
    #[test]
    fn rows_do_not_know_each_other((classes, z, shares, other) in batches(), broken in any::<usize>()) {
        let device = Device::flex().autodiff();
        let batch = z.len() / classes;
        if batch == 0 {
            return Ok(());
        }
        let broken = broken % batch;
        let mut with_nan = z.clone();
        with_nan[broken * classes] = f32::NAN;
        let bits = |numbers: &[f32]| numbers.iter().map(|number| if number.is_nan() { 0 } else { number.to_bits() }).collect::<Vec<_>>();
        for case in World::of(classes).by_row() {
            let targets = if case.targets == Targets::Shares { &shares } else { &other };
            let run = |z: &[f32]| {
                let tensor = |numbers: &[f32]| rows(numbers, batch, classes, &device);
                value_and_gradient(case.loss.as_ref(), tensor(z), tensor(targets), Parts::per_example)
            };
            let ((values, gradient), (others, other_gradient)) = (run(&z), run(&with_nan));
            for row in 0..batch {
                let of = |numbers: &[f32], each: usize| bits(&numbers[row * each..][..each]);
                if row == broken {
                    prop_assert!(others[row].is_nan(), "{}", case.loss.describe());
                } else {
                    prop_assert_eq!(of(&others, 1), of(&values, 1), "{}", case.loss.describe());
                    prop_assert_eq!(of(&other_gradient, classes), of(&gradient, classes), "{}", case.loss.describe());
                }
            }
        }
    }

    /// Several classes an example are shares of 0 and 1.
    #[test]
    fn sets_of_classes_are_rows_of_0_and_1((classes, z, shares, _) in batches()) {
        let device = Device::flex().autodiff();
        let batch = z.len() / classes;
        let present: Vec<bool> = shares.iter().map(|share| *share > 0.5).collect();
        let numbers: Vec<f32> = present.iter().map(|present| f32::from(u8::from(*present))).collect();
        let set = Tensor::<2, Bool>::from_data(TensorData::new(present, [batch, classes]), &device);
        let world = World::of(classes);
        let by_row = world.by_row().into_iter().filter(|case| case.loss.describe().starts_with("binary"));
        for (case, by_set) in by_row.zip(world.by_set()) {
            prop_assert_eq!(case.loss.describe(), by_set.describe());
            let output = || rows(&z, batch, classes, &device);
            let one = value_and_gradient(case.loss.as_ref(), output(), rows(&numbers, batch, classes, &device), Parts::per_example);
            let other = value_and_gradient(by_set.as_ref(), output(), set.clone(), Parts::per_example);
            for (a, b) in one.0.iter().chain(&one.1).zip(other.0.iter().chain(&other.1)) {
                prop_assert!(a.to_bits() == b.to_bits() || a.is_nan() && b.is_nan());
            }
        }
    }
}

/// B8: relu and sign have a slope of 0 at 0, so a last layer of zeros used to learn nothing.
#[test]
fn the_slope_of_a_binary_loss_at_a_logit_of_0_is_half() {
    let device = Device::flex().autodiff();
    let output = Tensor::<2>::zeros([2, 4], &device).require_grad();
    let present = Tensor::<2, Bool>::from_data([[true, true, false, false], [false, true, true, true]], &device);
    let loss = BinaryCrossEntropy::new().forward(output.clone(), present, Reduction::Sum);
    let gradient = floats(output.grad(&loss.backward()).unwrap());
    let half = 0.5 / 4.0;
    assert_eq!(gradient, [-half, -half, half, half, half, -half, -half, -half]);
}
