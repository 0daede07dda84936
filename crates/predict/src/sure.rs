//! What is said beside a class of how sure it is.

use std::fmt;

use firelight_costs::{NodeRule, Sets};
use serde::Serialize;

/// How sure a model is of a picture, as far as its [`Trust`](crate::Trust) tells. Without any it is empty.
///
/// ```
/// use firelight_predict::HowSure;
///
/// let plain = HowSure::default();
/// assert!(!plain.calibrated && plain.set.is_none() && plain.node.is_none());
/// assert_eq!(plain.to_string(), "");
/// ```
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
#[non_exhaustive]
pub struct HowSure {
    /// Whether the probabilities are calibrated.
    pub calibrated: bool,
    /// What it may be.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub set: Option<ClassSet>,
    /// What is answered where any node of a tree may be.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub node: Option<ToldNode>,
}

/// The classes that a picture may be of, with what was promised of such sets; see [`Sets`].
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct ClassSet {
    /// Likeliest first; none where sets may be empty and the picture is like nothing.
    pub classes: Vec<String>,
    /// Their numbers.
    #[serde(skip)]
    pub indices: Vec<usize>,
    /// The promise in words: `without the actual class: at most 0.1 on average`.
    pub promise: String,
}

/// A node of a tree over the classes: a class, or what is above several.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct ToldNode {
    /// Its name; that of the root says nothing.
    pub name: String,
    /// The names from the root down to it.
    pub path: Vec<String>,
    /// Its number in the taxonomy; the root is 0.
    #[serde(skip)]
    pub node: usize,
    /// How likely it is: the sum of its classes' probabilities.
    pub probability: f32,
    /// How often such an answer may be wrong, in words, where that is promised: `wrong: at most 0.1 on average`.
    pub promise: Option<String>,
}

impl ClassSet {
    pub(crate) fn of(sets: &Sets, row: &[f32]) -> Self {
        let indices = sets.of(row);
        let classes = indices.iter().map(|&class| sets.vocab()[class].to_owned()).collect();
        Self { classes, indices, promise: sets.promise() }
    }
}

impl ToldNode {
    pub(crate) fn of(rule: &NodeRule, row: &[f32]) -> Option<Self> {
        let (node, tree) = (rule.decide(row)?, rule.tree());
        let taxonomy = tree.taxonomy();
        let mut path: Vec<String> = taxonomy.up_from(node).map(|node| taxonomy.name(node).to_owned()).collect();
        path.reverse();
        let probability = tree.probabilities(row).get(node).map_or(f32::NAN, |sum| *sum as f32);
        let promise = rule.limit().map(|limit| format!("wrong: {limit}"));
        Some(Self { name: taxonomy.name(node).to_owned(), path, node, probability, promise })
    }
}

/// In words, each part after a semicolon: `; one of pug, beagle (without the actual class: at most 0.1 on average); dog 97.1 %`.
impl fmt::Display for HowSure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(ClassSet { classes, promise, .. }) = &self.set {
            let listed = if classes.is_empty() {
                "none of the classes".to_owned()
            } else {
                format!("one of {}", classes.join(", "))
            };
            write!(f, "; {listed} ({promise})")?;
        }
        if let Some(node) = &self.node {
            write!(f, "; {} {:.1} %", node.name, 100.0 * node.probability)?;
            if let Some(promise) = &node.promise {
                write!(f, " ({promise})")?;
            }
        }
        Ok(())
    }
}
