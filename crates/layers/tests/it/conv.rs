use burn::module::Param;
use burn::nn::PaddingConfig2d;
use burn::nn::conv::Conv2dConfig;
use burn::tensor::ops::ConvOptions;
use burn::tensor::{Device, Tensor};
use firelight_layers::{Activation, Kept, conv2d, convolve, convolve_and_add, convolve_kept};
use proptest::prelude::*;

use crate::close::{assert_close, numbers, values};

/// Everything that a convolution and its backward pass return.
fn run(case: &Case, device: &Device, ours: bool) -> [Tensor<4>; 3] {
    let device = device.clone().autodiff();
    let input = numbers(case.input, 1, &device).require_grad();
    let weight = numbers(case.weight, 2, &device).require_grad();
    let bias = case.bias.then(|| numbers([case.weight[0]], 3, &device).require_grad());
    let options = case.options.clone();
    let output = if ours {
        conv2d(input.clone(), weight.clone(), bias.clone(), options, Activation::Identity)
    } else {
        burn::tensor::module::conv2d(input.clone(), weight.clone(), bias.clone(), options)
    };
    let factors = numbers(output.dims(), 4, &device);
    let gradients = (output.clone() * factors).sum().backward();
    let mut parts = [output.inner(), input.grad(&gradients).unwrap(), weight.grad(&gradients).unwrap()];
    if let Some(bias) = bias {
        // Beside the weights', so that it is compared as well.
        let [outputs, _, rows, columns] = case.weight;
        let bias = bias.grad(&gradients).unwrap().reshape([outputs, 1, 1, 1]).expand([outputs, 1, rows, columns]);
        parts[2] = Tensor::cat(vec![parts[2].clone(), bias], 1);
    }
    parts
}

#[derive(Debug, Clone)]
pub struct Case {
    pub input: [usize; 4],
    pub weight: [usize; 4],
    pub options: ConvOptions<2>,
    pub bias: bool,
}

pub fn assert_like_burn(case: &Case) {
    let device = Device::flex();
    let names = ["output", "input gradient", "weight gradient"];
    for (name, (ours, theirs)) in
        names.into_iter().zip(run(case, &device, true).into_iter().zip(run(case, &device, false)))
    {
        assert_close(&format!("{name} of {case:?}"), ours, theirs);
    }
}

fn cases() -> impl Strategy<Value = Case> {
    let axis = || (1usize..13, 1usize..5, 1usize..4, 0usize..4, 0usize..4, 1usize..4);
    (1usize..4, 1usize..4, 1usize..6, 1usize..6, axis(), axis(), any::<bool>(), any::<bool>()).prop_filter_map(
        "the kernel fits the padded input",
        |(batch, groups, inputs, outputs, rows, columns, bias, depthwise)| {
            let fits = |(size, kernel, _, before, after, dilation): (usize, usize, usize, usize, usize, usize)| {
                size + before + after > dilation * (kernel - 1)
            };
            let [inputs, outputs, groups] = if depthwise { [1, 1, groups + 1] } else { [inputs, outputs, groups] };
            (fits(rows) && fits(columns)).then(|| Case {
                input: [batch, inputs * groups, rows.0, columns.0],
                weight: [outputs * groups, inputs, rows.1, columns.1],
                options: ConvOptions::new_with_padding(
                    [rows.2, columns.2],
                    [(rows.3, rows.4), (columns.3, columns.4)],
                    [rows.5, columns.5],
                    groups,
                ),
                bias,
            })
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn any_convolution_is_burns(case in cases()) {
        assert_like_burn(&case);
    }

    #[test]
    fn any_3x3_convolution_by_tiles_is_burns(
        batch in 1usize..5,
        inputs in 16usize..20,
        outputs in 16usize..26,
        size in [13usize..19, 13usize..19],
        rows in (0usize..4, 0usize..4),
        columns in (0usize..4, 0usize..4),
        bias in any::<bool>(),
    ) {
        assert_like_burn(&Case {
            input: [batch, inputs, size[0], size[1]],
            weight: [outputs, inputs, 3, 3],
            options: ConvOptions::new_with_padding([1, 1], [rows, columns], [1, 1], 1),
            bias,
        });
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]

    #[test]
    fn any_convolution_of_few_channels_a_group_is_burns(
        batch in 1usize..3,
        groups in 2usize..5,
        channels in [1usize..5, 1usize..4],
        kernel in prop::sample::select(vec![3usize, 5, 7]),
        stride in 1usize..3,
        size in [7usize..70, 7usize..70],
        rows in (0usize..4, 0usize..4),
        columns in (0usize..4, 0usize..4),
        bias in any::<bool>(),
    ) {
        let [inputs, outputs] = channels;
        assert_like_burn(&Case {
            input: [batch, inputs * groups, size[0], size[1]],
            weight: [outputs * groups, inputs, kernel, kernel],
            options: ConvOptions::new_with_padding([stride; 2], [rows, columns], [1, 1], groups),
            bias,
        });
    }
}

#[test]
fn a_tall_picture_of_a_few_columns_is_convolved_in_bands() {
    for (kernel, stride, size) in [(7, 2, [900, 11]), (3, 1, [2100, 4]), (5, 1, [3, 3000]), (3, 2, [10, 2500])] {
        assert_like_burn(&Case {
            input: [1, 4, size[0], size[1]],
            weight: [4, 2, kernel, kernel],
            options: ConvOptions::new([stride; 2], [kernel / 2; 2], [1, 1], 2),
            bias: true,
        });
    }
}

#[test]
fn a_shortcut_is_added_as_by_an_operation_of_its_own() {
    for device in [Device::flex(), Device::flex().autodiff()] {
        for (channels, kernel, stride, groups, bias) in
            [([16, 24], 3, 1, 1, true), ([5, 7], 1, 2, 1, false), ([6, 6], 3, 1, 6, true), ([6, 9], 2, 1, 3, false)]
        {
            let layer = Conv2dConfig::new(channels, [kernel; 2])
                .with_stride([stride; 2])
                .with_groups(groups)
                .with_bias(bias)
                .init(&device);
            let input = numbers([2, channels[0], 15, 14], 1, &device);
            for activation in [Activation::Identity, Activation::Relu, Activation::Silu] {
                let output = convolve(&layer, input.clone(), Activation::Identity);
                let shortcut = numbers(output.dims(), 2, &device);
                let ours = convolve_and_add(&layer, input.clone(), shortcut.clone(), activation);
                assert_close(&format!("{channels:?}, {activation:?}"), ours, activation.apply(output + shortcut));
            }
        }
    }
}

#[test]
fn a_layer_with_same_padding_is_burns() {
    let device = Device::flex();
    for (kernel, stride, size) in [(3, 2, 8), (3, 2, 9), (5, 2, 7), (2, 1, 6), (5, 3, 10)] {
        let layer = Conv2dConfig::new([3, 4], [kernel; 2])
            .with_stride([stride; 2])
            .with_padding(PaddingConfig2d::Same)
            .init(&device);
        let input = numbers([2, 3, size, size], 1, &device);
        let ours = convolve(&layer, input.clone(), Activation::Identity);
        assert_close(&format!("kernel {kernel}, stride {stride}, size {size}"), ours, layer.forward(input));
    }
}

#[test]
fn an_activation_closes_the_gradient_where_burns_does() {
    let device = Device::flex().autodiff();
    for (activation, bias) in [(Activation::Relu, true), (Activation::Relu6, false), (Activation::Relu6, true)] {
        let run = |ours: bool| {
            let input = numbers([2, 3, 9, 9], 1, &device).require_grad();
            let weight = numbers([5, 3, 3, 3], 2, &device).mul_scalar(3.0).require_grad();
            let bias = bias.then(|| numbers([5], 3, &device).require_grad());
            let options = ConvOptions::new([1, 1], [1, 1], [1, 1], 1);
            let output = if ours {
                conv2d(input.clone(), weight.clone(), bias, options, activation)
            } else {
                let output = burn::tensor::module::conv2d(input.clone(), weight.clone(), bias, options);
                if activation == Activation::Relu { output.clamp_min(0.0) } else { output.clamp(0.0, 6.0) }
            };
            let gradients = (output.clone() * numbers(output.dims(), 4, &device)).sum().backward();
            [output.inner(), input.grad(&gradients).unwrap(), weight.grad(&gradients).unwrap()]
        };
        for (ours, theirs) in run(true).into_iter().zip(run(false)) {
            assert_close(&format!("{activation:?}"), ours, theirs);
        }
    }
}

#[test]
fn gradients_are_the_slopes_of_the_output() {
    // Sums in f64 of products in f32, so that a difference of two is not all rounding.
    let device = Device::flex().autodiff();
    for case in [
        Case {
            input: [2, 16, 14, 13],
            weight: [17, 16, 3, 3],
            options: ConvOptions::new([1, 1], [1, 1], [1, 1], 1),
            bias: false,
        },
        Case {
            input: [2, 6, 8, 9],
            weight: [4, 3, 3, 2],
            options: ConvOptions::new([2, 1], [1, 0], [1, 2], 2),
            bias: false,
        },
        Case {
            input: [2, 4, 8, 9],
            weight: [4, 1, 3, 3],
            options: ConvOptions::new([2, 2], [1, 1], [1, 1], 4),
            bias: false,
        },
    ] {
        let input = numbers(case.input, 1, &device).require_grad();
        let weight = numbers(case.weight, 2, &device).require_grad();
        let loss = |input: Tensor<4>, weight: Tensor<4>| {
            let output = conv2d(input, weight, None, case.options.clone(), Activation::Identity);
            let factors = values(numbers(output.dims(), 4, &device).inner());
            values(output.inner()).iter().zip(factors).map(|(x, f)| f64::from(*x) * f64::from(f)).sum::<f64>()
        };
        let output = conv2d(input.clone(), weight.clone(), None, case.options.clone(), Activation::Identity);
        let gradients = (output.clone() * numbers(output.dims(), 4, &device)).sum().backward();
        for (index, seed) in [5, 6, 7].into_iter().enumerate() {
            let (a, b) = (numbers(case.input, seed, &device), numbers(case.weight, seed + 3, &device));
            let (a, b) = if index == 0 { (a, b.zeros_like()) } else { (a.zeros_like(), b) };
            // The loss is linear in each, so a wide step is exact.
            let slope = (loss(input.clone() + a.clone(), weight.clone() + b.clone())
                - loss(input.clone() - a.clone(), weight.clone() - b.clone()))
                / 2.0;
            let dot = |gradient: Tensor<4>, step: Tensor<4>| {
                values(gradient).iter().zip(values(step)).map(|(x, y)| f64::from(*x) * f64::from(y)).sum::<f64>()
            };
            let expected =
                dot(input.grad(&gradients).unwrap(), a.inner()) + dot(weight.grad(&gradients).unwrap(), b.inner());
            assert!((slope - expected).abs() <= 1e-4 * expected.abs().max(1.0), "{case:?}: {slope} against {expected}");
        }
    }
}

#[test]
fn a_picture_gives_the_same_bits_in_any_company() {
    let device = Device::flex();
    for (inputs, size, groups) in [(16, 14, 1), (16, 7, 1), (3, 20, 1), (8, 9, 8)] {
        let input = numbers([7, inputs, size, size], 1, &device);
        let weight = numbers([16 / groups.min(2), inputs / groups, 3, 3], 2, &device);
        let run = |input| {
            let options = ConvOptions::new([1, 1], [1, 1], [1, 1], groups);
            conv2d(input, weight.clone(), None, options, Activation::Relu)
        };
        let apart = input.clone().split(2, 0).into_iter().map(run).collect();
        run(input).into_data().assert_eq(&Tensor::cat(apart, 0).into_data(), true);
    }
}

#[test]
fn tensors_that_are_views_are_read_in_order() {
    let device = Device::flex();
    let input = numbers([2, 9, 8, 3], 1, &device).permute([0, 3, 1, 2]);
    let weight = numbers([3, 3, 3, 4], 2, &device).swap_dims(0, 3);
    let options = || ConvOptions::new([1, 1], [1, 1], [1, 1], 1);
    let ours = conv2d(input.clone(), weight.clone(), None, options(), Activation::Identity);
    assert_close("views", ours, burn::tensor::module::conv2d(input, weight, None, options()));
}

#[test]
#[cfg(feature = "ndarray")]
fn other_backends_run_burns_operation() {
    #[expect(deprecated, reason = "the backend is kept for comparison")]
    let device = Device::ndarray();
    let case = Case {
        input: [2, 3, 6, 6],
        weight: [4, 3, 3, 3],
        options: ConvOptions::new([1, 1], [1, 1], [1, 1], 1),
        bias: true,
    };
    for (ours, theirs) in run(&case, &device, true).into_iter().zip(run(&case, &device, false)) {
        ours.into_data().assert_eq(&theirs.into_data(), true);
    }
}

#[test]
fn a_frozen_weight_and_an_untracked_input_get_no_gradient() {
    let device = Device::flex().autodiff();
    let options = || ConvOptions::new([1, 1], [1, 1], [1, 1], 1);
    let (input, weight) = (numbers([2, 3, 6, 6], 1, &device), numbers([4, 3, 3, 3], 2, &device));
    let output = conv2d(input.clone(), weight.clone(), None, options(), Activation::Relu);
    assert!(!output.is_tracked());
    let weight = weight.require_grad();
    let gradients = conv2d(input.clone(), weight.clone(), None, options(), Activation::Relu).sum().backward();
    assert!(input.grad(&gradients).is_none());
    assert_eq!(weight.grad(&gradients).unwrap().dims(), [4, 3, 3, 3]);
}

#[test]
#[should_panic(expected = "conv2d")]
fn channels_that_do_not_fit_panic_as_in_burn() {
    let device = Device::flex();
    let options = ConvOptions::new([1, 1], [0, 0], [1, 1], 1);
    conv2d(numbers([1, 3, 6, 6], 1, &device), numbers([4, 2, 3, 3], 2, &device), None, options, Activation::Relu);
}

#[test]
fn what_is_kept_of_weights_is_never_that_of_others() {
    let device = Device::flex();
    let mut layer = Conv2dConfig::new([16, 20], [3, 3]).init(&device);
    let kept = Kept::default();
    let [first, second] = [1, 2].map(|seed| numbers([20, 16, 3, 3], seed, &device));
    for weight in [&first, &second, &first] {
        layer.weight = Param::from_tensor(weight.clone());
        for [height, width] in [[12, 13], [4, 4]] {
            let (input, shortcut) =
                (numbers([2, 16, height, width], 7, &device), numbers([2, 20, height - 2, width - 2], 8, &device));
            let plain = convolve(&layer, input.clone(), Activation::Relu);
            let ours = convolve_kept(&layer, &kept, input.clone(), None, Activation::Relu);
            ours.into_data().assert_eq(&plain.into_data(), true);
            let plain = convolve_and_add(&layer, input.clone(), shortcut.clone(), Activation::Gelu);
            let ours = convolve_kept(&layer, &kept, input, Some(shortcut), Activation::Gelu);
            ours.into_data().assert_eq(&plain.into_data(), true);
        }
    }
}
