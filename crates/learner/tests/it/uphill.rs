//! Steps by the gradient of where the loss is highest nearby.

use burn::module::{Module, Param};
use burn::nn::Linear;
use burn::tensor::{Device, Tensor};
use firelight_learner::optim::Sgd;
use firelight_learner::{Learner, Precision, Rates, Sam};
use firelight_losses::CrossEntropy;

use crate::mean_colour::MeanColour;
use crate::shapes;

fn learner(folder: &tempfile::TempDir, fc: Linear) -> Learner<firelight_datablock::Categories, MeanColour> {
    let loaders = shapes::loaders(folder, &Device::flex()).with_batch_size(18);
    Learner::new(loaders, MeanColour { fc }, CrossEntropy::new()).without_observers().with_optimizer(Sgd::new())
}

/// Weights and biases as one vector, and the layer of such a vector.
fn numbers(fc: &Linear) -> Vec<f64> {
    let bias = fc.bias.as_ref().expect("a bias").val();
    let both =
        [fc.weight.val().flatten::<1>(0, 1), bias].map(|part| part.into_data().iter::<f32>().collect::<Vec<_>>());
    both.concat().into_iter().map(f64::from).collect()
}

fn layer(numbers: &[f64]) -> Linear {
    let device = Device::flex();
    let numbers: Vec<f32> = numbers.iter().map(|number| *number as f32).collect();
    let weight = Tensor::<1>::from_floats(&numbers[..9], &device).reshape([3, 3]);
    let bias = Some(Param::from_tensor(Tensor::from_floats(&numbers[9..], &device)));
    Linear { weight: Param::from_tensor(weight), bias }
}

/// What one step at rate 1 goes down by is the gradient.
fn gradient(folder: &tempfile::TempDir, at: &[f64], sam: Option<Sam>) -> Vec<f64> {
    let mut learn = learner(folder, layer(at));
    if let Some(sam) = sam {
        learn = learn.with_sam(sam);
    }
    learn.fit(1, 1.0).expect("a step");
    at.iter().zip(numbers(&learn.model().valid().fc)).map(|(before, after)| before - after).collect()
}

#[test]
fn a_step_goes_by_the_gradient_uphill() {
    let folder = shapes::folder(24);
    let at: Vec<f64> = (0..12).map(|number| f64::from(number * 7 % 5) * 0.3 - 0.6).collect();
    let here = gradient(&folder, &at, None);
    let length = here.iter().map(|number| number * number).sum::<f64>().sqrt();
    let rho = 0.7;
    let up: Vec<f64> = at.iter().zip(&here).map(|(number, slope)| number + rho * slope / length).collect();
    let (expected, found) = (gradient(&folder, &up, None), gradient(&folder, &at, Some(Sam::new(rho))));
    let apart = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
    assert!(apart(&expected, &found) < 2e-6, "{expected:?} is not {found:?}");
    assert!(apart(&expected, &here) > 1e-3, "it is another than here");
}

/// The second pass draws the same dropout and moves no statistics: with next to no way uphill, a step is the plain one.
#[test]
fn next_to_no_way_uphill_is_a_plain_step() {
    let folder = shapes::folder(24);
    let train = |sam: Option<Sam>| {
        let mut learn = shapes::learner(shapes::loaders(&folder, &Device::flex())).with_optimizer(Sgd::new());
        if let Some(sam) = sam {
            learn = learn.with_sam(sam);
        }
        learn.fit(2, 1e-2).expect("a fit");
        crate::training::bits(learn.model())
    };
    for ((path, plain), (_, uphill)) in train(None).iter().zip(&train(Some(Sam::new(1e-12)))) {
        for (plain, uphill) in plain.iter().zip(uphill) {
            let [plain, uphill] = [plain, uphill].map(|bits| f32::from_bits(*bits));
            assert!((plain - uphill).abs() <= 1e-5 * plain.abs().max(1e-2), "{path}: {plain} and {uphill}");
        }
    }
}

#[test]
fn what_it_cannot_be_combined_with_is_refused() {
    let folder = shapes::folder(24);
    let learn = || learner(&folder, layer(&[0.0; 12]));
    let said = |learn: Learner<_, MeanColour>| {
        let mut learn = learn;
        learn.fit(1, 0.1).expect_err("refused").to_string()
    };
    let remedy =
        "train on one device by itself, with an update a batch and a precision other than F16, or leave it out";
    let refused = format!("sharpness: 0.05 uphill makes no sense; {remedy}");
    assert_eq!(said(learn().with_sam(Sam::default()).with_accumulation(2)), refused);
    assert_eq!(said(learn().with_sam(Sam::default()).with_devices([Device::flex(), Device::flex()])), refused);
    assert_eq!(said(learn().with_sam(Sam::default()).with_precision(Precision::F16)), refused);
    for rho in [0.0, -1.0, f64::INFINITY, f64::NAN] {
        let expected = format!("sharpness: a radius of {rho} makes no sense; give a length over 0");
        assert_eq!(said(learn().with_sam(Sam::new(rho))), expected);
    }
    let rates = Rates::Decayed(0.1, 1.5);
    let error = learn().fit(1, rates).expect_err("refused").to_string();
    assert_eq!(
        error,
        "learning rate: 0.1, times 1.5 a group makes no sense; give a positive rate, and a factor over 0 and up to 1"
    );
}
