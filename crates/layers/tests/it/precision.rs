use burn::module::Module;
use burn::nn::conv::Conv2dConfig;
use burn::nn::{BatchNormConfig, PaddingConfig2d};
use burn::tensor::{DType, Device, FloatDType};
use firelight_layers::{Activation, convolve, normalize};

use crate::close::{numbers, values};

/// Output and gradients of a convolution, a norm and a shortcut over an input of some precision, as single precision.
fn run(dtype: FloatDType) -> Vec<Vec<f32>> {
    let device = Device::flex().autodiff();
    let mut conv = Conv2dConfig::new([8, 8], [3, 3]).with_padding(PaddingConfig2d::Explicit(1, 1, 1, 1)).init(&device);
    conv.weight = conv.weight.map(|_| numbers([8, 8, 3, 3], 1, &device).mul_scalar(0.1).require_grad());
    conv.bias = conv.bias.map(|bias| bias.map(|_| numbers([8], 2, &device).require_grad()));
    let norm = BatchNormConfig::new(8).init(&device).train();
    let input = numbers([4, 8, 12, 12], 3, &device).require_grad();

    let x = input.clone().cast(dtype);
    let y = normalize(&norm, convolve(&conv, x.clone(), Activation::Identity), Some(x), Activation::Relu);
    assert_eq!(y.dtype(), DType::from(dtype));
    let gradients = (y.clone().cast(FloatDType::F32) * numbers([4, 8, 12, 12], 4, &device)).sum().backward();
    let weights = conv.weight.val().grad(&gradients).expect("a gradient");
    assert_eq!(weights.dtype(), DType::F32);
    assert_eq!(norm.running_var.value_sync().dtype(), DType::F32);
    vec![
        values(y.inner().cast(FloatDType::F32)),
        values(weights),
        values(norm.gamma.val().grad(&gradients).expect("a gradient")),
        values(input.grad(&gradients).expect("a gradient")),
        values(norm.running_var.value_sync()),
        values(norm.running_mean.value_sync()),
    ]
}

#[test]
fn half_precision_is_single_precision_but_for_its_last_bits() {
    let single = run(FloatDType::F32);
    // Of numbers near 0 some fall on the activation's other side, so single gradients may differ more.
    for (dtype, tolerance) in [(FloatDType::F16, 1e-2), (FloatDType::BF16, 6e-2)] {
        for (part, (half, single)) in run(dtype).iter().zip(&single).enumerate() {
            let length = single.iter().map(|x| x * x).sum::<f32>().sqrt();
            let error = half.iter().zip(single).map(|(a, b)| (a - b).powi(2)).sum::<f32>().sqrt() / length;
            assert!(error <= tolerance, "part {part} in {dtype:?} is off by {error}");
        }
    }
}
