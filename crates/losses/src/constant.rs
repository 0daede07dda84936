use std::fmt;
use std::ops::Deref;
use std::sync::{Arc, Mutex, PoisonError};

use burn::tensor::{Int, Tensor, TensorData};
use firelight_costs::{Aligned, Meaning, digest};
use firelight_vocab::Vocab;

/// Numbers that a loss needs on the device of its input, such as a matrix of costs: uploaded once for each device and number type. Cheap
/// to clone.
///
/// ```
/// use burn::tensor::{Device, Tensor};
/// use firelight_losses::{Constant, CostMatrix, Vocab};
///
/// let vocab = Vocab::from_labels(["cat", "dog"]);
/// let costs = Constant::from(&CostMatrix::uniform(&vocab).align(&vocab)?);
/// let logits = Tensor::<2>::zeros([1, 2], &Device::flex());
/// let rows = costs.like(&logits); // [classes, classes], to be chosen from by the targets
/// assert_eq!(rows.into_data().to_vec::<f32>().unwrap(), [0.0, 1.0, 1.0, 0.0]);
/// # Ok::<(), firelight_losses::LossError>(())
/// ```
#[derive(Clone)]
pub struct Constant {
    values: Arc<[f64]>,
    shape: [usize; 2],
    uploaded: Arc<Mutex<Vec<Tensor<2>>>>,
}

impl Constant {
    /// A table of `shape` rows and columns, row by row: `[1, classes]` stands beside logits of `[batch, classes]`, and of
    /// `[classes, classes]` the targets choose rows.
    pub fn new(values: impl Into<Arc<[f64]>>, shape: [usize; 2]) -> Self {
        Self { values: values.into(), shape, uploaded: Arc::default() }
    }

    /// Eight digits for its numbers and the classes that they belong to.
    pub(crate) fn digest(&self, vocab: &Vocab) -> String {
        digest(vocab, self.values.iter().copied())
    }

    /// On the device of `like` and in its number type, outside any graph.
    ///
    /// # Panics
    /// If there are not as many values as the shape says.
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

/// Whole numbers, such as places to choose from.
impl Constant {
    /// All of them one after the other, beside `like`.
    pub(crate) fn numbers(&self, like: &Tensor<2>) -> Tensor<1, Int> {
        self.like(like).int().flatten(0, 1)
    }
}

/// Without the tensors, so that it is the same before and after the first batch.
impl fmt::Debug for Constant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { values, shape, .. } = self;
        f.debug_struct("Constant").field("shape", shape).field("values", values).finish()
    }
}

impl<M: Meaning> From<&Aligned<M>> for Constant {
    fn from(aligned: &Aligned<M>) -> Self {
        let classes = aligned.vocab().len();
        Self::new(aligned.matrix().rows().flatten().copied().collect::<Vec<_>>(), [classes, classes])
    }
}

/// A matrix in the order of a vocab, and its tensor.
#[derive(Debug, Clone)]
pub(crate) struct Uploaded<M> {
    aligned: Aligned<M>,
    constant: Constant,
}

impl<M: Meaning> From<Aligned<M>> for Uploaded<M> {
    fn from(aligned: Aligned<M>) -> Self {
        Self { constant: Constant::from(&aligned), aligned }
    }
}

impl<M> Deref for Uploaded<M> {
    type Target = Aligned<M>;

    fn deref(&self) -> &Aligned<M> {
        &self.aligned
    }
}

impl<M> Uploaded<M> {
    /// The rows of the true classes: `[batch, classes]`.
    pub fn rows(&self, classes: Tensor<1, Int>, like: &Tensor<2>) -> Tensor<2> {
        self.constant.like(like).select(0, classes)
    }

    /// Single entries by `true class * classes + predicted class`: `[batch, 1]`.
    pub fn entries(&self, numbers: Tensor<1, Int>, like: &Tensor<2>) -> Tensor<2> {
        let [rows, columns] = self.constant.shape;
        self.constant.like(like).reshape([rows * columns, 1]).select(0, numbers)
    }
}
