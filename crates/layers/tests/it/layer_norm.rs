use burn::tensor::module::layer_norm as by_burn;
use burn::tensor::{Device, Tensor, TensorData};
use firelight_layers::{channel_norm, layer_norm};

use crate::close::{assert_close, numbers};

#[test]
fn a_norm_of_channels_is_that_of_each_position() {
    for [batch, channels, height, width] in [[1, 1, 1, 1], [2, 5, 3, 7], [3, 40, 13, 17], [1, 3, 1, 300]] {
        let count = batch * channels * height * width;
        let x: Vec<f32> = (0..count).map(|i| ((i * 37 % 101) as f32 - 50.0) * 0.1 + 3.0).collect();
        let line = |scale: f32| (0..channels).map(|c| scale + c as f32 * 0.01).collect::<Vec<f32>>();
        let (weight, bias) = (line(0.5), line(-0.2));
        let normed = |device: &Device| {
            let map = Tensor::<4>::from_data(TensorData::new(x.clone(), [batch, channels, height, width]), device);
            let map = if device.is_autodiff() { map.require_grad() } else { map };
            let [weight, bias] = [&weight, &bias].map(|line| Tensor::<1>::from_floats(line.as_slice(), device));
            channel_norm(map, weight, bias, 1e-6).into_data().try_to_vec::<f32>().unwrap()
        };
        let (plain, tracked) = (normed(&Device::flex()), normed(&Device::flex().autodiff()));
        let plane = height * width;
        for picture in 0..batch {
            for place in 0..plane {
                let at = |channel: usize| (picture * channels + channel) * plane + place;
                let mean = (0..channels).map(|c| f64::from(x[at(c)])).sum::<f64>() / channels as f64;
                let variance =
                    (0..channels).map(|c| (f64::from(x[at(c)]) - mean).powi(2)).sum::<f64>() / channels as f64;
                for c in 0..channels {
                    let expected = (f64::from(x[at(c)]) - mean) / (variance + 1e-6).sqrt() * f64::from(weight[c])
                        + f64::from(bias[c]);
                    for found in [plain[at(c)], tracked[at(c)]] {
                        assert!((f64::from(found) - expected).abs() < 1e-5, "{found} is not {expected}");
                    }
                }
            }
        }
    }
}

#[test]
fn rows_and_their_gradients_are_burns() {
    for device in [Device::flex(), Device::flex().autodiff()] {
        for [rows, channels] in [[1, 1], [1, 33], [5, 7], [129, 40], [300, 192]] {
            let (mut x, mut weight, mut bias) = (
                numbers([1, rows, channels], 1, &device) + 2.0,
                numbers([channels], 2, &device),
                numbers([channels], 3, &device),
            );
            if device.is_autodiff() {
                (x, weight, bias) = (x.detach().require_grad(), weight.require_grad(), bias.require_grad());
            }
            let ours = layer_norm(x.clone(), weight.clone(), bias.clone(), 1e-3);
            let theirs = by_burn(x.clone(), weight.clone(), Some(bias.clone()), 1e-3);
            assert_close("rows", ours.clone().inner(), theirs.clone().inner());
            if device.is_autodiff() {
                let weights = numbers([1, rows, channels], 4, &device);
                let [ours, theirs] = [ours, theirs].map(|output| (output * weights.clone()).sum().backward());
                assert_close("x", x.grad(&ours).unwrap(), x.grad(&theirs).unwrap());
                assert_close("weight", weight.grad(&ours).unwrap(), weight.grad(&theirs).unwrap());
                assert_close("bias", bias.grad(&ours).unwrap(), bias.grad(&theirs).unwrap());
            }
        }
    }
}

#[test]
fn gradients_of_maps_are_those_of_rows() {
    let device = Device::flex().autodiff();
    for [batch, channels, height, width] in [[1, 1, 1, 1], [3, 5, 1, 1], [2, 5, 3, 7], [3, 40, 13, 17], [1, 3, 1, 300]]
    {
        let x = (numbers([batch, channels, height, width], 1, &device) + 2.0).detach().require_grad();
        let [weight, bias] = [2, 3].map(|seed| numbers([channels], seed, &device).require_grad());
        let ours = channel_norm(x.clone(), weight.clone(), bias.clone(), 1e-3);
        let last = x.clone().permute([0, 2, 3, 1]);
        let theirs = by_burn(last, weight.clone(), Some(bias.clone()), 1e-3).permute([0, 3, 1, 2]);
        let weights = numbers([batch, channels, height, width], 4, &device);
        let [ours, theirs] = [ours, theirs].map(|output| (output * weights.clone()).sum().backward());
        assert_close("map", x.grad(&ours).unwrap(), x.grad(&theirs).unwrap());
        assert_close("weight", weight.grad(&ours).unwrap(), weight.grad(&theirs).unwrap());
        assert_close("bias", bias.grad(&ours).unwrap(), bias.grad(&theirs).unwrap());
    }
}
