use burn::nn::BatchNorm;
use burn::tensor::Tensor;

use crate::Activation;

/// The output of a batch norm layer, plus a shortcut if there is one, with an activation:
/// `activation(layer.forward(input) + shortcut)`, in one pass over the input on flex.
///
/// Training behaviour is the layer's own: on an autodiff device an enabled layer normalizes by the batch's statistics and
/// moves its running ones, otherwise it normalizes by the running ones. `input`, `shortcut` and the output are
/// `[batch, channels, height, width]`, of one precision; the layer computes in that of its parameters, since statistics of many
/// numbers overflow in half precision.
///
/// # Panics
///
/// Where burn's layer and addition panic: if shapes or devices do not fit.
///
/// # Example
///
/// ```
/// use burn::nn::BatchNormConfig;
/// use burn::tensor::{Device, Tensor};
/// use firelight_layers::{Activation, normalize};
///
/// let device = Device::flex();
/// let layer = BatchNormConfig::new(8).init(&device);
/// let x = Tensor::ones([2, 8, 4, 4], &device);
/// let output = normalize(&layer, x.clone(), Some(x), Activation::Relu);
/// assert_eq!(output.dims(), [2, 8, 4, 4]);
/// ```
pub fn normalize(
    layer: &BatchNorm,
    input: Tensor<4>,
    shortcut: Option<Tensor<4>>,
    activation: Activation,
) -> Tensor<4> {
    let gamma = layer.gamma.val();
    let (narrow, wide) = (input.dtype(), gamma.dtype());
    if narrow != wide {
        let shortcut = shortcut.map(|shortcut| shortcut.cast(wide));
        return normalize(layer, input.cast(wide), shortcut, activation).cast(narrow);
    }
    #[cfg(feature = "flex")]
    if gamma.dims() == [input.dims()[1]] {
        let beta = layer.beta.val();
        let output = if input.device().is_autodiff() && layer.training.is_enabled() {
            crate::flex::batch_norm_train(&input, [&gamma, &beta], shortcut.as_ref(), layer.epsilon, activation).map(
                |(output, statistics)| {
                    move_running(layer, &input, statistics);
                    output
                },
            )
        } else {
            let [mean, variance] = [&layer.running_mean, &layer.running_var].map(burn::module::RunningState::value);
            let parameters = [&gamma, &beta, &mean, &variance];
            crate::flex::batch_norm(&input, parameters, shortcut.as_ref(), layer.epsilon, activation)
        };
        if let Some(output) = output {
            return output;
        }
    }
    let output = layer.forward(input);
    activation.apply(match shortcut {
        Some(shortcut) => output + shortcut,
        None => output,
    })
}

/// Moves the running statistics towards the batch's by the layer's momentum, as burn's layer does.
#[cfg(feature = "flex")]
fn move_running(layer: &BatchNorm, input: &Tensor<4>, [mean, variance]: [Tensor<1>; 2]) {
    let device = input.device();
    for (state, fresh) in [(&layer.running_mean, mean), (&layer.running_var, variance)] {
        let old = state.value_sync().to_device(&device).mul_scalar(1.0 - layer.momentum);
        state.update(old.add(fresh.detach().mul_scalar(layer.momentum)).detach());
    }
}
