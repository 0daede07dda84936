//! Labels at any level of a tree.

use std::fmt;

use firelight_datablock::{FittedTarget, Item, NodeLabel, Nodes};
use firelight_losses::Decision;
use firelight_metrics::MetricError;
use firelight_vocab::Vocab;

use super::kind::{Findings, Scored, Section, Table, WORST, cell};
use crate::SeenItem;

/// What is found of labels at any level of a tree: of each label how often the picked class is below it, and which class is picked most.
///
/// ```no_run
/// # use firelight_datablock::Nodes;
/// # use firelight_learner::{Learner, LearnerError};
/// # fn look(learn: Learner<Nodes>) -> Result<(), LearnerError> {
/// for label in learn.interpret()?.labels() {
///     println!("{}: {} of {} within, mostly {}", label.name, label.within, label.items, label.most);
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct NodeFindings {
    vocab: Vocab,
    decision: Decision,
    names: Vec<String>,
    train: Vec<usize>,
    /// Of each node how often each class is picked for an item with its label, and whether the class is below it.
    picked: Vec<Vec<usize>>,
    below: Vec<NodeLabel>,
    wrong: Vec<Scored>,
}

/// How much it is about, without the data.
impl fmt::Debug for NodeFindings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let examples: usize = self.picked.iter().flatten().sum();
        f.debug_struct("NodeFindings").field("examples", &examples).finish_non_exhaustive()
    }
}

/// What is picked for the items of a label; see [`NodeFindings::labels`].
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct LabelScores {
    /// The node's name.
    pub name: String,
    /// Training items with this label.
    pub trained: usize,
    /// Items with it.
    pub items: usize,
    /// Items for which a class below it is picked.
    pub within: usize,
    /// The class that is picked most, the first of equals.
    pub most: String,
}

impl<I: Item + ?Sized> Findings<Nodes<I>> for NodeFindings {
    fn start(fitted: &Nodes<I>, decision: &Decision, train: &[NodeLabel]) -> Self {
        let (vocab, below) = (fitted.vocab().clone(), fitted.labels().to_vec());
        let mut counts = vec![0; below.len()];
        for label in train {
            counts[label.node()] += 1;
        }
        Self {
            decision: decision.about(&vocab, &Decision::Argmax).clone(),
            names: below.iter().map(|label| fitted.describe(label)).collect(),
            picked: vec![vec![0; vocab.len()]; below.len()],
            train: counts,
            vocab,
            below,
            wrong: Vec::new(),
        }
    }

    fn add(&mut self, seen: &SeenItem<NodeLabel>) -> Result<(), MetricError> {
        let class = self.decision.best(seen.outputs).unwrap_or_default();
        self.picked[seen.target.node()][class] += 1;
        if !seen.target.classes().contains(&class) {
            let below = seen.target.classes().iter().map(|class| f64::from(seen.outputs[*class]));
            self.wrong.push(Scored { item: seen.item, value: below.sum() });
        }
        Ok(())
    }

    fn sections(&self, name: &dyn Fn(usize) -> String) -> Vec<Section> {
        let row = |label: LabelScores| {
            let share = cell((label.items > 0).then(|| label.within as f64 / label.items as f64));
            [label.name, label.trained.to_string(), label.items.to_string(), share, label.most]
        };
        let columns = ["label", "training", "items", "within", "mostly"];
        let worst = Scored::first(self.wrong.iter().copied(), WORST, |value| value);
        vec![
            Section::new("Labels")
                .with_table(
                    "Each label: how often the picked class is below it",
                    Table::new(columns, self.labels().into_iter().map(row)),
                )
                .with_table("Items whose label is least likely to be true", Scored::table(&worst, "probability", name)),
        ]
    }
}

impl NodeFindings {
    /// What is picked for the items of each label, in the order of the tree; of labels that no item has, nothing.
    pub fn labels(&self) -> Vec<LabelScores> {
        let labels =
            (0..self.names.len()).filter(|node| self.train[*node] + self.picked[*node].iter().sum::<usize>() > 0);
        let scores = |node: usize| {
            let picked = &self.picked[node];
            let most = (0..picked.len()).rev().max_by_key(|class| picked[*class]).filter(|class| picked[*class] > 0);
            LabelScores {
                name: self.names[node].clone(),
                trained: self.train[node],
                items: picked.iter().sum(),
                within: self.below[node].classes().iter().map(|class| picked[*class]).sum(),
                most: most.map_or_else(|| "–".to_owned(), |class| self.vocab[class].to_owned()),
            }
        };
        labels.map(scores).collect()
    }

    /// The items for whose label another class is picked, those first whose label is least likely.
    pub fn wrong(&self) -> Vec<Scored> {
        Scored::first(self.wrong.iter().copied(), usize::MAX, |value| value)
    }
}
