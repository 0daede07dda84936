use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use burn::tensor::{Device, Int, Tensor, TensorData};
use firelight_vocab::Vocab;

use crate::describe;
use crate::matrix::meaning::Cost;
use crate::matrix::{ClassMatrix, Meaning};

/// A matrix in the order of a vocab, checked: what losses and decisions work with.
///
/// Made by [`ClassMatrix::align`] alone. Cheap to clone; its tensor is uploaded once for each device.
///
/// ```
/// use burn::tensor::Device;
/// use firelight_losses::{CostMatrix, Vocab};
///
/// let cost = CostMatrix::uniform(&Vocab::from_labels(["cat", "dog"]));
/// let other_order = Vocab::ordered(["dog", "cat"])?;
/// let aligned = cost.align(&other_order)?;
/// assert_eq!(aligned.tensor(&Device::flex()).dims(), [2, 2]);
/// # Ok::<(), firelight_losses::LossError>(())
/// ```
#[derive(Clone)]
pub struct Aligned<M> {
    matrix: Arc<ClassMatrix<M>>,
    constant: Constant,
}

/// Costs ready for a decision.
pub type AlignedCost = Aligned<Cost>;

impl<M: Meaning> Aligned<M> {
    pub(crate) fn new(matrix: ClassMatrix<M>) -> Self {
        let classes = matrix.vocab.len();
        Self { constant: Constant::new(matrix.values.clone(), [classes, classes]), matrix: Arc::new(matrix) }
    }

    /// The classes it is aligned to.
    pub fn vocab(&self) -> &Vocab {
        self.matrix.vocab()
    }

    /// The entries with their names.
    pub fn matrix(&self) -> &ClassMatrix<M> {
        &self.matrix
    }

    /// `[classes, classes]` on a device, outside any graph.
    pub fn tensor(&self, device: &Device) -> Tensor<2> {
        self.constant.like(&Tensor::zeros([1, 1], device))
    }

    /// Eight digits for its entries and class names.
    pub fn digest(&self) -> String {
        self.constant.digest(self.vocab())
    }

    /// The rows of the true classes: `[batch, classes]`.
    pub(crate) fn rows(&self, classes: Tensor<1, Int>, like: &Tensor<2>) -> Tensor<2> {
        self.constant.like(like).select(0, classes)
    }

    /// Single entries by `true class * classes + predicted class`: `[batch, 1]`.
    pub(crate) fn entries(&self, numbers: Tensor<1, Int>, like: &Tensor<2>) -> Tensor<2> {
        let [rows, columns] = self.constant.shape;
        self.constant.like(like).reshape([rows * columns, 1]).select(0, numbers)
    }
}

impl<M: fmt::Debug> fmt::Debug for Aligned<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Aligned").field(&self.matrix).finish()
    }
}

impl<M: PartialEq> PartialEq for Aligned<M> {
    fn eq(&self, other: &Self) -> bool {
        self.matrix == other.matrix
    }
}

/// Numbers that a loss needs on the device of its input, uploaded once for each device and number type.
#[derive(Clone)]
pub(crate) struct Constant {
    values: Arc<[f64]>,
    shape: [usize; 2],
    uploaded: Arc<Mutex<Vec<Tensor<2>>>>,
}

impl Constant {
    pub fn new(values: impl Into<Arc<[f64]>>, shape: [usize; 2]) -> Self {
        Self { values: values.into(), shape, uploaded: Arc::default() }
    }

    /// Eight digits for its numbers and the classes that they belong to.
    pub fn digest(&self, vocab: &Vocab) -> String {
        describe::digest(vocab, self.values.iter().copied())
    }

    /// On the device of `like` and in its number type.
    pub fn like(&self, like: &Tensor<2>) -> Tensor<2> {
        let (device, dtype) = (like.clone().inner().device(), like.dtype());
        let mut uploaded = self.uploaded.lock().unwrap_or_else(PoisonError::into_inner);
        let here = |tensor: &&Tensor<2>| tensor.dtype() == dtype && tensor.device() == device;
        if let Some(tensor) = uploaded.iter().find(here) {
            return tensor.clone();
        }
        let data = TensorData::new(self.values.to_vec(), self.shape);
        let tensor = Tensor::from_data(data, (&device, dtype));
        uploaded.push(tensor.clone());
        tensor
    }
}

/// Without the tensors, so that it is the same before and after the first batch.
impl fmt::Debug for Constant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { values, shape, .. } = self;
        f.debug_struct("Constant").field("shape", shape).field("values", values).finish()
    }
}
