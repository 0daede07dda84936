use burn::module::Module;
use burn::nn::{BatchNorm, BatchNormConfig};
use burn::tensor::{Device, Tensor};
use firelight_layers::{Activation, normalize};
use proptest::prelude::*;

use crate::close::{assert_close, numbers};

fn burns(layer: &BatchNorm, input: Tensor<4>, shortcut: Option<Tensor<4>>, activation: Activation) -> Tensor<4> {
    let output = layer.forward(input);
    let output = if let Some(shortcut) = shortcut { output + shortcut } else { output };
    match activation {
        Activation::Identity => output,
        Activation::Relu => output.clamp_min(0.0),
        Activation::Relu6 => output.clamp(0.0, 6.0),
        smooth => smooth.apply(output),
    }
}

fn layer(channels: usize, device: &Device) -> BatchNorm {
    let mut layer = BatchNormConfig::new(channels).init(device);
    layer.gamma = layer.gamma.map(|_| numbers([channels], 7, device).mul_scalar(3.0).require_grad());
    layer.beta = layer.beta.map(|_| numbers([channels], 8, device).require_grad());
    layer
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    #[test]
    fn training_is_burns(
        shape in [1usize..5, 1usize..6, 1usize..12, 2usize..12],
        with_shortcut in any::<bool>(),
        activation in prop_oneof![Just(Activation::Identity), Just(Activation::Relu), Just(Activation::Relu6)],
        far in prop_oneof![Just(0.0), Just(30.0)],
    ) {
        let device = Device::flex().autodiff();
        let run = |ours: bool| {
            let layer = layer(shape[1], &device);
            let input = numbers(shape, 1, &device).mul_scalar(2.0).add_scalar(far).require_grad();
            let shortcut = with_shortcut.then(|| numbers(shape, 2, &device).require_grad());
            let output = if ours {
                normalize(&layer, input.clone(), shortcut.clone(), activation)
            } else {
                burns(&layer, input.clone(), shortcut.clone(), activation)
            };
            let gradients = (output.clone() * numbers(shape, 3, &device)).sum().backward();
            let wide = |tensor: Tensor<1>| tensor.reshape([1, shape[1], 1, 1]);
            let running = layer.running_var.value_sync().inner();
            // burn moves it by the biased variance.
            let values = (shape[0] * shape[2] * shape[3]) as f64;
            let unbias = if ours { 1.0 } else { values / (values - 1.0) };
            let running = (running - 0.9).mul_scalar(unbias) + 0.9;
            let mut parts = vec![
                output.inner(),
                input.grad(&gradients).unwrap(),
                wide(layer.gamma.val().grad(&gradients).unwrap()),
                wide(layer.beta.val().grad(&gradients).unwrap()),
                wide(layer.running_mean.value_sync().inner()),
                wide(running),
            ];
            parts.extend(shortcut.map(|shortcut| shortcut.grad(&gradients).unwrap()));
            parts
        };
        let names = ["output", "input", "gamma", "beta", "running mean", "running variance", "shortcut"];
        for (name, (ours, theirs)) in names.into_iter().zip(run(true).into_iter().zip(run(false))) {
            // Far from zero the input's gradient is a difference of nearly equal numbers in burn as well.
            match name {
                // What is left of larger numbers, nothing at all where a channel has two.
                "input" if far == 0.0 => assert_close(name, ours + 1.0, theirs + 1.0),
                "input" => {}
                _ => assert_close(name, ours, theirs),
            }
        }
    }

    #[test]
    fn evaluation_is_burns(
        shape in [1usize..5, 1usize..6, 1usize..12, 1usize..12],
        with_shortcut in any::<bool>(),
        activation in prop_oneof![Just(Activation::Identity), Just(Activation::Relu), Just(Activation::Relu6)],
    ) {
        let training = Device::flex().autodiff();
        let device = Device::flex();
        let layer = layer(shape[1], &training);
        layer.forward(numbers(shape, 4, &training).mul_scalar(2.0).add_scalar(0.5));
        let plain = layer.clone().valid();
        let frozen = layer.freeze();
        for (layer, device) in [(plain, device), (frozen, training)] {
            let (input, other) = (numbers(shape, 1, &device), numbers(shape, 2, &device));
            let shortcut = with_shortcut.then_some(other);
            let ours = normalize(&layer, input.clone(), shortcut.clone(), activation);
            let theirs = burns(&layer, input, shortcut, activation);
            assert_close("output", ours.inner(), theirs.inner());
        }
    }
}

#[test]
fn a_frozen_layer_passes_the_gradient_on() {
    let device = Device::flex().autodiff();
    let layer = layer(3, &device).freeze();
    let run = |ours: bool| {
        let input = numbers([2, 3, 4, 4], 1, &device).require_grad();
        let output = if ours {
            normalize(&layer, input.clone(), None, Activation::Relu)
        } else {
            burns(&layer, input.clone(), None, Activation::Relu)
        };
        input.grad(&output.sum().backward()).unwrap()
    };
    assert_close("input", run(true), run(false));
}

#[test]
#[cfg(feature = "ndarray")]
fn other_backends_run_burns_operation() {
    #[expect(deprecated, reason = "the backend is kept for comparison")]
    let device = Device::ndarray();
    let layer = BatchNormConfig::new(3).init(&device);
    let input = numbers([2, 3, 4, 4], 1, &device);
    let ours = normalize(&layer, input.clone(), Some(input.clone()), Activation::Relu6);
    ours.into_data().assert_eq(&burns(&layer, input.clone(), Some(input), Activation::Relu6).into_data(), true);
}
