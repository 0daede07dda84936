//! Tensors of other precisions.

use burn::tensor::{FloatDType, Tensor};

/// `tensor` in the precision of `model`. One that has it already stays as it is, without an operation in the graph.
pub(crate) fn cast_like<const D: usize, const E: usize>(tensor: Tensor<D>, model: &Tensor<E>) -> Tensor<D> {
    if tensor.dtype() == model.dtype() { tensor } else { tensor.cast(FloatDType::from(model.dtype())) }
}
