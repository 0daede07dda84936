use thiserror::Error;

/// Why there is no ONNX file of a module.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum OnnxError {
    /// An operation that is not written.
    #[error("{operation} cannot be written to ONNX: {why}; spell it in other operations of burn")]
    Unsupported {
        /// What burn calls it.
        operation: String,
        /// What about it.
        why: String,
    },
    /// A forward pass that is another one for other numbers of items.
    #[error("the forward pass depends on the number of items in another way than by whole multiples: {why}")]
    DependsOnBatch {
        /// Where that was seen.
        why: String,
    },
    /// A forward pass that cannot be recorded.
    #[error("the forward pass cannot be recorded, which is done without numbers: {why}")]
    Unrecorded {
        /// What burn says, or what the module panicked with.
        why: String,
    },
    /// More bytes than one file of the format holds.
    #[error("the model has {bytes} bytes of numbers, and an ONNX file holds up to 2 GiB")]
    TooLarge {
        /// Bytes of numbers.
        bytes: usize,
    },
}
