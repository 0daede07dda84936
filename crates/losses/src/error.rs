use firelight_costs::CostError;
use firelight_vocab::VocabError;
use thiserror::Error;

/// Why a loss or a target is refused.
///
/// Every variant says which class or parameter is at fault; where there is a usual remedy, the text names it.
#[derive(Debug, Clone, PartialEq, Error)]
#[non_exhaustive]
#[allow(missing_docs, reason = "the fields are the words of the texts")]
pub enum LossError {
    /// A row has no maps after its positions.
    #[error(
        "a row of {numbers} outputs has not the positions of {points} point(s) and a map for each; use a network that gives its maps too"
    )]
    NoMaps {
        /// Outputs of an example.
        numbers: usize,
        /// Points of a target.
        points: usize,
    },
    /// Maps are of pictures of another shape.
    #[error(
        "a map of {pixels} pixels is not {aspect} times as wide as high; say how the pictures are shaped (`with_aspect`)"
    )]
    OtherAspect {
        /// Pixels of a map.
        pixels: usize,
        /// Width over height.
        aspect: f64,
    },
    /// A matrix or class weights that are refused.
    #[error(transparent)]
    Cost(#[from] CostError),
    /// A class name that the vocab does not know.
    #[error(transparent)]
    Vocab(#[from] VocabError),
    /// A share outside 0 to 1.
    #[error("{name} {value} is outside [0,1]")]
    OutsideUnit { name: &'static str, value: f64 },
    /// A negative parameter.
    #[error("{name} {value} must be >= 0")]
    BelowZero { name: &'static str, value: f64 },
    /// A parameter that must be above 0.
    #[error("{name} {value} must be > 0")]
    NotPositive { name: &'static str, value: f64 },
    /// A negative or infinite parameter.
    #[error("{name} must be finite and >= 0")]
    NotFiniteParameter { name: &'static str },
    /// A parameter that leaves no room in single precision.
    #[error("{name} {value:e} is outside [{least:e},{most:e}]")]
    OutsideRange { name: &'static str, value: f64, least: f64, most: f64 },
    /// A target that is no class.
    #[error("target {target} is out of range for {classes} classes")]
    TargetOutOfRange { target: i64, classes: usize },
    /// An ignore index beside probability targets.
    #[error("ignore_index works with class-index targets only; for soft targets set the row to all zeros")]
    IgnoreWithSoftTargets,
    /// A model with another number of classes than the matrix.
    #[error("logits have {logits} classes, matrix has {matrix}")]
    LogitsDiffer { logits: usize, matrix: usize },
    /// Rows of another head than the loss reads.
    #[error(
        "rows of {given} numbers are not the {needed} of a head that ends in {head}; a loss and the head of its model go together (`ClassHead`)"
    )]
    OtherRow { given: usize, needed: usize, head: String },
    /// An output that is no map over the pixels of a mask.
    #[error(
        "outputs of {numbers} numbers are no map of {pixels} pixels; a model has to give one number for each class and pixel"
    )]
    MapDiffers { numbers: usize, pixels: usize },
    /// An output whose map does not consist of as many classes.
    #[error(
        "outputs of {numbers} numbers are no maps of {classes} classes; a model has to give one number for each class and pixel"
    )]
    ChannelsDiffer { numbers: usize, classes: usize },
    /// A map of nobody knows how many classes.
    #[error("an output alone does not say how many classes its map has; give the loss its vocab by with_vocab")]
    ClassesUnknown,
    /// An output that has not enough numbers for two targets.
    #[error("outputs of {numbers} numbers are not those of two targets, the first of which has {columns}")]
    NotTwoTargets { numbers: usize, columns: usize },
    /// An output that is no box.
    #[error("outputs of {numbers} numbers are no boxes; a box is left, top, right and bottom")]
    NotBoxes { numbers: usize },
}

/// `value` if it is a share.
pub(crate) fn share(name: &'static str, value: f64) -> Result<f64, LossError> {
    if (0.0..=1.0).contains(&value) { Ok(value) } else { Err(LossError::OutsideUnit { name, value }) }
}

/// `value` if it is not negative and finite in single precision, in which losses are computed.
pub(crate) fn finite(name: &'static str, value: f64) -> Result<f64, LossError> {
    if (value as f32).is_finite() && value >= 0.0 { Ok(value) } else { Err(LossError::NotFiniteParameter { name }) }
}

/// `value` if it is above 0 and leaves room in single precision.
pub(crate) fn within(name: &'static str, value: f64, [least, most]: [f64; 2]) -> Result<f64, LossError> {
    match value {
        _ if (least..=most).contains(&value) => Ok(value),
        _ if value > 0.0 => Err(LossError::OutsideRange { name, value, least, most }),
        _ => Err(LossError::NotPositive { name, value }),
    }
}
