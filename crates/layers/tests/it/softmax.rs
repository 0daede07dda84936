//! Softmax of rows, and values joined to a graph.

use burn::tensor::{Device, Tensor, activation};
use firelight_layers::{softmax, with_gradient};
use proptest::prelude::*;

use crate::close::{assert_close, devices, numbers, values};

/// Equal to `tolerance`, relative.
#[track_caller]
fn assert_near(ours: &[f32], expected: &[f32], tolerance: f32) {
    assert_eq!(ours.len(), expected.len());
    for (a, b) in ours.iter().zip(expected) {
        assert!((a - b).abs() <= tolerance * b.abs(), "{ours:?} is not {expected:?}");
    }
}

proptest! {
    #[test]
    fn it_is_burns(batch in 1..40_usize, classes in 1..700_usize, spread in 0.1..60.0_f32) {
        let device = Device::flex();
        let scores = numbers([batch, classes], 1, &device) * spread + 3.0;
        let parts = softmax(scores.clone(), f32::NEG_INFINITY);
        assert_close("probabilities", parts.probabilities, activation::softmax(scores.clone(), 1));
        let highest = scores.clone().max_dim(1);
        prop_assert_eq!(values(parts.highest), values(highest.clone()));
        assert_close("log sum", parts.log_sum, (scores - highest).exp().sum_dim(1).log());
    }
}

#[test]
fn the_end_of_the_scale_is_where_other_devices_have_it() {
    let rows =
        [[f32::NEG_INFINITY; 4], [0.0, f32::NEG_INFINITY, -1e4, 1e4], [-3e38, 3e38, 0.0, 1.0], [80.0, -80.0, 0.0, 0.5]];
    for device in devices() {
        let parts = softmax(Tensor::from_floats(rows, &device), -1e37);
        let probabilities = values(parts.probabilities);
        assert_eq!(probabilities[..4], [0.25; 4]);
        assert_eq!(probabilities[4..12], [0.0, 0.0, 0.0, 1.0, 0.0, 1.0, 0.0, 0.0]);
        assert_near(&probabilities[12..], &[1.0, 0.0, 1.8048513e-35, 2.975697e-35], 1e-5);
        assert_near(&values(parts.log_sum), &[4_f32.ln(), 0.0, 0.0, 0.0], 1e-6);
    }
    let parts = softmax(Tensor::from_floats([[f32::NAN, 0.0], [0.0, 0.0]], &Device::flex()), -1e37);
    let probabilities = values(parts.probabilities);
    assert!(probabilities[..2].iter().all(|probability| probability.is_nan()));
    assert_eq!(probabilities[2..], [0.5, 0.5]);
}

#[test]
fn values_are_joined_with_their_gradient_on_every_device() {
    for device in devices() {
        let device = device.autodiff();
        let leaf = Tensor::<2>::from_floats([[1.0, 2.0, -1.0], [0.5, 0.0, 3.0]], &device).require_grad();
        // Its gradient is divided on the way, so that what comes from above is not 1.
        let input = leaf.clone() * 2.0;
        let plain = input.clone().inner();
        let halves = plain.clone().square().sum_dim(1).reshape([2]) / 2.0;
        let joined = with_gradient(input, halves, plain);
        assert_near(&values(joined.clone().inner()), &[12.0, 18.5], 1e-6);
        let weights = Tensor::<1>::from_floats([1.0, 10.0], &device);
        let gradients = (joined * weights).sum().backward();
        let gradient = values(leaf.grad(&gradients).unwrap());
        assert_near(&gradient, &[4.0, 8.0, -4.0, 20.0, 0.0, 120.0], 1e-6);
    }
}

#[test]
fn a_gradient_that_somebody_else_holds_is_not_changed() {
    let device = Device::flex().autodiff();
    let input = Tensor::<2>::ones([1, 2], &device).require_grad();
    let gradient = Tensor::<2>::ones([1, 2], &device.clone().inner());
    let joined = with_gradient(input.clone(), Tensor::zeros([1], &device.inner()), gradient.clone());
    let gradients = (joined * 5.0).sum().backward();
    assert_eq!(values(input.grad(&gradients).unwrap()), [5.0, 5.0]);
    assert_eq!(values(gradient), [1.0, 1.0]);
}
