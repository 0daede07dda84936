use burn::module::Param;
use burn::nn::{BatchNormConfig, Linear};
use burn::tensor::ops::{ConvOptions, MaxPoolOptions};
use burn::tensor::{Device, Tensor, TensorData};
use firelight_layers::{Activation, channel_norm, conv2d, layer_norm, linear, max_pool2d, normalize, softmax};
use rayon::ThreadPoolBuilder;

use crate::close::numbers;

/// A convolution of every kind, a norm with a shortcut and a pool, a norm of channels, a layer norm and a linear layer, forward and
/// backward, and a softmax.
fn step() -> Vec<TensorData> {
    let device = Device::flex().autodiff();
    let input = numbers([5, 24, 23, 21], 1, &device).require_grad();
    let kinds = [
        ([24, 24, 3, 3], ConvOptions::new([1, 1], [1, 1], [1, 1], 1)),
        ([40, 24, 1, 1], ConvOptions::new([1, 1], [0, 0], [1, 1], 1)),
        ([24, 1, 5, 5], ConvOptions::new([2, 2], [2, 2], [1, 1], 24)),
        ([12, 12, 3, 3], ConvOptions::new([2, 2], [1, 1], [1, 1], 2)),
    ];
    let mut results = Vec::new();
    for (shape, options) in kinds {
        let weight = numbers(shape, 2, &device).require_grad();
        let output = conv2d(input.clone(), weight.clone(), None, options, Activation::Identity);
        let norm = BatchNormConfig::new(output.dims()[1]).init(&device);
        let output = normalize(&norm, output.clone(), Some(output), Activation::Relu);
        let output = max_pool2d(output, MaxPoolOptions::new([3, 3]).with_stride([2, 2]).with_padding([1, 1]));
        let gradients = (output.clone() * numbers(output.dims(), 3, &device)).sum().backward();
        results.push(output.into_data());
        results.push(input.grad(&gradients).unwrap().into_data());
        results.push(weight.grad(&gradients).unwrap().into_data());
        results.push(norm.gamma.val().grad(&gradients).unwrap().into_data());
    }
    let [weight, bias] = [5, 6].map(|seed| numbers([24], seed, &device).require_grad());
    let map = channel_norm(input.clone(), weight.clone(), bias.clone(), 1e-6);
    let rows = layer_norm(map.reshape([5 * 23 * 21, 24]), weight.clone(), bias.clone(), 1e-6);
    let layer = Linear {
        weight: Param::from_tensor(numbers([24, 24], 7, &device)),
        bias: Some(Param::from_tensor(bias.clone())),
    };
    let rows = linear(&layer, rows);
    let gradients = (rows.clone() * numbers(rows.dims(), 3, &device)).sum().backward();
    results.push(rows.into_data());
    results.push(input.grad(&gradients).unwrap().into_data());
    results.extend([weight, bias].map(|parameter| parameter.grad(&gradients).unwrap().into_data()));
    let scores = numbers([70, 1003], 4, &Device::flex());
    let parts = softmax(scores, -1e37);
    results.extend([parts.probabilities, parts.log_sum].map(Tensor::into_data));
    results
}

#[test]
fn any_number_of_threads_gives_the_same_bits() {
    let run = |threads: usize| ThreadPoolBuilder::new().num_threads(threads).build().unwrap().install(step);
    let one = run(1);
    for threads in [2, 3, 7] {
        for (one, many) in one.iter().zip(run(threads)) {
            many.assert_eq(one, true);
        }
    }
}
