//! Losses that read more than a score for each class, and those of labels that say less than a class.

use burn::tensor::{Bool, DType, Device, Int, Tensor, TensorData};
use firelight_losses::{
    ClassHead, ClassTree, ClassWeights, CrossEntropy, FrameCrossEntropy, Loss, MarginalCrossEntropy,
    ParentCrossEntropy, Parts, Reduction, SubspaceCrossEntropy, Taxonomy, Totals, Vocab, Weighted, loss_of,
};
use proptest::prelude::*;

use super::losses::ByClass;
use super::{classes, floats, rows, value_and_gradient};

const NAMES: [&str; 5] = ["Bengal", "Siamese", "beagle", "boxer", "pug"];

/// Some classes lie deeper than others.
fn tree(vocab: &Vocab) -> ClassTree {
    let paths = ["cat/Bengal", "cat/Siamese", "dog/hound/beagle", "dog/boxer", "pug"];
    ClassTree::new(&Taxonomy::from_paths(paths).unwrap(), vocab).unwrap()
}

/// Each head with losses that read its rows.
fn losses() -> Vec<(ClassHead, ByClass)> {
    let vocab = Vocab::from_labels(NAMES);
    let tree = tree(&vocab);
    let weights = ClassWeights::new(NAMES.into_iter().zip([1.0, 2.0, 0.0, 3.0, 0.25])).unwrap();
    let (subspaces, parents) = (ClassHead::subspaces(&tree), ClassHead::parents(&tree.parents()));
    let subspace = || SubspaceCrossEntropy::new(&tree).with_alpha(0.5).unwrap();
    let smooth = CrossEntropy::new().with_class_weights(&weights, &vocab).unwrap().with_label_smoothing(0.1).unwrap();
    let apart = smooth.clone().with_unweighted_smoothing();
    vec![
        (subspaces.clone(), Box::new(subspace())),
        (subspaces, Box::new(Weighted::new(subspace(), &weights, &vocab).unwrap())),
        (parents.clone(), Box::new(ParentCrossEntropy::new(&tree.parents()))),
        (parents, Box::new(ParentCrossEntropy::new(&tree.parents()).with_classes(apart))),
    ]
}

/// Numbers for four rows of any head, away from 0, where lengths and absolute values have no slope.
fn numbers() -> impl Strategy<Value = Vec<f32>> {
    prop::collection::vec(prop_oneof![0.05f32..6.0, -6.0f32..-0.05], 4 * 20)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    /// In double precision, against differences; those of scores, which the loss does not read, are 0.
    #[test]
    fn slopes_are_those_of_the_values(numbers in numbers(), targets in prop::collection::vec(0i64..5, 4), at in any::<usize>()) {
        let device = Device::flex().autodiff();
        for (head, loss) in losses() {
            let columns = head.outputs(5);
            let at = at % columns;
            let value = |by: f64| {
                let mut row: Vec<f64> = numbers[..4 * columns].iter().copied().map(f64::from).collect();
                (0..4).for_each(|number| row[number * columns + at] += by);
                let output = Tensor::<2>::from_data(TensorData::new(row, [4, columns]), (&device, DType::F64)).require_grad();
                let each = loss.per_example(output.clone(), classes(&targets, &device));
                let slopes: Vec<f64> = output.grad(&each.clone().sum().backward()).unwrap().into_data().iter::<f64>().collect();
                (each.into_data().iter::<f64>().collect::<Vec<f64>>(), slopes)
            };
            let (step, (_, slopes)) = (1e-6, value(0.0));
            let (above, below) = (value(step).0, value(-step).0);
            for row in 0..4 {
                let (slope, want) = (slopes[row * columns + at], (above[row] - below[row]) / (2.0 * step));
                prop_assert!((slope - want).abs() < 1e-5 * (1.0 + want.abs()), "{} {at}: {slope}, not {want}", loss.describe());
                prop_assert!(at >= 5 || slope == 0.0);
            }
        }
    }

    #[test]
    fn rows_do_not_know_each_other_and_any_partition_has_the_mean(
        numbers in numbers(), targets in prop::collection::vec(0i64..5, 4), cut in 0usize..5, turn in 0usize..4, broken in 0usize..4,
    ) {
        let device = Device::flex().autodiff();
        let bits = |numbers: &[f32]| numbers.iter().map(|number| number.to_bits()).collect::<Vec<_>>();
        for (head, loss) in losses() {
            let columns = head.outputs(5);
            let z = &numbers[..4 * columns];
            let run = |z: &[f32], targets: &[i64]| {
                value_and_gradient(loss.as_ref(), rows(z, 4, columns, &device), classes(targets, &device), Parts::per_example)
            };
            let (values, gradient) = run(z, &targets);
            let (mut turned, mut turned_targets) = (z.to_vec(), targets.clone());
            turned.rotate_left(turn * columns);
            turned_targets.rotate_left(turn);
            let (mut turned_values, mut turned_gradient) = run(&turned, &turned_targets);
            turned_values.rotate_right(turn);
            turned_gradient.rotate_right(turn * columns);
            prop_assert_eq!(bits(&turned_values), bits(&values));
            prop_assert_eq!(bits(&turned_gradient), bits(&gradient));

            let mut with_nan = z.to_vec();
            with_nan[broken * columns + 5] = f32::NAN;
            let (broken_values, broken_gradient) = run(&with_nan, &targets);
            for row in 0..4 {
                let of = |numbers: &[f32], each: usize| bits(&numbers[row * each..][..each]);
                if row == broken {
                    prop_assert!(broken_values[row].is_nan(), "{}", loss.describe());
                } else {
                    prop_assert_eq!(of(&broken_values, 1), of(&values, 1));
                    prop_assert_eq!(of(&broken_gradient, columns), of(&gradient, columns));
                }
            }

            let parts = |from: usize, to: usize| {
                loss.parts(rows(&z[from * columns..to * columns], to - from, columns, &device), classes(&targets[from..to], &device))
            };
            let (mut whole, mut shards) = (Totals::default(), Totals::default());
            whole.add(&parts(0, 4));
            for part in [parts(0, cut), parts(cut, 4)] {
                shards.add(&part);
            }
            prop_assert!((whole.mean() - shards.mean()).abs() < 1e-5 * (1.0 + whole.mean().abs()), "{whole:?} {shards:?}");
            let mean = f64::from(floats(parts(0, 4).mean().inner())[0]);
            prop_assert!((whole.mean() - mean).abs() < 1e-5 * (1.0 + mean.abs()));
        }
    }

    /// A frame's loss, whatever the order of the classes and the length of the scores' vector in its second part.
    #[test]
    fn a_frame_knows_classes_by_name_and_directions_without_length(
        z in prop::collection::vec(-8.0f32..8.0, 5), target in 0usize..5, order in Just([0usize, 1, 2, 3, 4]).prop_shuffle(),
        length in 1e-3f32..1e3,
    ) {
        prop_assume!(z.iter().any(|z| z.abs() > 0.1));
        let device = Device::flex();
        let sorted = Vocab::from_labels(NAMES);
        let shuffled = Vocab::ordered(order.map(|class| &sorted[class])).unwrap();
        let loss = |vocab: &Vocab, alpha: f64| {
            let ClassHead::Frame(frame) = ClassHead::frame(&tree(vocab)).unwrap() else { unreachable!("a frame") };
            FrameCrossEntropy::new(&frame).with_alpha(alpha).unwrap()
        };
        let value = |vocab: &Vocab, alpha: f64, z: &[f32], target: usize| {
            floats(loss(vocab, alpha).per_example(rows(z, 1, 5, &device), classes(&[target as i64], &device)))[0]
        };
        let moved = order.map(|class| z[class]);
        let place = shuffled.o2i(&sorted[target]).unwrap();
        let (one, other) = (value(&sorted, 0.4, &z, target), value(&shuffled, 0.4, &moved, place));
        prop_assert!((one - other).abs() < 1e-4 * (1.0 + one.abs()), "{one} {other}");
        let longer: Vec<f32> = z.iter().map(|z| z * length).collect();
        let (one, other) = (value(&sorted, 1.0, &z, target), value(&sorted, 1.0, &longer, target));
        prop_assert!((one - other).abs() < 1e-4 * (1.0 + one.abs()), "{one} {other}");
    }

    /// With a class's label it is cross entropy, with the root's nothing; between them it falls as labels say less, and is that of the summed probabilities.
    #[test]
    fn a_marginal_loss_is_the_cross_entropy_of_what_the_label_says(
        z in prop::collection::vec(prop_oneof![8 => -8.0f32..8.0, 1 => Just(1e4f32), 1 => Just(f32::NEG_INFINITY)], 15),
        below in prop::collection::vec(any::<bool>(), 15), target in 0usize..5,
    ) {
        prop_assume!(z.chunks(5).all(|row| row.iter().any(|z| z.is_finite())));
        let device = Device::flex().autodiff();
        let run = |below: Vec<bool>| {
            let sets = (Tensor::<2, Bool>::from_data(TensorData::new(below, [3, 5]), &device),);
            value_and_gradient(&MarginalCrossEntropy, rows(&z, 3, 5, &device), sets, Parts::per_example)
        };
        let (single, slopes) = run((0..15).map(|at| at % 5 == target).collect());
        let targets = classes(&[target as i64; 3], &device);
        let (plain, plain_slopes) = value_and_gradient(&CrossEntropy::new(), rows(&z, 3, 5, &device), targets, Parts::per_example);
        for (a, b) in single.iter().chain(&slopes).zip(plain.iter().chain(&plain_slopes)) {
            prop_assert!((a - b).abs() <= 1e-5 * (1.0 + b.abs()) || a.total_cmp(b).is_eq(), "{a}, not {b}");
        }
        prop_assert!(run(vec![true; 15]).0.iter().all(|loss| *loss < 1e-6));
        let with: Vec<bool> = below.iter().enumerate().map(|(at, below)| *below || at % 5 == target).collect();
        let (values, slopes) = run(with.clone());
        for row in 0..3 {
            prop_assert!(values[row] <= single[row] + 1e-5 * (1.0 + single[row].abs()));
            prop_assert!(slopes[row * 5..][..5].iter().all(|slope| slope.is_finite()));
            let scores: Vec<f64> = z[row * 5..][..5].iter().copied().map(f64::from).collect();
            let top = scores.iter().copied().fold(f64::NEG_INFINITY, f64::max);
            let mass = |keep: &dyn Fn(usize) -> bool| {
                scores.iter().enumerate().filter(|(class, _)| keep(*class)).map(|(_, z)| (z - top).exp()).sum::<f64>()
            };
            let kept = mass(&|class| with[row * 5 + class]);
            if kept > 1e-300 {
                let want = mass(&|_| true).ln() - kept.ln();
                prop_assert!((f64::from(values[row]) - want).abs() < 1e-4 * (1.0 + want.abs()), "{}, not {want}", values[row]);
            }
        }
    }
}

#[test]
fn no_rows_have_a_mean_of_0_and_rows_of_0_have_slopes_that_are_numbers() {
    let device = Device::flex().autodiff();
    for (head, loss) in losses() {
        let columns = head.outputs(5);
        let empty = loss.parts(rows(&[], 0, columns, &device), classes(&[], &device));
        assert_eq!(floats(empty.mean().inner()), [0.0], "{head}");
        let one = loss.parts(rows(&vec![1.0; columns], 1, columns, &device), classes(&[0], &device));
        assert_eq!(empty.terms().len(), one.terms().len());
        let (values, slopes) = value_and_gradient(
            loss.as_ref(),
            rows(&vec![0.0; columns], 1, columns, &device),
            classes(&[0], &device),
            Parts::mean,
        );
        assert!(values.iter().chain(&slopes).all(|number| number.is_finite()), "{head}: {values:?} {slopes:?}");
        assert_eq!(loss.activation(rows(&vec![1.0; columns], 1, columns, &device)).dims(), [1, 5]);
        assert_eq!(loss.head(), Some(&head));
    }
    let sets = (Tensor::<2, Bool>::from_data(TensorData::new(Vec::<bool>::new(), [0, 5]), &device),);
    assert_eq!(floats(MarginalCrossEntropy.forward(rows(&[], 0, 5, &device), sets, Reduction::Mean).inner()), [0.0]);
}

#[test]
fn one_class_alone_has_heads_too() {
    let vocab = Vocab::from_labels(["only"]);
    let tree = ClassTree::new(&Taxonomy::from_paths(["thing/only"]).unwrap(), &vocab).unwrap();
    let device = Device::flex().autodiff();
    for head in [ClassHead::frame(&tree).unwrap(), ClassHead::subspaces(&tree), ClassHead::parents(&tree.parents())] {
        let (columns, loss) = (head.outputs(1), loss_of(&head));
        let (values, slopes) = value_and_gradient(
            loss.as_ref(),
            rows(&vec![2.0; columns], 1, columns, &device),
            classes(&[0], &device),
            Parts::mean,
        );
        assert!(values.iter().chain(&slopes).all(|number| number.is_finite()), "{head}: {values:?} {slopes:?}");
        assert!(values[0] >= -1e-6, "{head}: {values:?}");
    }
}

#[test]
#[should_panic(expected = "rows of 5 numbers are not the 13 of a head that ends in subspaces")]
fn rows_of_another_head_are_refused() {
    let loss = SubspaceCrossEntropy::new(&tree(&Vocab::from_labels(NAMES)));
    let device = Device::flex();
    let _ = loss.per_example(rows(&[0.0; 5], 1, 5, &device), Tensor::<1, Int>::from_ints([0], &device));
}
