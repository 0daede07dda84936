use burn::nn::BatchNorm;
use burn::tensor::Tensor;
use burn::tensor::module::{batch_norm, batch_norm_train};

use crate::Activation;

/// The output of a batch norm layer, plus a shortcut if there is one, with an activation:
/// `activation(layer.forward(input) + shortcut)`, in one pass over the input on flex.
///
/// `input`, `shortcut` and the output are `[batch, channels, ...]`, of one precision; the layer computes in that of its parameters,
/// since statistics of many numbers overflow in half precision. On flex pictures and other inputs of more than two dimensions are
/// normalized by the fast kernels, with and without gradients; rows of features, `[batch, channels]`, by burn's operations.
///
/// On an autodiff device an enabled layer normalizes by the batch's own statistics and moves its running ones, otherwise it
/// normalizes by the running ones, with gradients for whatever asks for them:
/// [`keep_statistics`](crate::keep_statistics) switches layers over. Three things differ from burn's layer:
///
/// - The running variance moves by the unbiased variance of the batch (divided by one less than the count), as in `PyTorch`, so that a
///   model trained there goes on as it would. The outputs of training are those of burn.
/// - Running statistics are up to date at once, whichever thread has run the step. burn's are kept by the thread that moved them, and
///   averaged over the threads later.
/// - A batch with one value a channel is refused, and one without any moves nothing.
///
/// # Panics
///
/// In training if the batch has one value a channel, whose variance has no meaning. And where burn's layer and addition panic: if
/// shapes or devices do not fit.
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
/// let x = Tensor::<4>::ones([2, 8, 4, 4], &device);
/// let output = normalize(&layer, x.clone(), Some(x), Activation::Relu);
/// assert_eq!(output.dims(), [2, 8, 4, 4]);
///
/// let features = Tensor::<2>::ones([2, 8], &device);
/// assert_eq!(normalize(&layer, features, None, Activation::Identity).dims(), [2, 8]);
/// ```
pub fn normalize<const D: usize>(
    layer: &BatchNorm,
    input: Tensor<D>,
    shortcut: Option<Tensor<D>>,
    activation: Activation,
) -> Tensor<D> {
    let (narrow, wide) = (input.dtype(), layer.gamma.val().dtype());
    if narrow != wide {
        let shortcut = shortcut.map(|shortcut| shortcut.cast(wide));
        return normalize(layer, input.cast(wide), shortcut, activation).cast(narrow);
    }
    let channels = layer.gamma.val().dims()[0];
    let values = input.shape().num_elements() / channels;
    if input.device().is_autodiff() && layer.training.is_enabled() && values > 0 {
        assert!(
            values > 1,
            "batch norm expected more than 1 value per channel when training, got input size {:?}",
            input.dims()
        );
        return by_own(layer, input, shortcut, activation, values as f64);
    }
    by_running(layer, input, shortcut, activation)
}

/// By the statistics of the batch, which move the running ones; `values` is how many numbers a channel has.
fn by_own<const D: usize>(
    layer: &BatchNorm,
    input: Tensor<D>,
    shortcut: Option<Tensor<D>>,
    activation: Activation,
    values: f64,
) -> Tensor<D> {
    let (gamma, beta) = (layer.gamma.val(), layer.beta.val());
    #[cfg(feature = "flex")]
    if let Some(output) = activation.fused(|clamp| {
        let parameters = [&gamma, &beta];
        let (output, statistics) =
            crate::flex::batch_norm_train(&input, parameters, shortcut.as_ref(), layer.epsilon, clamp)?;
        move_running(layer, statistics, values);
        Some(output)
    }) {
        return output;
    }
    let result = batch_norm_train(input, gamma, beta, layer.epsilon);
    move_running(layer, [result.mean, result.variance], values);
    finish(result.output, shortcut, activation)
}

/// By the running statistics, which stay.
fn by_running<const D: usize>(
    layer: &BatchNorm,
    input: Tensor<D>,
    shortcut: Option<Tensor<D>>,
    activation: Activation,
) -> Tensor<D> {
    let device = input.device();
    let (gamma, beta) = (layer.gamma.val(), layer.beta.val());
    let [mean, variance] = [&layer.running_mean, &layer.running_var].map(|state| state.value_sync().to_device(&device));
    #[cfg(feature = "flex")]
    {
        let numbers = [&gamma, &beta, &mean, &variance];
        let kernel = |clamp| crate::flex::batch_norm(&input, numbers, shortcut.as_ref(), layer.epsilon, clamp);
        if let Some(output) = activation.fused(kernel) {
            return output;
        }
    }
    finish(batch_norm(input, gamma, beta, mean, variance, layer.epsilon), shortcut, activation)
}

fn finish<const D: usize>(output: Tensor<D>, shortcut: Option<Tensor<D>>, activation: Activation) -> Tensor<D> {
    activation.apply(match shortcut {
        Some(shortcut) => output + shortcut,
        None => output,
    })
}

/// Moves the running statistics towards the batch's by the layer's momentum, the variance towards the unbiased one.
fn move_running(layer: &BatchNorm, [mean, variance]: [Tensor<1>; 2], values: f64) {
    let moved = [(&layer.running_mean, mean, 1.0), (&layer.running_var, variance, values / (values - 1.0))];
    for (state, fresh, unbias) in moved {
        // Without a graph, which they are not on.
        let fresh = fresh.inner().mul_scalar(layer.momentum * unbias);
        let old = state.value_sync().inner().to_device(&fresh.device()).mul_scalar(1.0 - layer.momentum);
        state.update(Tensor::from_inner(old.add(fresh)));
        // What this thread has said counts at once: the next step may run on another one.
        state.value_sync();
    }
}
