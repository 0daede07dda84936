//! Activations that are no clamps, and the norm of channels, against their formulas in double precision.

use burn::tensor::{Device, Tensor};
use firelight_layers::Activation;

const SMOOTH: [Activation; 3] = [Activation::Silu, Activation::HardSwish, Activation::Gelu];

/// Value and slope.
fn exact(activation: Activation, x: f64) -> [f64; 2] {
    match activation {
        Activation::Silu => {
            let s = 1.0 / (1.0 + (-x).exp());
            [x * s, s + x * s * (1.0 - s)]
        }
        Activation::HardSwish => {
            let slope = if x <= -3.0 {
                0.0
            } else if x >= 3.0 {
                1.0
            } else {
                x / 3.0 + 0.5
            };
            [x * (x + 3.0).clamp(0.0, 6.0) / 6.0, slope]
        }
        Activation::Gelu => {
            let below = 0.5 * (1.0 + erf(x / 2.0_f64.sqrt()));
            [x * below, below + x * (-x * x / 2.0).exp() / std::f64::consts::TAU.sqrt()]
        }
        _ => unreachable!(),
    }
}

/// By its series, and by its continued fraction where that is slow.
fn erf(x: f64) -> f64 {
    if x.abs() > 3.0 {
        let (x2, mut fraction) = (x * x, 0.0);
        for k in (1..60).rev() {
            fraction = f64::from(k) / 2.0 / (x.abs() + fraction);
        }
        let tail = (-x2).exp() / (x.abs() + fraction) / std::f64::consts::PI.sqrt();
        return (1.0 - tail).copysign(x);
    }
    let (mut term, mut sum) = (x, x);
    for n in 1..80 {
        term *= -x * x / f64::from(n);
        sum += term / f64::from(2 * n + 1);
    }
    sum * 2.0 / std::f64::consts::PI.sqrt()
}

fn numbers() -> Vec<f32> {
    (-40_000..40_000).map(|i| i as f32 * 0.000_3).chain([-80.0, -20.0, 20.0, 80.0]).collect()
}

#[test]
fn activations_and_slopes_are_those_of_the_formula() {
    let x = numbers();
    for activation in SMOOTH {
        let input = Tensor::<1>::from_floats(x.as_slice(), &Device::flex().autodiff()).require_grad();
        let output = activation.apply(input.clone());
        // A second use of the gradient, so that it is not the only owner.
        let gradients = (output.clone() * 2.0).sum().backward();
        let output: Vec<f32> = output.into_data().try_to_vec().unwrap();
        let slopes: Vec<f32> = input.grad(&gradients).unwrap().into_data().try_to_vec().unwrap();
        let plain: Vec<f32> =
            activation.apply(Tensor::<1>::from_floats(x.as_slice(), &Device::flex())).into_data().try_to_vec().unwrap();
        assert_eq!(plain, output, "{activation:?} with a graph and without");
        for ((x, y), slope) in x.iter().zip(output).zip(slopes) {
            let [value, expected] = exact(activation, f64::from(*x));
            let room = 4e-7 * (1.0 + x.abs());
            assert!((f64::from(y) - value).abs() < f64::from(room), "{activation:?} of {x}: {y}, not {value}");
            assert!((f64::from(slope) / 2.0 - expected).abs() < 2e-6, "slope of {activation:?} at {x}: {slope}");
        }
    }
}

#[test]
fn what_is_not_a_number_stays_and_infinity_is_kept() {
    for activation in SMOOTH {
        let input = Tensor::<1>::from_floats([f32::NAN, f32::INFINITY, 0.0], &Device::flex());
        let output: Vec<f32> = activation.apply(input).into_data().try_to_vec().unwrap();
        assert!(output[0].is_nan() && output[1] == f32::INFINITY && output[2] == 0.0, "{activation:?}: {output:?}");
    }
}

#[test]
fn the_fused_layers_apply_them() {
    use burn::nn::conv::Conv2dConfig;
    let device = Device::flex();
    let layer = Conv2dConfig::new([2, 4], [1, 1]).init(&device);
    let input = Tensor::<1>::from_floats(&numbers()[..200], &device).reshape([1, 2, 10, 10]);
    for activation in SMOOTH {
        let fused = firelight_layers::convolve(&layer, input.clone(), activation);
        let apart = activation.apply(firelight_layers::convolve(&layer, input.clone(), Activation::Identity));
        assert_eq!(fused.into_data(), apart.into_data());
        let sum = firelight_layers::add(input.clone(), input.clone(), activation);
        assert_eq!(sum.into_data(), activation.apply(input.clone() * 2.0).into_data());
    }
}
