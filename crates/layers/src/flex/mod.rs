//! The layers as operations of burn's flex backend, with their gradients.

mod add;
mod attention;
mod conv;
mod layer_norm;
mod linear;
mod norm;
mod numbers;
mod pool;
mod scale;
mod smooth;
mod softmax;
pub mod update;

pub use add::add;
pub use attention::attend;
pub use conv::{KeptWeights, conv2d, conv2d_and_add};
pub use layer_norm::{channel_norm, layer_norm};
pub use linear::linear;
pub use norm::{batch_norm, batch_norm_train};
pub use pool::max_pool2d;
pub use scale::scale_channels;
pub use smooth::smooth;
pub use softmax::{softmax, weigh, with_gradient};

use burn::backend::{DispatchDevice, Flex};
use burn::tensor::{DType, Device, Tensor};

/// The numbers of a tensor without a graph, in order.
fn plain<const D: usize>(tensor: &Tensor<D>) -> Option<numbers::Numbers> {
    let plain = is_ours(tensor) && !tensor.is_tracked();
    plain.then(|| tensor.clone().inner().try_into_primitive::<Flex>().ok()).flatten().map(numbers::in_order)
}

/// A tensor of numbers on the device of another and of its shape, without a graph.
fn beside<const D: usize>(tensor: &Tensor<D>, numbers: Vec<f32>) -> Tensor<D> {
    like(tensor, numbers, tensor.dims())
}

/// The same of another shape.
fn like<const D: usize>(tensor: &Tensor<D>, numbers: Vec<f32>, shape: [usize; D]) -> Tensor<D> {
    let result = Tensor::from_primitive::<Flex>(numbers::tensor(numbers, shape));
    if tensor.device().is_autodiff() { Tensor::from_inner(result) } else { result }
}

/// Whether a tensor is what the kernels work on: `f32` on flex, tracked or not.
fn is_ours<const D: usize>(tensor: &Tensor<D>) -> bool {
    tensor.dtype() == DType::F32 && runs_on(&tensor.device())
}

/// Whether a device is flex, with autodiff or without.
pub fn runs_on(device: &Device) -> bool {
    matches!(device.clone().inner().as_dispatch(), DispatchDevice::Flex(_))
}
