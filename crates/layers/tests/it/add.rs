use burn::tensor::Device;
use firelight_layers::{Activation, add};

use crate::close::{assert_close, numbers};

#[test]
fn a_sum_is_burns_with_and_without_a_graph() {
    for device in [Device::flex(), Device::flex().autodiff()] {
        let (a, b) = (numbers([2, 3, 4, 5], 1, &device), numbers([2, 3, 4, 5], 2, &device));
        let theirs = (a.clone() + b.clone()).clamp_min(0.0).inner();
        assert_close("sum", add(a.clone(), b.clone(), Activation::Relu).inner(), theirs);
        if device.is_autodiff() {
            let a = a.require_grad();
            let gradients = add(a.clone(), b.clone(), Activation::Relu).sum().backward();
            let open = (a.clone().inner() + b.inner()).greater_elem(0.0).float();
            assert_close("gradient", a.grad(&gradients).unwrap(), open);
        }
    }
}
