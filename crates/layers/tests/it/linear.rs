use burn::module::Param;
use burn::nn::{Linear, LinearConfig};
use burn::tensor::{Device, Tensor};
use firelight_layers::linear;

use crate::close::{assert_close, numbers};

fn layer([inputs, outputs]: [usize; 2], bias: bool, device: &Device) -> Linear {
    let mut layer = LinearConfig::new(inputs, outputs).with_bias(bias).init(device);
    layer.weight = Param::from_tensor(numbers([inputs, outputs], 1, device));
    layer.bias = bias.then(|| Param::from_tensor(numbers([outputs], 2, device)));
    layer
}

#[test]
fn rows_are_burns_with_and_without_a_bias() {
    let device = Device::flex();
    for [rows, inputs, outputs] in [[1, 1, 1], [3, 7, 5], [50, 64, 100], [197, 300, 33], [9, 600, 17]] {
        for bias in [false, true] {
            let layer = layer([inputs, outputs], bias, &device);
            let x = numbers([2, rows, inputs], 3, &device);
            assert_close("rows", linear(&layer, x.clone()), layer.forward(x));
        }
    }
    let layer = layer([4, 3], true, &device);
    let x = numbers([2, 4], 3, &device);
    assert_close("a matrix", linear(&layer, x.clone()), layer.forward(x));
}

#[test]
fn gradients_are_burns() {
    let device = Device::flex().autodiff();
    for [rows, inputs, outputs] in [[1, 1, 1], [5, 19, 40], [60, 33, 18], [20, 64, 300]] {
        let layer = layer([inputs, outputs], true, &device);
        let (x, factors) =
            (numbers([2, rows, inputs], 3, &device).require_grad(), numbers([2, rows, outputs], 4, &device));
        let gradients = |output: Tensor<3>| {
            let gradients = (output * factors.clone()).sum().backward();
            let bias = layer.bias.as_ref().unwrap().val();
            (x.grad(&gradients).unwrap(), layer.weight.val().grad(&gradients).unwrap(), bias.grad(&gradients).unwrap())
        };
        let (ours, theirs) = (gradients(linear(&layer, x.clone())), gradients(layer.forward(x.clone())));
        assert_close("input", ours.0, theirs.0);
        assert_close("weight", ours.1, theirs.1);
        assert_close("bias", ours.2, theirs.2);
    }
}
