use std::collections::HashSet;

use firelight_vocab::{Taxonomy, Vocab};
use kodama::{Method, linkage};

use crate::CostError;
use crate::matrix::{CostMatrix, Distance};

/// A vector for each class by name, such as the mean of what a network makes of its pictures: how near classes look, and a tree of them where the user
/// has none.
///
/// ```
/// use firelight_costs::{ClassVectors, Distance, Vocab};
///
/// let vocab = Vocab::from_labels(["cat", "lion", "lorry", "tram"]);
/// let features = [[1.0_f32, 0.1], [0.8, 0.0], [1.0, 0.3], [0.1, 1.0], [0.0, 0.8], [0.3, 1.0]];
/// let means = ClassVectors::means(&vocab, &features, &[0, 0, 1, 2, 3, 3])?;
/// let tree = means.taxonomy(Distance::Cosine)?;
/// assert_eq!(tree.to_string(), "root\n  cat + lion\n    cat\n    lion\n  lorry + tram\n    lorry\n    tram");
/// # Ok::<(), firelight_costs::CostError>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct ClassVectors {
    vocab: Vocab,
    vectors: Vec<Vec<f64>>,
}

impl ClassVectors {
    /// One a class: word vectors, attributes, prototypes.
    ///
    /// # Errors
    /// [`CostError::Vocab`] for a repeated name, [`CostError::EmbeddingLength`] or [`CostError::EmbeddingNotFinite`].
    pub fn new<S: Into<String>, V: AsRef<[f64]>>(vectors: impl IntoIterator<Item = (S, V)>) -> Result<Self, CostError> {
        let (names, vectors): (Vec<S>, Vec<V>) = vectors.into_iter().unzip();
        let vectors = vectors.iter().map(|vector| vector.as_ref().to_vec()).collect();
        Self { vocab: Vocab::ordered(names)?, vectors }.checked()
    }

    /// The mean of each class's rows, of which `classes` are the class numbers.
    ///
    /// # Errors
    /// [`CostError::TargetCount`], [`CostError::TargetOutOfRange`], [`CostError::NoExamples`] for a class without rows,
    /// [`CostError::EmbeddingLength`] or [`CostError::EmbeddingNotFinite`].
    pub fn means<R: AsRef<[f32]>>(vocab: &Vocab, rows: &[R], classes: &[usize]) -> Result<Self, CostError> {
        if rows.len() != classes.len() {
            return Err(CostError::TargetCount { rows: rows.len(), targets: classes.len() });
        }
        let length = rows.first().map_or(0, |row| row.as_ref().len());
        let (mut vectors, mut counts) = (vec![vec![0.0; length]; vocab.len()], vec![0.0; vocab.len()]);
        for (row, &class) in rows.iter().zip(classes) {
            let Some(sums) = vectors.get_mut(class) else {
                return Err(CostError::TargetOutOfRange { target: class as i64, classes: vocab.len() });
            };
            let row = row.as_ref();
            if row.len() != length {
                let class = vocab[class].to_owned();
                return Err(CostError::EmbeddingLength { class, values: row.len(), expected: length });
            }
            sums.iter_mut().zip(row).for_each(|(sum, number)| *sum += f64::from(*number));
            counts[class] += 1.0;
        }
        if let Some(class) = counts.iter().position(|count| *count == 0.0) {
            return Err(CostError::NoExamples { class: vocab[class].to_owned() });
        }
        vectors.iter_mut().zip(counts).for_each(|(sums, count)| sums.iter_mut().for_each(|sum| *sum /= count));
        Self { vocab: vocab.clone(), vectors }.checked()
    }

    fn checked(self) -> Result<Self, CostError> {
        let expected = self.vectors.first().map_or(0, Vec::len);
        for (class, vector) in self.vocab.iter().zip(&self.vectors) {
            let class = class.to_owned();
            if vector.len() != expected {
                return Err(CostError::EmbeddingLength { class, values: vector.len(), expected });
            }
            if let Some(value) = vector.iter().copied().find(|value| !value.is_finite()) {
                return Err(CostError::EmbeddingNotFinite { class, value });
            }
        }
        Ok(self)
    }

    /// The classes.
    pub fn vocab(&self) -> &Vocab {
        &self.vocab
    }

    /// The classes with their vectors.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&str, &[f64])> {
        self.vocab.iter().zip(self.vectors.iter().map(Vec::as_slice))
    }

    /// How far each class is from each other one.
    ///
    /// # Errors
    /// [`CostError::ZeroEmbedding`] with [`Distance::Cosine`].
    pub fn costs(&self, distance: Distance) -> Result<CostMatrix, CostError> {
        let zero = |vector: &&Vec<f64>| vector.iter().all(|value| *value == 0.0);
        if let Some(class) = self.vectors.iter().position(|vector| distance == Distance::Cosine && zero(&vector)) {
            return Err(CostError::ZeroEmbedding { class: self.vocab[class].to_owned() });
        }
        let between =
            |a: usize, b: usize| if a == b { 0.0 } else { apart(&self.vectors[a], &self.vectors[b], distance) };
        Ok(CostMatrix::by_number(&self.vocab, between))
    }

    /// A binary tree of the classes: again and again the two nearest groups become one, until all are one, where the distance of two groups is the
    /// mean over the pairs of their classes (average linkage, UPGMA). An inner node is called by its classes.
    ///
    /// # Errors
    /// [`CostError::ZeroEmbedding`] with [`Distance::Cosine`].
    pub fn taxonomy(&self, distance: Distance) -> Result<Taxonomy, CostError> {
        let groups = self.merged(distance)?.into_iter();
        self.tree(groups.collect())
    }

    /// A tree with a level for each of the numbers: so many groups, those of the last merges of [`taxonomy`](Self::taxonomy). A group that one of
    /// the levels does not part is one node, and a class that is a group alone has none.
    ///
    /// ```
    /// use firelight_costs::{ClassVectors, Distance};
    ///
    /// let places = [("a", [0.0]), ("b", [1.0]), ("c", [3.0]), ("x", [100.0]), ("y", [101.0])];
    /// let tree = ClassVectors::new(places)?.taxonomy_of(Distance::Euclidean, &[2])?;
    /// assert_eq!(tree.to_string(), "root\n  a + b + c\n    a\n    b\n    c\n  x + y\n    x\n    y");
    /// # Ok::<(), firelight_costs::CostError>(())
    /// ```
    ///
    /// # Errors
    /// As [`taxonomy`](Self::taxonomy), and [`CostError::LevelOfGroups`] for a level of fewer than 2 groups, or of as many as there are classes.
    pub fn taxonomy_of(&self, distance: Distance, levels: &[usize]) -> Result<Taxonomy, CostError> {
        let classes = self.vocab.len();
        if let Some(&groups) = levels.iter().find(|groups| !(2..classes).contains(*groups)) {
            return Err(CostError::LevelOfGroups { groups, classes });
        }
        let merged = self.merged(distance)?;
        let mut nodes: Vec<Vec<usize>> = Vec::new();
        for groups in levels {
            // After so many merges, the groups that no other one of these has swallowed.
            let done = &merged[..classes - groups];
            let whole =
                |group: &&Vec<usize>| !done.iter().any(|other| other.len() > group.len() && other.contains(&group[0]));
            nodes.extend(done.iter().filter(whole).cloned());
        }
        self.tree(nodes)
    }

    /// The classes of each group that a merge makes, in order, nearest groups first.
    fn merged(&self, distance: Distance) -> Result<Vec<Vec<usize>>, CostError> {
        let (costs, classes) = (self.costs(distance)?, self.vocab.len());
        let mut apart: Vec<f64> =
            (0..classes).flat_map(|a| (a + 1..classes).map(move |b| (a, b))).map(|(a, b)| costs.value(a, b)).collect();
        let mut groups: Vec<Vec<usize>> = (0..classes).map(|class| vec![class]).collect();
        for step in linkage(&mut apart, classes, Method::Average).steps() {
            let mut both = [groups[step.cluster1].as_slice(), &groups[step.cluster2]].concat();
            both.sort_unstable();
            groups.push(both);
        }
        Ok(groups.split_off(classes))
    }

    /// The tree of nested groups of two classes or more.
    fn tree(&self, mut groups: Vec<Vec<usize>>) -> Result<Taxonomy, CostError> {
        groups.retain(|group| group.len() < self.vocab.len());
        groups.sort_by_key(|group| (group.len(), group.clone()));
        groups.dedup();
        let mut names: HashSet<String> = self.vocab.iter().map(str::to_owned).chain(["root".to_owned()]).collect();
        let names: Vec<String> = groups.iter().map(|group| self.name(group, &mut names)).collect();
        // The smallest group around something is its parent.
        let above = |from: usize, class: usize| {
            let around = (from..groups.len()).find(|group| groups[*group].contains(&class));
            around.map_or("root", |group| names[group].as_str())
        };
        let classes = self.vocab.iter().enumerate().map(|(class, name)| (above(0, class), name));
        let inner = names.iter().enumerate().map(|(group, name)| (above(group + 1, groups[group][0]), name.as_str()));
        Ok(Taxonomy::from_parent_child(classes.chain(inner))?)
    }

    /// A name that no class and no other group has.
    fn name(&self, group: &[usize], taken: &mut HashSet<String>) -> String {
        let of = |classes: &[usize]| classes.iter().map(|class| &self.vocab[*class]).collect::<Vec<_>>().join(" + ");
        let plain = if group.len() > 3 { format!("{} + {} more", of(&group[..2]), group.len() - 2) } else { of(group) };
        let mut name = plain.clone();
        let mut number = 2;
        while !taken.insert(name.clone()) {
            name = format!("{plain} ({number})");
            number += 1;
        }
        name
    }
}

fn apart(a: &[f64], b: &[f64], distance: Distance) -> f64 {
    match distance {
        Distance::Cosine => (1.0 - cosine(a, b)).max(0.0),
        Distance::Euclidean => a.iter().zip(b).map(|(x, y)| (x - y).powi(2)).sum::<f64>().sqrt(),
    }
}

/// Of the vectors divided by their highest entries, whose squares neither overflow nor vanish.
fn cosine(a: &[f64], b: &[f64]) -> f64 {
    let [a, b] = [a, b].map(|vector| {
        let highest = vector.iter().fold(0.0_f64, |highest, value| highest.max(value.abs()));
        vector.iter().map(|value| value / highest).collect::<Vec<_>>()
    });
    let dot = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(x, y)| x * y).sum::<f64>();
    dot(&a, &b) / (dot(&a, &a) * dot(&b, &b)).sqrt()
}
