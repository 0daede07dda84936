use burn::nn::PaddingConfig2d;
use burn::nn::conv::Conv2dConfig;
use burn::tensor::ops::ConvOptions;
use burn::tensor::{Device, Tensor};
use firelight_layers::{Activation, conv2d, convolve_and_add};
use proptest::prelude::*;

use super::{activated, activations, assert_alike, odds, sprinkled, tensor};
use crate::close::values;

/// A convolution tap by tap. Padding is zeros that are multiplied like all other inputs.
#[derive(Debug, Clone, Copy)]
struct Direct {
    batch: usize,
    groups: usize,
    /// Of a group.
    channels: [usize; 2],
    size: [usize; 2],
    kernel: [usize; 2],
    stride: [usize; 2],
    padding: [usize; 2],
    dilation: [usize; 2],
}

impl Direct {
    fn output(&self) -> [usize; 2] {
        [0, 1].map(|axis| {
            let reach = self.dilation[axis] * (self.kernel[axis] - 1) + 1;
            (self.size[axis] + 2 * self.padding[axis] - reach) / self.stride[axis] + 1
        })
    }

    fn input_shape(&self) -> [usize; 4] {
        [self.batch, self.groups * self.channels[0], self.size[0], self.size[1]]
    }

    fn weight_shape(&self) -> [usize; 4] {
        [self.groups * self.channels[1], self.channels[0], self.kernel[0], self.kernel[1]]
    }

    fn output_shape(&self) -> [usize; 4] {
        let [height, width] = self.output();
        [self.batch, self.groups * self.channels[1], height, width]
    }

    fn options(&self) -> ConvOptions<2> {
        ConvOptions::new(self.stride, self.padding, self.dilation, self.groups)
    }

    /// Runs `pair(output, weight, input)` for all products by their indices; `None` for an input in the padding.
    fn pairs(&self, mut pair: impl FnMut(usize, usize, Option<usize>)) {
        let ([height, width], [inputs, outputs]) = (self.output(), self.channels);
        let [rows, columns] = self.kernel;
        for picture in 0..self.batch {
            for channel in 0..self.groups * outputs {
                for position in 0..height * width {
                    let (y, x) = (position / width, position % width);
                    for input in 0..inputs {
                        for tap in 0..rows * columns {
                            let down =
                                (y * self.stride[0] + tap / columns * self.dilation[0]).checked_sub(self.padding[0]);
                            let right =
                                (x * self.stride[1] + tap % columns * self.dilation[1]).checked_sub(self.padding[1]);
                            let inside = |at: &usize, axis: usize| *at < self.size[axis];
                            let inner = down.filter(|y| inside(y, 0)).zip(right.filter(|x| inside(x, 1)));
                            let plane = picture * self.groups * inputs + channel / outputs * inputs + input;
                            pair(
                                (picture * self.groups * outputs + channel) * height * width + position,
                                (channel * inputs + input) * rows * columns + tap,
                                inner.map(|(y, x)| (plane * self.size[0] + y) * self.size[1] + x),
                            );
                        }
                    }
                }
            }
        }
    }

    /// Output before the activation, and the gradients of input and weight.
    fn run(
        &self,
        input: &[f32],
        weight: &[f32],
        bias: &[f32],
        upstream: &[f32],
        activation: Activation,
    ) -> [Vec<f64>; 3] {
        let plane = self.output().iter().product::<usize>();
        let bias = |at: usize| f64::from(bias[at / plane % bias.len()]);
        let mut sums: Vec<f64> = vec![0.0; upstream.len()];
        self.pairs(|output, tap, place| {
            sums[output] += f64::from(weight[tap]) * place.map_or(0.0, |place| f64::from(input[place]));
        });
        let sums: Vec<f64> = sums.iter().enumerate().map(|(at, sum)| sum + bias(at)).collect();
        let open = |at: usize| if activated(activation, sums[at]).1 { f64::from(upstream[at]) } else { 0.0 };
        let (mut of_input, mut of_weight) = (vec![0.0; input.len()], vec![0.0; weight.len()]);
        self.pairs(|output, tap, place| {
            if let Some(place) = place {
                of_input[place] += open(output) * f64::from(weight[tap]);
            }
            of_weight[tap] += open(output) * place.map_or(0.0, |place| f64::from(input[place]));
        });
        [sums, of_input, of_weight]
    }
}

fn cases() -> impl Strategy<Value = Direct> {
    let usual = (
        1usize..3,
        1usize..3,
        [1usize..4, 1usize..4],
        [3usize..8, 3usize..8],
        [1usize..4, 1usize..4],
        [1usize..3, 1usize..3],
    )
        .prop_map(|(batch, groups, channels, size, kernel, stride)| Direct {
            batch,
            groups,
            channels,
            size,
            kernel,
            stride,
            padding: [1, 0],
            dilation: [1, 1],
        });
    let dilated = usual.clone().prop_map(|case| Direct { size: [7, 8], padding: [2, 1], dilation: [2, 1], ..case });
    let depthwise = usual.clone().prop_map(|case| Direct {
        groups: case.groups + 1,
        channels: [1, 1],
        padding: case.kernel.map(|kernel| kernel / 2),
        ..case
    });
    // What winograd takes.
    let tiles = (1usize..4, 16usize..18, 16usize..19, [7usize..10, 7usize..10], 0usize..2).prop_map(
        |(batch, inputs, outputs, size, padding)| Direct {
            batch,
            groups: 1,
            channels: [inputs, outputs],
            size: size.map(|size| size + 2 - 2 * padding),
            kernel: [3, 3],
            stride: [1, 1],
            padding: [padding; 2],
            dilation: [1, 1],
        },
    );
    prop_oneof![2 => usual, 1 => dilated, 2 => depthwise, 1 => tiles]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(250))]

    /// Every kernel: general, depthwise and winograd, forward and backward.
    #[test]
    fn convolutions_have_infinities_where_their_sums_have_them(
        case in cases(),
        odd_inputs in odds(),
        odd_upstream in odds(),
        activation in activations(),
        with_bias in any::<bool>(),
    ) {
        let length = |shape: [usize; 4]| shape.iter().product::<usize>();
        let outputs = case.output_shape();
        let input = sprinkled(length(case.input_shape()), 1, &odd_inputs);
        let weight = sprinkled(length(case.weight_shape()), 2, &[]);
        let upstream = sprinkled(length(outputs), 3, &odd_upstream);
        let bias = if with_bias { sprinkled(outputs[1], 4, &[]) } else { vec![0.0] };
        let [sums, of_input, of_weight] = case.run(&input, &weight, &bias, &upstream, activation);
        // The last bits decide on which side of a bound these are.
        prop_assume!(sums.iter().all(|sum| sum.abs() > 1e-4 && (sum - 6.0).abs() > 1e-4 || sum.is_nan()));

        let device = Device::flex().autodiff();
        let x = tensor(&input, case.input_shape(), &device).require_grad();
        let w = tensor(&weight, case.weight_shape(), &device).require_grad();
        let b = with_bias.then(|| tensor(&bias, [outputs[1]], &device).require_grad());
        let y = conv2d(x.clone(), w.clone(), b, case.options(), activation);
        let gradients = through(y.clone(), &tensor(&upstream, outputs, &device));
        let expected: Vec<f64> = sums.iter().map(|sum| activated(activation, *sum).0).collect();
        assert_alike("output", &values(y.inner()), &expected, 1e-4);
        assert_alike("input gradient", &values(x.grad(&gradients).unwrap()), &of_input, 1e-4);
        assert_alike("weight gradient", &values(w.grad(&gradients).unwrap()), &of_weight, 1e-3);
    }

    /// With weights that are no numbers the padding decides too: 0 times infinity. Nothing finite may come of it.
    #[test]
    fn no_weight_that_is_infinite_or_not_a_number_is_lost(
        case in cases(),
        odd_weights in odds(),
        activation in prop_oneof![Just(Activation::Identity), Just(Activation::Relu)],
    ) {
        let length = |shape: [usize; 4]| shape.iter().product::<usize>();
        let input = sprinkled(length(case.input_shape()), 1, &[]);
        let weight = sprinkled(length(case.weight_shape()), 2, &odd_weights);
        let upstream = sprinkled(length(case.output_shape()), 3, &[]);
        let [sums, of_input, _] = case.run(&input, &weight, &[0.0], &upstream, activation);
        let device = Device::flex().autodiff();
        let x = tensor(&input, case.input_shape(), &device).require_grad();
        let w = tensor(&weight, case.weight_shape(), &device).require_grad();
        let y = conv2d(x.clone(), w.clone(), None, case.options(), activation);
        let gradients = through(y.clone(), &tensor(&upstream, case.output_shape(), &device));
        let outputs: Vec<f64> = sums.iter().map(|sum| activated(activation, *sum).0).collect();
        for (ours, theirs) in [(values(y.inner()), &outputs), (values(x.grad(&gradients).unwrap()), &of_input)] {
            for (ours, theirs) in ours.iter().zip(theirs) {
                prop_assert!(theirs.is_finite() || !ours.is_finite(), "{ours} for {theirs}");
                prop_assert!(!theirs.is_nan() || ours.is_nan(), "{ours} for {theirs}");
            }
        }
    }
}

/// Gradients for an upstream gradient that may hold anything: in a product the outputs would get in the way.
fn through(output: Tensor<4>, upstream: &Tensor<4>) -> burn::tensor::Gradients {
    (output * upstream.clone()).sum().backward()
}

#[test]
fn one_picture_that_is_broken_leaves_the_bits_of_the_others() {
    let device = Device::flex();
    let weight = tensor(&sprinkled(16 * 16 * 9, 2, &[]), [16, 16, 3, 3], &device);
    let run = |odds: &[(usize, usize)]| {
        let input = tensor(&sprinkled(3 * 16 * 100, 1, odds), [3, 16, 10, 10], &device);
        conv2d(input, weight.clone(), None, ConvOptions::new([1, 1], [1, 1], [1, 1], 1), Activation::Relu)
    };
    let (whole, broken) = (run(&[]), run(&[(16 * 100 + 7, 0)]));
    for picture in [0, 2] {
        let of = |tensor: &Tensor<4>| tensor.clone().narrow(0, picture, 1).into_data();
        of(&broken).assert_eq(&of(&whole), true);
    }
    assert!(values(broken.narrow(0, 1, 1)).iter().any(|number| number.is_nan()));
}

#[test]
fn a_picture_that_is_broken_has_its_own_shortcut() {
    let device = Device::flex();
    let layer = Conv2dConfig::new([16, 16], [3, 3]).with_padding(PaddingConfig2d::Same).init(&device);
    // Beyond the reach of what is not finite there are numbers in that picture, too.
    let input = tensor(&sprinkled(3 * 16 * 144, 1, &[(16 * 144 + 7, 1)]), [3, 16, 12, 12], &device);
    let shortcut = tensor(&sprinkled(3 * 16 * 144, 2, &[]), [3, 16, 12, 12], &device);
    for activation in [Activation::Identity, Activation::Relu6] {
        let ours = convolve_and_add(&layer, input.clone(), shortcut.clone(), activation);
        let theirs = activation.apply(layer.forward(input.clone()) + shortcut.clone());
        let theirs: Vec<f64> = values(theirs).into_iter().map(f64::from).collect();
        assert_alike(&format!("{activation:?}"), &values(ours), &theirs, 1e-4);
    }
}
