use firelight_vocab::{Groups, Taxonomy, Vocab};
use serde::{Deserialize, Serialize};

use crate::CostError;
use crate::error::{finite, share};
use crate::matrix::meaning::Cost;
use crate::matrix::{ClassMatrix, ClassVectors, Confusion, Meaning, PairWeights, Similarity, SoftLabels};

/// What it costs to predict a class where another one is true: 0 for a correct prediction, higher is worse.
///
/// Used in decisions ([`Decision::minimum_risk`](crate::Decision::minimum_risk), the cheapest way to better
/// mistakes: no training, calibration untouched), in losses (`ExpectedCost`,
/// `CostLog`) and in metrics; and the other matrices can be made from it.
///
/// Checked: entries finite and not negative, the diagonal 0. It need not be symmetric:
/// [`asymmetric_pair`](Self::asymmetric_pair) names a pair for which it is not.
///
/// ```
/// use firelight_costs::{CostMatrix, Groups, Vocab};
///
/// let vocab = Vocab::from_labels(["Bengal", "beagle", "pug"]);
/// let species = Groups::by(&vocab, |breed| if breed.starts_with(char::is_uppercase) { "cat" } else { "dog" });
/// let cost = CostMatrix::from_groups(&species, 0.25, 1.0).with("pug", "beagle", 0.1)?;
/// assert_eq!(cost.row(2), [1.0, 0.1, 0.0]); // of a pug
/// # Ok::<(), firelight_costs::CostError>(())
/// ```
pub type CostMatrix = ClassMatrix<Cost>;

/// How far two leaves of a tree are apart.
///
/// ```
/// use firelight_costs::{CostMatrix, Taxonomy, TreeDistance};
///
/// let tree = Taxonomy::from_paths(["cat/Bengal", "dog/beagle", "dog/pug"])?;
/// let cost = CostMatrix::from_taxonomy(&tree, TreeDistance::MeetingHeight)?;
/// assert_eq!((cost.get("pug", "beagle")?, cost.get("pug", "Bengal")?), (1.0, 2.0));
/// # Ok::<(), firelight_costs::CostError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub enum TreeDistance {
    /// The height of the lowest node above both: classes of one genus are all alike.
    MeetingHeight,
    /// The number of edges between them.
    PathLength,
}

/// How far two embeddings are apart.
///
/// ```
/// use firelight_costs::{CostMatrix, Distance};
///
/// let embeddings = [("cat", [1.0, 0.0]), ("lion", [0.9, 0.1]), ("car", [0.0, 1.0])];
/// let cost = CostMatrix::from_embeddings(embeddings, Distance::Cosine)?;
/// assert!(cost.get("cat", "lion")? < cost.get("cat", "car")?);
/// # Ok::<(), firelight_costs::CostError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub enum Distance {
    /// `max(0, 1 - cos)`: 0 to 2.
    Cosine,
    /// The length of the difference.
    Euclidean,
}

/// How far two grades are apart, in ranks.
///
/// ```
/// use firelight_costs::{CostMatrix, OrdinalDistance, Vocab};
///
/// let stages = Vocab::ordered(["none", "mild", "severe"])?;
/// assert_eq!(CostMatrix::ordinal(&stages, OrdinalDistance::Squared).get("none", "severe")?, 4.0);
/// # Ok::<(), firelight_costs::CostError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub enum OrdinalDistance {
    /// `|i - j|`.
    Absolute,
    /// `(i - j)²`.
    Squared,
}

impl OrdinalDistance {
    pub(crate) fn between(self, a: usize, b: usize) -> f64 {
        let ranks = a.abs_diff(b) as f64;
        match self {
            Self::Absolute => ranks,
            Self::Squared => ranks * ranks,
        }
    }
}

impl CostMatrix {
    /// One cost for a mistake within a group, another across groups.
    pub fn from_groups(groups: &Groups, within: f64, across: f64) -> Self {
        Self::by_number(groups.vocab(), |truth, predicted| {
            if truth == predicted {
                0.0
            } else if groups.of(truth) == groups.of(predicted) {
                within
            } else {
                across
            }
        })
    }

    /// Distances between the leaves of a tree, which are the classes.
    ///
    /// ```
    /// use firelight_costs::{CostMatrix, Taxonomy, TreeDistance};
    ///
    /// let tree = Taxonomy::from_paths(["animal/cat/Bengal", "animal/dog/hound/beagle", "animal/dog/pug"])?;
    /// let cost = CostMatrix::from_taxonomy(&tree, TreeDistance::MeetingHeight)?;
    /// assert_eq!(cost.get("beagle", "pug")?, 2.0);
    /// assert_eq!(cost.get("beagle", "Bengal")?, 3.0);
    /// # Ok::<(), firelight_costs::CostError>(())
    /// ```
    ///
    /// # Errors
    /// [`CostError::Vocab`] if two leaves have the same name.
    pub fn from_taxonomy(taxonomy: &Taxonomy, distance: TreeDistance) -> Result<Self, CostError> {
        let leaves: Vec<usize> = taxonomy.leaves().collect();
        let vocab = Vocab::ordered(leaves.iter().map(|leaf| taxonomy.name(*leaf)))?;
        Ok(Self::by_number(&vocab, |truth, predicted| {
            let (a, b) = (leaves[truth], leaves[predicted]);
            match distance {
                TreeDistance::MeetingHeight => taxonomy.meeting_height(a, b) as f64,
                TreeDistance::PathLength => taxonomy.path_length(a, b) as f64,
            }
        }))
    }

    /// Every mistake costs 1: what accuracy counts.
    pub fn uniform(vocab: &Vocab) -> Self {
        Self::by_number(vocab, |truth, predicted| f64::from(truth != predicted))
    }

    /// For classes that are grades, in the order of the vocab.
    pub fn ordinal(vocab: &Vocab, distance: OrdinalDistance) -> Self {
        Self::by_number(vocab, |truth, predicted| distance.between(truth, predicted))
    }

    /// 1 minus how often a model predicts the class for the other: pairs confused often are cheap.
    ///
    /// # Errors
    /// What the counts are refused for.
    pub fn from_confusion(counts: &Confusion) -> Result<Self, CostError> {
        counts.check()?;
        let sums: Vec<f64> = counts.rows().map(|row| row.iter().sum()).collect();
        Ok(Self::by_number(counts.vocab(), |truth, predicted| {
            if truth == predicted {
                0.0
            } else if sums[truth] > 0.0 {
                1.0 - counts.value(truth, predicted) / sums[truth]
            } else {
                1.0
            }
        }))
    }

    /// Distances between vectors, one a class, by class name: word vectors, attributes, mean features.
    ///
    /// # Errors
    /// [`CostError::Vocab`] for a repeated name, [`CostError::EmbeddingLength`], [`CostError::EmbeddingNotFinite`], or
    /// [`CostError::ZeroEmbedding`] with [`Distance::Cosine`].
    pub fn from_embeddings<S: Into<String>, V: AsRef<[f64]>>(
        embeddings: impl IntoIterator<Item = (S, V)>,
        distance: Distance,
    ) -> Result<Self, CostError> {
        ClassVectors::new(embeddings)?.costs(distance)
    }

    /// Soft labels `(1 - eps) * identity + eps * softmax(-beta * cost / highest cost)`.
    ///
    /// `eps` 0.3 with `beta` 4 to 10 is a good start; `eps` 1 gives the soft labels of "Making Better Mistakes"
    /// (Bertinetto et al., 2020), whose accuracy falls as `beta` does.
    ///
    /// # Errors
    /// [`CostError::NotFiniteParameter`], [`CostError::OutsideUnit`], [`CostError::NoCost`], or what
    /// [`check`](Self::check) finds.
    pub fn soft_labels(&self, beta: f64, eps: f64) -> Result<SoftLabels, CostError> {
        let (beta, eps) = (finite("beta", beta)?, share("eps", eps)?);
        let highest = self.highest()?;
        let mut labels =
            SoftLabels::by_number(&self.vocab, |truth, predicted| -beta * self.value(truth, predicted) / highest);
        labels.softmax_rows();
        Ok(SoftLabels::by_number(&self.vocab, |truth, predicted| {
            (1.0 - eps) * f64::from(truth == predicted) + eps * labels.value(truth, predicted)
        }))
    }

    /// Pair weights `1 + lambda * cost / highest cost`.
    ///
    /// # Errors
    /// [`CostError::NotFiniteParameter`], [`CostError::NoCost`], or what [`check`](Self::check) finds.
    pub fn pair_weights(&self, lambda: f64) -> Result<PairWeights, CostError> {
        let (lambda, highest) = (finite("lambda", lambda)?, self.highest()?);
        Ok(PairWeights::by_number(&self.vocab, |truth, predicted| {
            1.0 + lambda * self.value(truth, predicted) / highest
        }))
    }

    /// Similarities `1 - cost / highest cost`.
    ///
    /// # Errors
    /// [`CostError::NoCost`], or what [`check`](Self::check) finds.
    pub fn similarity(&self) -> Result<Similarity, CostError> {
        let highest = self.highest()?;
        Ok(Similarity::by_number(&self.vocab, |truth, predicted| 1.0 - self.value(truth, predicted) / highest))
    }

    /// The same costs with the highest one as the unit.
    ///
    /// # Errors
    /// [`CostError::NoCost`], or what [`check`](Self::check) finds.
    pub fn scaled_to_one(&self) -> Result<Self, CostError> {
        let highest = self.highest()?;
        Ok(Self::by_number(&self.vocab, |truth, predicted| self.value(truth, predicted) / highest))
    }

    /// The names of a pair whose cost depends on which of them is true, if there is one.
    pub fn asymmetric_pair(&self) -> Option<(&str, &str)> {
        let classes = self.vocab.len();
        (0..classes)
            .flat_map(|a| (0..a).map(move |b| (b, a)))
            .find(|&(a, b)| self.value(a, b).to_bits() != self.value(b, a).to_bits())
            .map(|(a, b)| (&self.vocab[a], &self.vocab[b]))
    }

    /// The highest cost, above 0.
    pub(crate) fn highest(&self) -> Result<f64, CostError> {
        self.check()?;
        let highest = self.values.iter().copied().fold(0.0, f64::max);
        if highest > 0.0 { Ok(highest) } else { Err(CostError::NoCost) }
    }
}

impl Meaning for Cost {
    const NAME: &'static str = "cost";
    const TITLE: &'static str = "Costs";

    fn check(cost: &CostMatrix) -> Result<(), CostError> {
        for (at, value) in cost.values.iter().copied().enumerate() {
            let (row, column) = (at / cost.vocab.len(), at % cost.vocab.len());
            if row == column && value != 0.0 {
                let class = cost.vocab[row].to_owned();
                return Err(CostError::CostOfCorrect { class, value });
            }
            if value < 0.0 {
                let (row, column) = cost.names_at(at);
                return Err(CostError::NegativeCost { row, column, value });
            }
        }
        Ok(())
    }

    fn diagonal(_others: f64) -> f64 {
        0.0
    }
}
