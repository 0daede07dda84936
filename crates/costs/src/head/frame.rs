use serde::{Deserialize, Serialize};

use crate::{ClassTree, CostError};

/// A fixed vector of length 1 for each class, as many dimensions as classes, whose cosines fall with the distance in a tree: the "hierarchy-aware
/// frame" of Liang and Davis (2023, arXiv 2303.05689).
///
/// Two classes whose lowest common node has the height `d`, of a tree of height `D`, have the cosine
/// `(1 − m) exp(−gamma d / D) + m`. `m`, at least −1, is as low as such vectors can have it, which spreads them: of 100 numbers from `−1 / (classes − 1)`
/// to −1 the lowest, as the authors' code has it. (The exact bound is `−1 / (1ᵀE⁻¹1 − 1)` with `E` the matrix of the `exp(…)`; just there the vectors
/// would be dependent.)
///
/// `gamma` says how fast the cosines fall, above 0: the authors have 1 for aircraft, 2 for CIFAR-100, 3 for tieredImageNet and 5 for iNaturalist. A high
/// one forgets the tree: all vectors are then as far apart as can be.
///
/// The authors turn their frame at random, which changes no cosine; ours is the lower triangular root of the matrix of cosines (Cholesky).
///
/// ```
/// use firelight_costs::{ClassFrame, ClassTree, Taxonomy, Vocab};
///
/// let vocab = Vocab::from_labels(["Bengal", "beagle", "pug"]);
/// let tree = ClassTree::new(&Taxonomy::from_paths(["animal/cat/Bengal", "animal/dog/beagle", "animal/dog/pug"])?, &vocab)?;
/// let frame = ClassFrame::new(&tree, 2.0)?;
/// let [bengal, beagle, pug] = [0, 1, 2];
/// assert!(frame.cosine(beagle, pug) > frame.cosine(beagle, bengal));
/// let product: f64 = frame.vector(beagle).iter().zip(frame.vector(pug)).map(|(a, b)| a * b).sum();
/// assert!((product - frame.cosine(beagle, pug)).abs() < 1e-12);
/// # Ok::<(), firelight_costs::CostError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Stored", into = "Stored")]
pub struct ClassFrame {
    tree: ClassTree,
    gamma: f64,
    /// Class by class, one row each.
    cosines: Vec<f64>,
    vectors: Vec<f64>,
    inverse: Vec<f64>,
}

/// The square of the shortest distance of a vector from the space of those before it.
const LEAST_PIVOT: f64 = 1e-6;

impl ClassFrame {
    /// The usual `gamma`: the authors' for a tree of a few levels.
    pub const GAMMA: f64 = 2.0;

    /// The most classes that it is made for: it holds three matrices of classes by classes, here of 400 MB together.
    pub const MOST_CLASSES: usize = 4096;

    /// The frame of a tree.
    ///
    /// # Errors
    /// [`CostError::FrameOfClasses`] of more than [`ClassFrame::MOST_CLASSES`]; [`CostError::FlatFrame`] unless `gamma` is finite and so far above 0 that the vectors of the nearest classes differ.
    pub fn new(tree: &ClassTree, gamma: f64) -> Result<Self, CostError> {
        let flat = || CostError::FlatFrame { gamma };
        if !gamma.is_finite() {
            return Err(flat());
        }
        let classes = tree.vocab().len();
        if classes > Self::MOST_CLASSES {
            return Err(CostError::FrameOfClasses { classes, most: Self::MOST_CLASSES });
        }
        let (taxonomy, highest) = (tree.taxonomy(), tree.taxonomy().height(0).max(1) as f64);
        let near = |at: usize| {
            let height = taxonomy.meeting_height(tree.leaf(at / classes), tree.leaf(at % classes));
            (-gamma * height as f64 / highest).exp()
        };
        let near: Vec<f64> = (0..classes * classes).map(near).collect();
        let nearest = root(&near, classes).ok_or_else(flat)?;
        // With 0 as the last: of a high gamma the lowest that is possible is nearer to 0 than those are.
        for least in spreads(&nearest, classes).into_iter().chain([0.0]) {
            let cosines: Vec<f64> = near.iter().map(|near| (1.0 - least) * near + least).collect();
            if let Some(vectors) = root(&cosines, classes) {
                let inverse = inverse(&vectors, classes);
                return Ok(Self { tree: tree.clone(), gamma, cosines, vectors, inverse });
            }
        }
        Err(flat())
    }

    /// The tree.
    pub fn tree(&self) -> &ClassTree {
        &self.tree
    }

    /// How fast the cosines fall.
    pub fn gamma(&self) -> f64 {
        self.gamma
    }

    /// The cosine of the vectors of two classes, from −1 to 1.
    ///
    /// # Panics
    /// If there is no such class.
    pub fn cosine(&self, a: usize, b: usize) -> f64 {
        self.row(&self.cosines, a)[b]
    }

    /// The cosines of all pairs of classes, row by row.
    pub fn cosines(&self) -> &[f64] {
        &self.cosines
    }

    /// The vector of a class.
    ///
    /// # Panics
    /// If there is no such class.
    pub fn vector(&self, class: usize) -> &[f64] {
        self.row(&self.vectors, class)
    }

    /// The vectors of all classes, one a row: the matrix that makes scores of a vector.
    pub fn vectors(&self) -> &[f64] {
        &self.vectors
    }

    /// The matrix that makes the vector of its scores again, row by row.
    pub fn inverse(&self) -> &[f64] {
        &self.inverse
    }

    fn row<'a>(&self, matrix: &'a [f64], class: usize) -> &'a [f64] {
        let classes = self.tree.vocab().len();
        &matrix[class * classes..(class + 1) * classes]
    }
}

/// The numbers that may be the lowest cosine, lowest first, from the first on that leaves the vectors independent.
fn spreads(root: &[f64], classes: usize) -> Vec<f64> {
    if classes < 2 {
        return vec![0.0];
    }
    // 1ᵀE⁻¹1, the squared length of the solution of R x = 1.
    let ones = solved(root, classes, vec![1.0; classes]);
    let bound = 1.0 / (ones.iter().map(|x| x * x).sum::<f64>() - 1.0);
    let first = 1.0 / (classes as f64 - 1.0);
    let step = (1.0 - first) / 99.0;
    (0..100)
        .rev()
        .map(|number| first + step * f64::from(number))
        .filter(|spread| *spread <= bound)
        .map(|s| -s)
        .collect()
}

/// The lower triangular matrix whose product with its transpose is a symmetric matrix, if that is positive definite.
fn root(matrix: &[f64], size: usize) -> Option<Vec<f64>> {
    let mut root = vec![0.0; size * size];
    for row in 0..size {
        for column in 0..=row {
            let (a, b) = (&root[row * size..][..column], &root[column * size..][..column]);
            let rest = matrix[row * size + column] - a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
            root[row * size + column] = match column {
                _ if column < row => rest / root[column * size + column],
                _ if rest >= LEAST_PIVOT => rest.sqrt(),
                _ => return None,
            };
        }
    }
    Some(root)
}

/// The solution of a lower triangular system.
fn solved(root: &[f64], size: usize, mut right: Vec<f64>) -> Vec<f64> {
    for row in 0..size {
        let known: f64 = root[row * size..][..row].iter().zip(&right).map(|(a, x)| a * x).sum();
        right[row] = (right[row] - known) / root[row * size + row];
    }
    right
}

/// The inverse of a lower triangular matrix.
fn inverse(root: &[f64], size: usize) -> Vec<f64> {
    let mut inverse = vec![0.0; size * size];
    for column in 0..size {
        let mut unit = vec![0.0; size];
        unit[column] = 1.0;
        for (row, x) in solved(root, size, unit).into_iter().enumerate() {
            inverse[row * size + column] = x;
        }
    }
    inverse
}

/// A frame in a file, which may be anything; its vectors follow from the tree.
#[derive(Serialize, Deserialize)]
#[serde(rename = "ClassFrame")]
struct Stored {
    tree: ClassTree,
    gamma: f64,
}

impl From<ClassFrame> for Stored {
    fn from(ClassFrame { tree, gamma, .. }: ClassFrame) -> Self {
        Self { tree, gamma }
    }
}

impl TryFrom<Stored> for ClassFrame {
    type Error = CostError;

    fn try_from(Stored { tree, gamma }: Stored) -> Result<Self, CostError> {
        Self::new(&tree, gamma)
    }
}
