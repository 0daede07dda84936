//! Outputs and buffers are not cleared before they are written. Debug builds fill them with what is not a number and look whether any
//! of it is left in an output; here every kernel runs over many shapes, and of what is finite nothing else may come.

use burn::nn::BatchNormConfig;
use burn::tensor::ops::ConvOptions;
use burn::tensor::{Device, Tensor};
use firelight_layers::{Activation, conv2d, keep_statistics, max_pool2d, normalize, softmax, weigh};
use proptest::prelude::*;

use crate::close::{numbers, values};

fn assert_written<const D: usize>(what: &str, tensor: Tensor<D>) {
    let odd = values(tensor).iter().position(|number| !number.is_finite());
    assert_eq!(odd, None, "{what} has a number that was never written");
}

fn assert_all_written(input: [usize; 4], weight: [usize; 4], options: ConvOptions<2>, activation: Activation) {
    let device = Device::flex().autodiff();
    let x = numbers(input, 1, &device).require_grad();
    let w = numbers(weight, 2, &device).require_grad();
    let b = numbers([weight[0]], 3, &device).require_grad();
    let y = conv2d(x.clone(), w.clone(), Some(b), options, activation);
    let gradients = (y.clone() * numbers(y.dims(), 4, &device)).sum().backward();
    assert_written("output", y.inner());
    assert_written("input gradient", x.grad(&gradients).unwrap());
    assert_written("weight gradient", w.grad(&gradients).unwrap());
}

fn activations() -> impl Strategy<Value = Activation> {
    prop_oneof![Just(Activation::Identity), Just(Activation::Relu), Just(Activation::Relu6)]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(120))]

    /// General and depthwise ones, with panels that end in the middle and channels that fill no block.
    #[test]
    fn convolutions_write_all_and_read_nothing_else(
        batch in 1usize..5,
        groups in 1usize..4,
        channels in [1usize..20, 1usize..20],
        size in [5usize..25, 5usize..25],
        kernel in [1usize..6, 1usize..6],
        stride in [1usize..4, 1usize..4],
        padding in [0usize..3, 0usize..3],
        depthwise in any::<bool>(),
        activation in activations(),
    ) {
        let [inputs, outputs, groups] = if depthwise { [1, 1, groups * channels[0] + 1] } else { [channels[0], channels[1], groups] };
        assert_all_written(
            [batch, inputs * groups, size[0], size[1]],
            [outputs * groups, inputs, kernel[0], kernel[1]],
            ConvOptions::new(stride, padding, [1, 1], groups),
            activation,
        );
    }

    /// Those that winograd takes: at least 16 channels and tiles.
    #[test]
    fn tiles_write_all_and_read_nothing_else(
        batch in 1usize..4,
        channels in [16usize..40, 16usize..40],
        size in [7usize..20, 7usize..20],
        padding in [(0usize..3, 0usize..3), (0usize..3, 0usize..3)],
        activation in activations(),
    ) {
        let options = ConvOptions::new_with_padding([1, 1], padding, [1, 1], 1);
        assert_all_written([batch, channels[0], size[0], size[1]], [channels[1], channels[0], 3, 3], options, activation);
    }

    #[test]
    fn norms_pools_and_softmax_write_all_and_read_nothing_else(
        shape in [1usize..5, 1usize..9, 3usize..20, 3usize..20],
        classes in 1usize..300,
        with_shortcut in any::<bool>(),
        kept in any::<bool>(),
        activation in activations(),
    ) {
        let device = Device::flex().autodiff();
        let layer = BatchNormConfig::new(shape[1]).init(&device);
        let layer = if kept { keep_statistics(layer) } else { layer };
        let x = numbers(shape, 1, &device).require_grad();
        let s = with_shortcut.then(|| numbers(shape, 2, &device).require_grad());
        let y = normalize(&layer, x.clone(), s.clone(), activation);
        let y = max_pool2d(y, burn::tensor::ops::MaxPoolOptions::new([3, 3]).with_stride([2, 2]).with_padding([1, 1]));
        let gradients = y.clone().sum().backward();
        assert_written("output", y.inner());
        assert_written("input gradient", x.grad(&gradients).unwrap());
        assert_written("gamma gradient", layer.gamma.val().grad(&gradients).unwrap());
        if let Some(s) = s {
            assert_written("shortcut gradient", s.grad(&gradients).unwrap());
        }
        let scores = numbers([shape[0], classes], 3, &Device::flex());
        let parts = softmax(scores.clone(), f32::NEG_INFINITY);
        assert_written("sums", weigh(scores, parts.probabilities.clone(), None, f32::NEG_INFINITY));
        assert_written("probabilities", parts.probabilities);
    }
}
