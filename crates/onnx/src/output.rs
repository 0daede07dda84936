//! What a forward pass gives.

use std::any::Any;
use std::sync::Arc;

use burn::backend::capture::{CaptureBackend, TensorId};
use burn::tensor::Tensor;

/// A tensor that a forward pass gives, and what it is called in the file.
#[derive(Clone)]
pub struct Output {
    pub(crate) name: String,
    pub(crate) id: Option<TensorId>,
    /// Until the recording is over: of a tensor that nobody holds, burn lets what follows take the place.
    _tensor: Arc<dyn Any + Send + Sync>,
}

impl std::fmt::Debug for Output {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Output").field("name", &self.name).finish_non_exhaustive()
    }
}

impl Output {
    /// Calls a tensor so; each name is of one output, and not of the input.
    pub fn new<const D: usize>(name: impl Into<String>, tensor: Tensor<D>) -> Self {
        let id = id(&tensor);
        Self { name: name.into(), id, _tensor: Arc::new(tensor) }
    }
}

/// Which tensor of the recording it is, if it is one.
pub fn id<const D: usize>(tensor: &Tensor<D>) -> Option<TensorId> {
    tensor.clone().try_into_primitive::<CaptureBackend>().ok().map(|primitive| primitive.id())
}
