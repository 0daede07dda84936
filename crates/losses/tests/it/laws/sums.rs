//! Losses made of two: of one target, and of two targets.

use burn::tensor::{Bool, Device, Int, Tensor, TensorData};
use firelight_losses::{
    Both, BoxLoss, Combined, CostRegularized, CrossEntropy, Dice, Focal, Known, Loss, LossTraits, MatrixRows,
    MeanAbsolute, MeanSquared, PairWeighted, Parts, PerPixel, Reduction, SmoothL1,
};
use proptest::prelude::*;

use super::losses::World;
use super::{IGNORED, alike, classes, floats, rows, value_and_gradient};

type Pair = (Tensor<1, Int>, (Tensor<2>, Tensor<2, Bool>));

fn near(a: &[f32], b: &[f32]) -> bool {
    a.len() == b.len() && a.iter().zip(b).all(|(a, b)| (a - b).abs() <= 1e-5 * (1.0 + b.abs()))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// A breed and a head, for every loss over breeds.
    #[test]
    fn two_targets_are_two_losses_on_their_own_outputs(
        z in prop::collection::vec(-4.0f32..4.0, 4 * 9),
        values in prop::collection::vec(-1.0f32..1.0, 16),
        known in prop::collection::vec(any::<bool>(), 4),
        weights in prop_oneof![Just([1.0, 1.0]), Just([0.25, 3.0]), Just([0.0, 1.0])],
    ) {
        let device = Device::flex().autodiff();
        let world = World::of(5);
        let flags: Vec<bool> = known.iter().flat_map(|known| [*known; 4]).collect();
        let place = || {
            let flags = Tensor::<2, Bool>::from_data(TensorData::new(flags.clone(), [4, 4]), &device);
            (rows(&values, 4, 4, &device), flags)
        };
        let part = |from: usize, to: usize| -> Vec<f32> { z.chunks(9).flat_map(|row| row[from..to].to_vec()).collect() };
        for case in world.by_class() {
            let name = case.loss.describe();
            let numbers = if case.ignores { [0, IGNORED, 4, 1] } else { [0, 3, 4, 1] };
            let breeds = || classes(&numbers, &device);
            let one = value_and_gradient(case.loss.as_ref(), rows(&part(0, 5), 4, 5, &device), breeds(), Parts::mean);
            let one_mean = floats(case.loss.forward(rows(&part(0, 5), 4, 5, &device), breeds(), Reduction::Mean))[0];
            let two = value_and_gradient(&BoxLoss::default(), rows(&part(5, 9), 4, 4, &device), place(), Parts::mean);
            let two_mean = floats(BoxLoss::default().forward(rows(&part(5, 9), 4, 4, &device), place(), Reduction::Mean))[0];
            let both = Both::new(case.loss, 5, BoxLoss::default()).with_weights(weights[0], weights[1]).unwrap();
            let [w, v] = weights.map(|weight| weight as f32);
            let targets = || (breeds(), place());
            let ours = value_and_gradient::<Pair>(&both, rows(&z, 4, 9, &device), targets(), Parts::mean);
            let sums: Vec<f32> = one.0.iter().zip(&two.0).map(|(one, two)| w * one + v * two).collect();
            prop_assert!(near(&ours.0, &sums), "{name}: {:?} and {sums:?}", ours.0);
            let slopes: Vec<f32> = one.1.chunks(5).zip(two.1.chunks(4)).flat_map(|(one, two)| {
                one.iter().map(|slope| w * slope).chain(two.iter().map(|slope| v * slope)).collect::<Vec<_>>()
            }).collect();
            prop_assert!(near(&ours.1, &slopes), "{name}: {:?} and {slopes:?}", ours.1);
            let mean = floats(both.forward(rows(&z, 4, 9, &device), targets(), Reduction::Mean))[0];
            prop_assert!(alike(mean, f64::from(w * one_mean + v * two_mean), 4.0), "{name}: {mean}, not {w} {one_mean} + {v} {two_mean}");
        }
    }

    #[test]
    fn a_sum_of_losses_has_the_sum_of_values_and_slopes(
        z in prop::collection::vec(-4.0f32..4.0, 12),
        values in prop::collection::vec(-4.0f32..4.0, 12),
        weight in 0.0f64..3.0,
    ) {
        let device = Device::flex().autodiff();
        let tensor = |numbers: &[f32]| rows(numbers, 4, 3, &device);
        let run = |loss: &dyn Loss<Tensor<2>>| value_and_gradient(loss, tensor(&z), tensor(&values), Parts::mean);
        let (one, two) = (run(&MeanSquared), run(&MeanAbsolute));
        let sum = Combined::new(MeanSquared, MeanAbsolute).with_weights(1.0, weight).unwrap();
        // Both divide by the batch size, and so does the sum.
        prop_assert_eq!(sum.parts(tensor(&z), tensor(&values)).terms().len(), 1);
        let ours = run(&sum);
        let add = |one: &[f32], two: &[f32]| -> Vec<f32> { one.iter().zip(two).map(|(one, two)| one + weight as f32 * two).collect() };
        prop_assert!(near(&ours.0, &add(&one.0, &two.0)));
        prop_assert!(near(&ours.1, &add(&one.1, &two.1)));
        let other = run(&Combined::new(MeanAbsolute, MeanSquared).with_weights(weight, 1.0).unwrap());
        prop_assert!(near(&other.0, &ours.0) && near(&other.1, &ours.1));
    }
}

#[test]
fn terms_with_divisors_of_their_own_stand_side_by_side() {
    let device = Device::flex();
    let (output, numbers) = (rows(&[0.0, 1.0, 2.0, 0.5], 2, 2, &device), classes(&[0, IGNORED], &device));
    let ignoring = CrossEntropy::new().with_ignore_index(IGNORED);
    let sum = Combined::new(Focal::new(2.0).unwrap().with_ignore_index(IGNORED), ignoring);
    let parts = sum.parts(output.clone(), numbers.clone());
    assert_eq!(parts.terms().len(), 2);
    assert_eq!(floats(sum.mean_weights(&output, &numbers).unwrap()), [1.0, 0.0]);
    let world = World::of(5);
    let smoothed = world.by_class().into_iter().find(|case| case.loss.describe().contains("unweighted")).unwrap();
    let sum = Combined::new(smoothed.loss, CrossEntropy::new());
    let parts = sum.parts(rows(&[0.5; 10], 2, 5, &device), classes(&[0, 1], &device));
    assert_eq!(parts.terms().len(), 3);
}

/// A loss that is switched off takes nothing else down.
#[test]
fn a_weight_of_0_makes_0_of_what_is_infinite() {
    let device = Device::flex().autodiff();
    let inf = f32::INFINITY;
    let output = || rows(&[-inf, 0.0], 1, 2, &device);
    let sum = Combined::new(CrossEntropy::new(), Focal::new(0.0).unwrap()).with_weights(0.0, 0.0).unwrap();
    let (values, gradient) = value_and_gradient(&sum, output(), classes(&[0], &device), Parts::mean);
    assert_eq!(values, [0.0]);
    assert!(gradient.iter().all(|slope| slope.is_finite()), "{gradient:?}");
}

#[test]
fn sums_say_all_that_their_losses_say() {
    let device = Device::flex();
    let world = World::of(5);
    let costly = || CostRegularized::new(CrossEntropy::new(), &world.cost, 2.0, &world.vocab).unwrap();
    let paired = || PairWeighted::new(CrossEntropy::new(), &world.pair, &world.vocab).unwrap();
    let sum = Combined::new(paired(), costly()).with_weights(0.5, 1.0).unwrap();
    let traits = LossTraits { pair_weights: true, ..Loss::<Tensor<1, Int>>::traits(&costly()) };
    assert!(traits.asymmetric.is_some());
    let both = Both::new(MeanSquared, 3, sum.clone());
    let names = |rows: Vec<MatrixRows>| rows.into_iter().map(|rows| format!("{rows:?}")).collect::<Vec<_>>();
    let matrices: Vec<String> = names(
        Loss::<Tensor<1, Int>>::matrices(&paired())
            .into_iter()
            .chain(Loss::<Tensor<1, Int>>::matrices(&costly()))
            .collect(),
    );
    assert_eq!(matrices.len(), 2);
    assert_eq!(names(sum.matrices()), matrices);
    assert_eq!((sum.traits(), sum.vocab()), (traits.clone(), Some(&world.vocab)));
    assert_eq!(names(Loss::<(Tensor<2>, Tensor<1, Int>)>::matrices(&both)), matrices);
    assert_eq!(Loss::<(Tensor<2>, Tensor<1, Int>)>::traits(&both), traits);
    assert_eq!(Loss::<(Tensor<2>, Tensor<1, Int>)>::vocab(&both), Some(&world.vocab));
    insta::assert_snapshot!(sum.describe(), @"combined (0.5 of pair weighted (pair weights e4fc5c5c) of cross entropy, 1 of cost regularised (lambda 2, costs 5c46c65a) of cross entropy)");
    let head = Both::new(CrossEntropy::new(), 5, Known::new(SmoothL1::default())).with_weights(1.0, 0.5).unwrap();
    insta::assert_snapshot!(Loss::<Pair>::describe(&head), @"both (1 of cross entropy on 5 outputs, 0.5 of smooth L1 (beta 1) of known values on the rest)");

    let output = rows(&[0.0, 0.0, 7.0], 1, 3, &device);
    let both = Both::new(CrossEntropy::new(), 2, MeanSquared);
    let seen = Loss::<(Tensor<1, Int>, Tensor<2>)>::activation(&both, output);
    assert_eq!(floats(seen), [0.5, 0.5, 7.0]);
}

/// A breed and a mask.
#[test]
fn a_class_and_a_mask_are_two_targets() {
    let device = Device::flex();
    let world = World::of(5);
    let mask = PerPixel::new(CrossEntropy::new()).with_vocab(&world.vocab);
    let loss = Both::new(CrossEntropy::new(), 2, Combined::new(mask, Dice::new()));
    let output = Tensor::<2>::zeros([3, 2 + 5 * 4], &device);
    let masks = Tensor::<3, Int>::from_ints([[[0, 1], [2, 255]], [[255, 255], [255, 255]], [[4, 4], [4, 4]]], &device);
    let breeds = classes(&[1, 0, 1], &device);
    let mean = floats(loss.forward(output.clone(), (breeds, masks), Reduction::Mean))[0];
    // Dice at a fifth each: of the first picture three classes of one pixel in three, and two of none; of the third one of all.
    let dice = |own: f64, all: f64, count: f64| 1.0 - 2.0 * own * 0.2 / (all * 0.2 + count);
    let first = (3.0 * dice(1.0, 3.0, 1.0) + 2.0) / 5.0;
    let third = (dice(4.0, 4.0, 4.0) + 4.0) / 5.0;
    let want = 2.0_f64.ln() + 5.0_f64.ln() + f64::midpoint(first, third);
    assert!((f64::from(mean) - want).abs() < 1e-5, "{mean}, not {want}");
    let seen = floats(Loss::<(Tensor<1, Int>, Tensor<3, Int>)>::activation(&loss, output));
    assert!(seen[..2].iter().all(|p| (p - 0.5).abs() < 1e-6) && seen[2..22].iter().all(|p| (p - 0.2).abs() < 1e-6));
}
