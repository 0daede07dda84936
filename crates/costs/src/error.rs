use firelight_vocab::VocabError;
use thiserror::Error;

/// Why a matrix, a weight or a decision is refused.
///
/// Every variant says which class or parameter is at fault; where there is a usual remedy, the text names it.
#[derive(Debug, Clone, PartialEq, Error)]
#[non_exhaustive]
#[allow(missing_docs, reason = "the fields are the words of the texts")]
pub enum CostError {
    /// A class name that the vocab does not know.
    #[error(transparent)]
    Vocab(#[from] VocabError),
    /// The names of a matrix are not the classes of the vocab it is aligned to.
    #[error(
        "class matrix has {matrix} names but the vocab has {vocab}; missing: {missing:?}; not in vocab: {unknown:?}"
    )]
    NamesDiffer { matrix: usize, vocab: usize, missing: Vec<String>, unknown: Vec<String> },
    /// A name twice in the header of a wide table, columns counted from 1 among the names.
    #[error("class {name:?} appears twice in the matrix header (columns {first} and {second})")]
    RepeatedColumn { name: String, first: usize, second: usize },
    /// A name twice in the first column of a wide table, rows counted from 1 below the header.
    #[error("class {name:?} appears twice in the first column (rows {first} and {second})")]
    RepeatedRow { name: String, first: usize, second: usize },
    /// A pair of classes with two values in a long table.
    #[error("the pair {row:?}, {column:?} appears twice (lines {first} and {second})")]
    RepeatedPair { row: String, column: String, first: usize, second: usize },
    /// Rows and columns of a table name different classes.
    #[error("row names and column names differ: only in rows {only_rows:?}, only in columns {only_columns:?}")]
    RowsAndColumnsDiffer { only_rows: Vec<String>, only_columns: Vec<String> },
    /// A row that is too short or too long.
    #[error("matrix row {row:?} has {values} values, expected {expected}")]
    RowLength { row: String, values: usize, expected: usize },
    /// More or fewer rows than names.
    #[error("matrix has {rows} rows for {names} names")]
    RowCount { rows: usize, names: usize },
    /// NaN, an infinity, or a number that single precision has no room for.
    #[error("matrix[{row:?}][{column:?}] is {}; every entry must be finite in single precision", number(*value))]
    NotFinite { row: String, column: String, value: f64 },
    /// A cell of a CSV table that is no number, or a table that cannot be read.
    #[error("CSV line {line}: {reason}")]
    Csv { line: usize, reason: String },
    /// A row of soft labels that is no distribution.
    #[error(
        "soft-label row {row:?} sums to {sum:.6}, expected 1 (tolerance 1e-4); call .normalize_rows() if you meant proportions"
    )]
    RowSum { row: String, sum: f64 },
    /// A row of soft labels without any mass.
    #[error("soft-label row {row:?} is all zero; give it at least its own class, or use ignore")]
    ZeroRow { row: String },
    /// A negative soft label.
    #[error(
        "soft-label[{row:?}][{column:?}] = {value:.6} is negative{}",
        each_hint(*siblings, *each)
    )]
    NegativeSoftLabel {
        row: String,
        column: String,
        value: f64,
        /// How many siblings got `each`, if the row came from `within_each`.
        siblings: usize,
        each: Option<f64>,
    },
    /// A soft label whose highest entry is another class.
    #[error(
        "soft-label row {row:?}: {other:?} ({other_value:.2}) is not below {row:?} ({own_value:.2}); the target would no longer be the label. Pass .allow_non_dominant() to accept"
    )]
    NotDominant { row: String, other: String, other_value: f64, own_value: f64 },
    /// A cost on the diagonal.
    #[error("cost[{class:?}][{class:?}] = {value}; a correct prediction must cost 0")]
    CostOfCorrect { class: String, value: f64 },
    /// A negative cost.
    #[error("cost[{row:?}][{column:?}] is negative ({value}); use a Similarity matrix for rewards")]
    NegativeCost { row: String, column: String, value: f64 },
    /// Costs that are all 0, where the highest one is a unit.
    #[error("every cost is 0; costs are measured against the highest one, so one must be > 0")]
    NoCost,
    /// A pair weight on the diagonal that is not above 0.
    #[error("pair weight[{class:?}][{class:?}] = {value} would stop training on correct predictions; use a value > 0")]
    CorrectPairWeight { class: String, value: f64 },
    /// A negative pair weight.
    #[error("pair weight[{row:?}][{column:?}] = {value} is negative; use a value >= 0")]
    NegativePairWeight { row: String, column: String, value: f64 },
    /// A similarity outside 0 to 1.
    #[error("similarity[{row:?}][{column:?}] = {value} is outside [0,1]")]
    SimilarityRange { row: String, column: String, value: f64 },
    /// A class that is not like itself.
    #[error("similarity[{class:?}][{class:?}] = {value}; a class is like itself, so it must be 1")]
    SimilarityOfSelf { class: String, value: f64 },
    /// A negative count.
    #[error("count[{row:?}][{column:?}] = {value} is negative")]
    NegativeCount { row: String, column: String, value: f64 },
    /// A class weight that is no weight.
    #[error("class weight of {class:?} is {}; use a value >= 0 that is finite in single precision", number(*value))]
    ClassWeight { class: String, value: f64 },
    /// More or fewer class weights than names.
    #[error("there are {weights} class weights for {names} names")]
    WeightCount { weights: usize, names: usize },
    /// More or fewer thresholds than classes.
    #[error("there are {thresholds} thresholds for {classes} classes")]
    ThresholdCount { thresholds: usize, classes: usize },
    /// Class weights of nothing.
    #[error("there is no class to weigh; count the labels of the training part first")]
    NoClasses,
    /// A class without examples where a weight divides by their number.
    #[error(
        "class {class:?} has no examples, so its weight has no value; leave it out of the vocab or set its weight by hand"
    )]
    NoExamples { class: String },
    /// A vector without a direction.
    #[error("embedding of {class:?} is all zero; a cosine needs a direction")]
    ZeroEmbedding { class: String },
    /// A vector with NaN or an infinity.
    #[error("embedding of {class:?} has the value {value}; every value must be finite")]
    EmbeddingNotFinite { class: String, value: f64 },
    /// Embeddings of different lengths.
    #[error("embedding of {class:?} has {values} values, expected {expected}")]
    EmbeddingLength { class: String, values: usize, expected: usize },
    /// A share outside 0 to 1.
    #[error("{name} {value} is outside [0,1]")]
    OutsideUnit { name: &'static str, value: f64 },
    /// A share that must leave something over on both sides.
    #[error("{name} {value} must be above 0 and below 1")]
    OutsideOpenUnit { name: &'static str, value: f64 },
    /// More or fewer rows than targets.
    #[error("there are {rows} rows and {targets} targets")]
    TargetCount { rows: usize, targets: usize },
    /// A row of probabilities of another number of classes, rows counted from 0.
    #[error("row {row} has {given} numbers for {classes} classes")]
    ProbabilityCount { row: usize, given: usize, classes: usize },
    /// A row of other numbers than probabilities, rows counted from 0.
    #[error(
        "row {row} is no distribution (its sum is {sum:.4}, all must be at least 0); give scores to `HeldOut::of_scores`"
    )]
    NotProbabilities { row: usize, sum: f64 },
    /// Too few examples that a model was not trained on.
    #[error("there are {examples} held-out examples, of {needed} that are needed at least; hold out more")]
    TooFewHeldOut { examples: usize, needed: usize },
    /// A calibration in a file that is none.
    #[error("the numbers of a calibration do not fit its {classes} classes; fit it again")]
    NoCalibration { classes: usize },
    /// Sets in a file that are none.
    #[error("the thresholds of sets do not fit their {classes} classes; fit them again")]
    NoSets { classes: usize },
    /// A limit of cost with a threshold for each class or group.
    #[error("a limit of cost holds over all classes together; leave out .per_class() and .per_group()")]
    CostsByClass,
    /// More or fewer costs of answers than pairs of a node and a class.
    #[error("there are {costs} costs of {nodes} nodes and {classes} classes")]
    NodeCostCount { costs: usize, nodes: usize, classes: usize },
    /// The cost of answering a node that is no cost.
    #[error("to answer {node:?} of a {class:?} costs {}; use a value >= 0 that is finite in single precision", number(*value))]
    NodeCost { node: String, class: String, value: f64 },
    /// A level of a learned tree that parts nothing, or everything.
    #[error(
        "a level of {groups} groups makes no sense for {classes} classes; give each level at least 2 groups, and fewer than there are classes"
    )]
    LevelOfGroups { groups: usize, classes: usize },
    /// Class vectors that are nearly the same.
    #[error(
        "gamma {gamma} gives classes that are near in the tree nearly the same vector; 1 to 5 are usual, and more for a deeper tree"
    )]
    FlatFrame { gamma: f64 },
    /// More classes than a frame is made for.
    #[error("a frame of {classes} classes holds matrices that large; use at most {most}, or a head of subspaces")]
    FrameOfClasses { classes: usize, most: usize },
    /// A table of classes and one of parents, of other pictures.
    #[error("there are {classes} rows of classes and {parents} rows of their parents; give both of the same pictures")]
    RowsDiffer { classes: usize, parents: usize },
    /// A negative or infinite parameter.
    #[error("{name} must be finite and >= 0")]
    NotFiniteParameter { name: &'static str },
    /// A target that is no class.
    #[error("target {target} is out of range for {classes} classes")]
    TargetOutOfRange { target: i64, classes: usize },
}

/// Without three hundred zeros.
fn number(value: f64) -> String {
    let usual = value == 0.0 || !value.is_finite() || (1e-6..1e16).contains(&value.abs());
    if usual { value.to_string() } else { format!("{value:e}") }
}

fn each_hint(siblings: usize, each: Option<f64>) -> String {
    each.map_or_else(String::new, |each| {
        format!("; {siblings} siblings × {each} exceed 1: use within_mass(0.2), not within_each({each})")
    })
}

/// `value` if it is a share.
pub(crate) fn share(name: &'static str, value: f64) -> Result<f64, CostError> {
    if (0.0..=1.0).contains(&value) { Ok(value) } else { Err(CostError::OutsideUnit { name, value }) }
}

/// `value` if it is finite and not negative.
pub(crate) fn finite(name: &'static str, value: f64) -> Result<f64, CostError> {
    if single(value) && value >= 0.0 { Ok(value) } else { Err(CostError::NotFiniteParameter { name }) }
}

/// Whether it is finite where losses are computed: 1e300 is infinite there.
pub(crate) fn single(value: f64) -> bool {
    (value as f32).is_finite()
}
