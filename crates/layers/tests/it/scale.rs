use burn::tensor::Device;
use firelight_layers::scale_channels;

use crate::close::{assert_close, numbers};

#[test]
fn planes_and_gradients_are_burns() {
    for device in [Device::flex(), Device::flex().autodiff()] {
        for [height, width] in [[1, 1], [3, 5], [9, 16]] {
            let (mut map, mut factors) =
                (numbers([2, 3, height, width], 1, &device), numbers([2, 3, 1, 1], 2, &device));
            if device.is_autodiff() {
                (map, factors) = (map.require_grad(), factors.require_grad());
            }
            let (ours, theirs) = (scale_channels(map.clone(), factors.clone()), map.clone() * factors.clone());
            assert_close("planes", ours.clone().inner(), theirs.clone().inner());
            if device.is_autodiff() {
                let weights = numbers([2, 3, height, width], 3, &device);
                let [ours, theirs] = [ours, theirs].map(|output| (output * weights.clone()).sum().backward());
                assert_close("map", map.grad(&ours).unwrap(), map.grad(&theirs).unwrap());
                assert_close("factors", factors.grad(&ours).unwrap(), factors.grad(&theirs).unwrap());
            }
        }
    }
}
