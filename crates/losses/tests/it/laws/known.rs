//! Losses of values that are not all known, and of boxes.

use burn::tensor::{Bool, DType, Device, Tensor, TensorData};
use firelight_losses::{
    BoxLoss, GeneralizedIou, Huber, Known, KnownValues, Loss, MeanAbsolute, MeanSquared, Parts, Pointwise, Reduction,
    SmoothL1, Totals,
};
use proptest::prelude::*;

use super::{alike, floats, rows, value_and_gradient};

type OfValues = Box<dyn Loss<KnownValues>>;

fn flags(known: &[bool], columns: usize, device: &Device) -> Tensor<2, Bool> {
    Tensor::from_data(TensorData::new(known.to_vec(), [known.len() / columns, columns]), device)
}

/// Every loss of values of which some are not known, four an example.
fn losses() -> Vec<OfValues> {
    vec![
        Box::new(Known::new(MeanSquared)),
        Box::new(Known::new(MeanAbsolute)),
        Box::new(Known::new(SmoothL1::new(0.5).unwrap())),
        Box::new(Known::new(Huber::new(2.0).unwrap())),
        Box::new(GeneralizedIou),
        Box::new(BoxLoss::default()),
    ]
}

fn plain() -> Vec<(Box<dyn Loss<Tensor<2>>>, OfValues)> {
    fn pair<L: Pointwise + Clone + 'static>(loss: L) -> (Box<dyn Loss<Tensor<2>>>, OfValues) {
        (Box::new(loss.clone()), Box::new(Known::new(loss)))
    }
    vec![pair(MeanSquared), pair(MeanAbsolute), pair(SmoothL1::new(0.5).unwrap()), pair(Huber::new(2.0).unwrap())]
}

fn bits(numbers: &[f32]) -> Vec<u32> {
    numbers.iter().map(|number| number.to_bits()).collect()
}

/// Outputs, values and flags of some rows of four.
fn batches() -> impl Strategy<Value = (Vec<f32>, Vec<f32>, Vec<bool>)> {
    (1..5usize).prop_flat_map(|batch| {
        let size = 4 * batch;
        // Whole rows are known more often than single numbers by chance.
        let known = prop_oneof![2 => Just(vec![true; 4]), 1 => Just(vec![false; 4]), 2 => prop::collection::vec(any::<bool>(), 4)];
        (
            prop::collection::vec(-2.0f32..2.0, size),
            prop::collection::vec(-2.0f32..2.0, size),
            prop::collection::vec(known, batch).prop_map(|rows| rows.concat()),
        )
    })
}

/// A box and one beside it, the right way round: left, top, right, bottom.
fn boxes() -> impl Strategy<Value = [[f32; 4]; 2]> {
    let one = || [-1.0f32..0.8, -1.0f32..0.8, 0.05f32..1.0, 0.05f32..1.0];
    (one(), one()).prop_map(|(a, b)| [a, b].map(|[left, top, width, height]| [left, top, left + width, top + height]))
}

fn giou(output: [f32; 4], truth: [f32; 4]) -> f32 {
    let device = Device::flex();
    let targets = (rows(&truth, 1, 4, &device), flags(&[true; 4], 4, &device));
    floats(GeneralizedIou.per_example(rows(&output, 1, 4, &device), targets))[0]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn what_is_not_known_changes_nothing_whatever_it_is(
        (z, values, known) in batches(),
        odd in prop_oneof![Just(f32::NAN), Just(f32::INFINITY), Just(f32::NEG_INFINITY), Just(1e38f32), -9.0f32..9.0],
        truth in prop_oneof![Just(f32::NAN), Just(f32::INFINITY), -9.0f32..9.0],
    ) {
        let device = Device::flex().autodiff();
        let batch = z.len() / 4;
        let replaced = |numbers: &[f32], by: f32, gone: &dyn Fn(usize) -> bool| -> Vec<f32> {
            numbers.iter().enumerate().map(|(at, number)| if gone(at) { by } else { *number }).collect()
        };
        for loss in losses() {
            // Of a box that is known in part nothing is.
            let whole = loss.describe().contains("IoU");
            let gone = |at: usize| if whole { known[at / 4 * 4..][..4].contains(&false) } else { !known[at] };
            // What is known in part and combined counts in one of two.
            let known: Vec<bool> = if whole { (0..z.len()).map(|at| !gone(at)).collect() } else { known.clone() };
            for reduce in [Parts::per_example, Parts::mean] {
                let run = |z: &[f32], values: &[f32]| {
                    let targets = (rows(values, batch, 4, &device), flags(&known, 4, &device));
                    value_and_gradient(loss.as_ref(), rows(z, batch, 4, &device), targets, reduce)
                };
                let (losses, gradient) = run(&z, &values);
                let (others, slopes) = run(&replaced(&z, odd, &gone), &replaced(&values, truth, &gone));
                prop_assert_eq!(bits(&others), bits(&losses), "{}", loss.describe());
                prop_assert!(slopes.iter().zip(&gradient).all(|(a, b)| a.total_cmp(b).is_eq() || a.abs() + b.abs() < 1e-30), "{}", loss.describe());
                prop_assert!((0..z.len()).all(|at| !gone(at) || slopes[at].abs() < 1e-30), "{} {slopes:?}", loss.describe());
            }
        }
    }

    #[test]
    fn what_is_all_known_has_the_plain_loss((z, values, _) in batches()) {
        let device = Device::flex().autodiff();
        let batch = z.len() / 4;
        for (plain, known) in plain() {
            let targets = rows(&values, batch, 4, &device);
            let one = value_and_gradient(plain.as_ref(), rows(&z, batch, 4, &device), targets.clone(), Parts::mean);
            let all = (targets, flags(&vec![true; z.len()], 4, &device));
            let other = value_and_gradient(known.as_ref(), rows(&z, batch, 4, &device), all, Parts::mean);
            prop_assert_eq!(bits(&other.0), bits(&one.0), "{}", known.describe());
            prop_assert!(one.1.iter().zip(&other.1).all(|(a, b)| (a - b).abs() < 1e-6), "{}", known.describe());
        }
    }

    #[test]
    fn a_mean_is_over_all_known_values((z, values, known) in batches()) {
        let device = Device::flex();
        let batch = z.len() / 4;
        for (plain, loss) in plain() {
            let one = |at: usize| {
                let targets = rows(&values[at..=at], 1, 1, &device);
                f64::from(floats(plain.per_example(rows(&z[at..=at], 1, 1, &device), targets))[0])
            };
            let kept: Vec<f64> = (0..z.len()).filter(|at| known[*at]).map(one).collect();
            let want = kept.iter().sum::<f64>() / kept.len().max(1) as f64;
            let targets = (rows(&values, batch, 4, &device), flags(&known, 4, &device));
            let ours = floats(loss.forward(rows(&z, batch, 4, &device), targets, Reduction::Mean))[0];
            prop_assert!(alike(ours, want, 1.0), "{}: {ours}, not {want}", loss.describe());
        }
    }

    #[test]
    fn means_are_those_of_any_partition((z, values, known) in batches(), cut in any::<usize>()) {
        let device = Device::flex();
        let batch = z.len() / 4;
        let cut = cut % (batch + 1);
        for loss in losses() {
            let parts = |from: usize, to: usize| {
                let [z, values] = [&z, &values].map(|numbers| rows(&numbers[4 * from..4 * to], to - from, 4, &device));
                loss.parts(z, (values, flags(&known[4 * from..4 * to], 4, &device)))
            };
            let (mut whole, mut halves) = (Totals::default(), Totals::default());
            whole.add(&parts(0, batch));
            halves.add(&parts(0, cut));
            halves.add(&parts(cut, batch));
            prop_assert!(alike(halves.mean() as f32, whole.mean(), 1.0), "{}: {halves:?} {whole:?}", loss.describe());
            let mean = floats(parts(0, batch).mean())[0];
            prop_assert!(alike(mean, whole.mean(), 1.0), "{}: {mean} {whole:?}", loss.describe());
        }
    }

    /// Corners in any order, in double precision.
    #[test]
    fn the_gradient_of_boxes_is_their_slope(z in prop::collection::vec(-1.0f32..1.0, 4), [_, truth] in boxes(), at in 0..4usize) {
        let device = Device::flex().autodiff();
        let targets = || (rows(&truth, 1, 4, &device), flags(&[true; 4], 4, &device));
        let [left, top, right, bottom] = [z[0], z[1], z[2], z[3]];
        // Not at a kink: where corners meet, or sides are on one line.
        let near = z.iter().enumerate().any(|(at, z)| truth.iter().enumerate().any(|(other, truth)| other % 2 == at % 2 && (z - truth).abs() < 1e-3));
        prop_assume!(!near && (left - right).abs() > 1e-3 && (top - bottom).abs() > 1e-3);
        let wide = rows(&z, 1, 4, &device).cast(DType::F64).detach();
        let shift = |by: f64| {
            let mut shift = [0.0f64; 4];
            shift[at] = by;
            let shift = Tensor::<2>::from_data(TensorData::new(shift.to_vec(), [1, 4]), (&Device::flex(), DType::F64));
            GeneralizedIou.per_example(wide.clone().inner() + shift, targets()).into_scalar::<f64>()
        };
        let slope = (shift(1e-5) - shift(-1e-5)) / 2e-5;
        let (_, gradient) = value_and_gradient(&GeneralizedIou, wide.clone(), targets(), Parts::mean);
        prop_assert!((f64::from(gradient[at]) - slope).abs() < 1e-4 * (1.0 + slope.abs()), "{z:?} {truth:?}: {} and {slope}", gradient[at]);
    }

    #[test]
    fn boxes_have_one_loss_in_any_unit_place_and_direction([a, b] in boxes(), scale in 0.5f32..200.0, shift in -3.0f32..3.0) {
        let loss = giou(a, b);
        prop_assert!((-1e-5..=2.0 + 1e-5).contains(&loss), "{loss}");
        prop_assert!((giou(b, a) - loss).abs() < 1e-5);
        let moved = |corners: [f32; 4]| corners.map(|corner| (corner + shift) * scale);
        prop_assert!((giou(moved(a), moved(b)) - loss).abs() < 1e-3, "{} and {loss}", giou(moved(a), moved(b)));
        let mirrored = |[left, top, right, bottom]: [f32; 4]| [-right, top, -left, bottom];
        prop_assert!((giou(mirrored(a), mirrored(b)) - loss).abs() < 1e-5);
        let turned = |[left, top, right, bottom]: [f32; 4]| [top, left, bottom, right];
        prop_assert!((giou(turned(a), turned(b)) - loss).abs() < 1e-5);
        prop_assert!(giou(a, a).abs() < 1e-4);
    }
}

/// A fresh model puts corners anywhere.
#[test]
fn boxes_with_reversed_corners_find_their_way() {
    let device = Device::flex().autodiff();
    let truth = [-0.4, -0.3, 0.5, 0.6];
    // Of one side, of the other, of both, without a size, far off. torchvision's formula gets from none of these to the true box.
    let starts = [
        [0.2, -0.1, -0.1, 0.2],
        [-0.1, 0.3, 0.1, -0.2],
        [0.3, 0.3, -0.3, -0.3],
        [0.0; 4],
        [2.0, 0.5, -1.0, -0.5],
        [1.5, 1.5, 1.2, 1.3],
    ];
    for start in starts {
        let mut corners = start.to_vec();
        for step in 0..3000 {
            let targets = (rows(&truth, 1, 4, &device), flags(&[true; 4], 4, &device));
            let output = rows(&corners, 1, 4, &device);
            let (loss, gradient) = value_and_gradient(&GeneralizedIou, output, targets, Parts::mean);
            assert!(loss[0].is_finite() && gradient.iter().all(|slope| slope.is_finite()), "{corners:?} {gradient:?}");
            let rate = if step < 2000 { 0.02 } else { 0.002 };
            corners.iter_mut().zip(gradient).for_each(|(corner, slope)| *corner -= rate * slope.clamp(-1.0, 1.0));
        }
        assert!(giou(corners.clone().try_into().unwrap(), truth) < 0.1, "from {start:?} to {corners:?}");
    }
}

#[test]
fn nothing_known_and_no_examples_have_a_mean_of_0() {
    let device = Device::flex().autodiff();
    for loss in losses() {
        let nan = || rows(&[f32::NAN; 8], 2, 4, &device);
        let unknown = || (nan(), flags(&[false; 8], 4, &device));
        let (values, gradient) = value_and_gradient(loss.as_ref(), nan(), unknown(), Parts::mean);
        assert_eq!(values, [0.0; 2], "{}", loss.describe());
        assert!(gradient.iter().all(|slope| slope.abs() < 1e-30), "{} {gradient:?}", loss.describe());
        assert_eq!(floats(loss.forward(nan(), unknown(), Reduction::Mean)), [0.0], "{}", loss.describe());

        let none = || Tensor::<2>::zeros([0, 4], &device);
        let targets = || (none(), Tensor::<2, Bool>::empty([0, 4], &device));
        assert_eq!(loss.per_example(none(), targets()).dims(), [0], "{}", loss.describe());
        assert_eq!(floats(loss.forward(none(), targets(), Reduction::Mean)), [0.0], "{}", loss.describe());
        assert!(loss.mean_weights(&none(), &targets()).is_none(), "{}", loss.describe());
    }
}

#[test]
fn outputs_that_are_predictions_are_left_as_they_are_and_f64_stays() {
    let device = Device::flex();
    let z = [0.5, -1.0, 2.0, f32::INFINITY];
    for loss in losses() {
        assert_eq!(floats(loss.activation(rows(&z, 1, 4, &device))), z, "{}", loss.describe());
        let targets = (rows(&[0.0; 4], 1, 4, &device), flags(&[true; 4], 4, &device));
        let parts = loss.parts(rows(&[0.1, 0.2, 0.3, 0.4], 1, 4, &device).cast(DType::F64), targets.clone());
        assert_eq!(parts.mean().dtype(), DType::F64, "{}", loss.describe());
        let parts = loss.parts(rows(&[0.1, 0.2, 0.3, 0.4], 1, 4, &device).cast(DType::F16), targets);
        assert_eq!(parts.mean().dtype(), DType::F32, "{}", loss.describe());
    }
    let mut texts = Vec::new();
    for loss in losses() {
        texts.push(loss.describe());
    }
    insta::assert_snapshot!(texts.join("\n"), @r"
    mean squared error of known values
    mean absolute error of known values
    smooth L1 (beta 0.5) of known values
    huber (delta 2) of known values
    generalized IoU
    combined (1 of smooth L1 (beta 1) of known values, 1 of generalized IoU)
    ");
}
