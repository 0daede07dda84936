//! Maps whose peaks are points.

use burn::tensor::{Bool, Device, Tensor, TensorData, activation};
use firelight_losses::{KnownValues, Loss, PointMaps, Reduction};
use proptest::prelude::*;

/// Positions and maps of two points on 3 by 2 pixels, with numbers by a rule.
fn output(examples: usize, shift: f32) -> Vec<f32> {
    (0..examples * (4 + 2 * 6)).map(|i| ((i * 37 % 19) as f32 - 9.0) / 6.0 + shift * (i % 3) as f32).collect()
}

fn tensor(numbers: &[f32], columns: usize, device: &Device) -> Tensor<2> {
    Tensor::from_data(TensorData::new(numbers.to_vec(), [numbers.len() / columns, columns]), device)
}

fn targets(values: &[f32], known: &[bool], device: &Device) -> KnownValues {
    let known = Tensor::<2, Bool>::from_data(TensorData::new(known.to_vec(), [known.len() / 4, 4]), device);
    (tensor(values, 4, device), known)
}

fn loss() -> PointMaps {
    PointMaps::new(2).with_aspect(1.5).expect("a shape").with_deviation(0.8).expect("a deviation")
}

/// The loss of one point in `f64`, from its definition.
fn by_hand(map: &[f32], [x, y]: [f32; 2], deviation: f64) -> f64 {
    let place = |pixel: usize, side: usize| (2 * pixel + 1) as f64 / side as f64 - 1.0;
    let density = |pixel: usize| {
        let across = (place(pixel % 3, 3) - f64::from(x)) * 1.5 / deviation;
        let down = (place(pixel / 3, 2) - f64::from(y)) / deviation;
        (-0.5 * (across * across + down * down)).exp()
    };
    let all: f64 = (0..6).map(density).sum();
    let norm = map.iter().map(|&logit| f64::from(logit).exp()).sum::<f64>().ln();
    (0..6).map(|pixel| density(pixel) / all * (norm - f64::from(map[pixel]))).sum()
}

#[test]
fn it_is_the_cross_entropy_against_a_gaussian_around_each_point() {
    let device = Device::flex();
    let (row, places) = (output(1, 0.0), [-0.3, 0.4, 0.9, -1.0]);
    let value = loss()
        .forward(tensor(&row, 16, &device), targets(&places, &[true; 4], &device), Reduction::Mean)
        .into_scalar::<f32>();
    let [first, second] = [(4, [places[0], places[1]]), (10, [places[2], places[3]])]
        .map(|(at, place)| by_hand(&row[at..at + 6], place, 0.8));
    assert!((f64::from(value) - f64::midpoint(first, second)).abs() < 1e-5, "{value}");
}

#[test]
fn what_is_predicted_are_the_positions() {
    let device = Device::flex();
    let row = output(2, 0.0);
    let predicted = loss().activation(tensor(&row, 16, &device)).into_data().iter::<f32>().collect::<Vec<f32>>();
    assert_eq!(predicted, [&row[..4], &row[16..20]].concat());
}

#[test]
fn the_least_loss_is_at_the_gaussian_and_its_gradient_is_the_gap_to_it() {
    let device = Device::flex().autodiff();
    let row = tensor(&output(1, 0.0), 16, &device).require_grad();
    let target = targets(&[0.0, 0.0, 0.0, 0.0], &[true; 4], &device);
    let gradients = loss().forward(row.clone(), target, Reduction::Mean).backward();
    let gradient: Vec<f32> = row.grad(&gradients).expect("a gradient").into_data().iter().collect();
    assert!(gradient[..4].iter().all(|slope| slope.abs() < 1e-7), "positions are not trained: {gradient:?}");
    let chances = activation::softmax(row.inner().narrow(1, 4, 6), 1).into_data().iter::<f32>().collect::<Vec<f32>>();
    let sum: f32 = gradient[4..10].iter().sum();
    assert!(sum.abs() < 1e-6, "chances add up to one: {sum}");
    assert!(gradient[4..10].iter().zip(&chances).all(|(slope, chance)| slope.abs() <= 0.5 * chance.max(1.0)));
}

#[test]
fn a_map_of_another_shape_says_what_to_do() {
    let device = Device::flex();
    let wrong = std::panic::catch_unwind(|| {
        PointMaps::new(2).per_example(tensor(&output(1, 0.0), 16, &device), targets(&[0.0; 4], &[true; 4], &device))
    });
    let why = wrong.unwrap_err().downcast::<String>().expect("a text");
    assert!(why.contains("a map of 6 pixels is not 1 times as wide as high; say how the pictures are shaped"), "{why}");
}

proptest! {
    /// A point that is not known changes nothing, whatever stands in its place or in its map.
    #[test]
    fn an_unknown_point_changes_nothing(value in prop::sample::select(vec![f32::NAN, f32::INFINITY, -3.0, 0.0])) {
        let device = Device::flex();
        let plain = output(2, 0.0);
        let mut other = plain.clone();
        other[10..16].fill(value);
        let known = [true, true, false, false, true, true, true, true];
        let places = [0.1, -0.2, 0.0, 0.0, 0.5, 0.5, -0.5, 0.3];
        let mut moved = places;
        moved[2] = value;
        let of = |row: &[f32], places: &[f32]| {
            loss().forward(tensor(row, 16, &device), targets(places, &known, &device), Reduction::Mean).into_scalar::<f32>()
        };
        prop_assert_eq!(of(&plain, &places).to_bits(), of(&other, &moved).to_bits());
    }
}
