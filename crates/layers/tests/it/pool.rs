use burn::tensor::Device;
use burn::tensor::ops::MaxPoolOptions;
use firelight_layers::max_pool2d;
use proptest::prelude::*;

use crate::close::{numbers, values};

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]

    #[test]
    fn any_pool_is_burns_to_the_bit(
        shape in [1usize..4, 1usize..4, 3usize..12, 3usize..12],
        kernel in [1usize..4, 1usize..4],
        stride in [1usize..4, 1usize..4],
        padding in [0usize..2, 0usize..2],
        steps in any::<bool>(),
    ) {
        let padding = [0, 1].map(|axis| padding[axis].min(kernel[axis] / 2));
        let device = Device::flex().autodiff();
        let run = |ours: bool| {
            // Whole steps make ties, which go to the first.
            let input = numbers(shape, 1, &device);
            let input = if steps { input.mul_scalar(3.0).round() } else { input }.require_grad();
            let options = MaxPoolOptions::new(kernel).with_stride(stride).with_padding(padding);
            let output = if ours {
                max_pool2d(input.clone(), options)
            } else {
                burn::tensor::module::max_pool2d(input.clone(), options)
            };
            let gradients = (output.clone() * numbers(output.dims(), 3, &device)).sum().backward();
            (output.inner().into_data(), input.grad(&gradients).unwrap())
        };
        let ((ours, our_gradient), (theirs, their_gradient)) = (run(true), run(false));
        ours.assert_eq(&theirs, true);
        for (a, b) in values(our_gradient).into_iter().zip(values(their_gradient)) {
            prop_assert!((a - b).abs() <= 1e-6, "{a} against {b}");
        }
    }
}

#[test]
fn windows_of_other_kinds_are_burns_own() {
    let input = numbers([1, 2, 7, 7], 1, &Device::flex());
    let options = || MaxPoolOptions::new([3, 3]).with_stride([2, 2]).with_ceil_mode(true);
    let ours = max_pool2d(input.clone(), options());
    ours.into_data().assert_eq(&burn::tensor::module::max_pool2d(input, options()).into_data(), true);
}
