//! What makes a model's answers worth trusting, beside the model.

use firelight_costs::{Calibration, NodeRule, Sets};
use firelight_vocab::Vocab;
use serde::{Deserialize, Serialize};

use crate::TargetKind;
use crate::sure::{ClassSet, HowSure, ToldNode};

/// What is done to the probabilities of a model of one class an item, and what is said of them beside the class. It travels in an export.
///
/// The calibration comes first: decision, set and node are those of calibrated probabilities.
///
/// ```
/// use firelight_costs::{Calibrator, HeldOut, Limit, SetRule, Vocab};
/// use firelight_predict::Trust;
///
/// let vocab = Vocab::from_labels(["cat", "dog"]);
/// let held = HeldOut::of_probabilities(&vocab, &[[0.99, 0.01]; 10], &[0, 0, 1, 0, 0, 1, 0, 0, 0, 0])?;
/// let sets = SetRule::lac().fit(&held, Limit::on_average(0.3)?)?;
/// let trust = Trust { calibration: Some(Calibrator::temperature().fit(&held)?), sets: Some(sets), nodes: None };
/// let row = trust.calibrated(vec![0.99, 0.01]);
/// assert!(row[0] < 0.95);
/// assert_eq!(trust.told(&row).set.expect("a set").classes, ["cat"]);
/// # Ok::<(), firelight_costs::CostError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Trust {
    /// Makes probabilities mean what they say.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub calibration: Option<Calibration>,
    /// Which classes it may be, with a promise.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sets: Option<Sets>,
    /// Which node of a tree is answered where any may be.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub nodes: Option<NodeRule>,
}

impl Trust {
    /// Whether there is nothing of it.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Rows of probabilities after the calibration, where there is one.
    pub fn calibrated(&self, rows: Vec<f32>) -> Vec<f32> {
        match &self.calibration {
            Some(calibration) => {
                rows.chunks_exact(calibration.vocab().len().max(1)).flat_map(|row| calibration.apply(row)).collect()
            }
            None => rows,
        }
    }

    /// What is said of a row of calibrated probabilities beside its class.
    ///
    /// # Panics
    ///
    /// If there is not one probability for each class.
    pub fn told(&self, row: &[f32]) -> HowSure {
        HowSure {
            calibrated: self.calibration.is_some(),
            set: self.sets.as_ref().map(|sets| ClassSet::of(sets, row)),
            node: self.nodes.as_ref().and_then(|nodes| ToldNode::of(nodes, row)),
        }
    }

    /// The classes that each part of it is for, with what the part is called.
    pub fn vocabs(&self) -> impl Iterator<Item = (&'static str, &Vocab)> {
        let Self { calibration, sets, nodes } = self;
        let calibration = calibration.as_ref().map(|calibration| ("calibration", calibration.vocab()));
        let sets = sets.as_ref().map(|sets| ("prediction sets", sets.vocab()));
        let nodes = nodes.as_ref().map(|nodes| ("rule of nodes", nodes.tree().vocab()));
        calibration.into_iter().chain(sets).chain(nodes)
    }

    /// What makes no sense in it for a target, if anything does.
    pub(crate) fn problem(&self, target: &TargetKind) -> Option<String> {
        let (part, theirs) =
            self.vocabs().find(|(_, theirs)| !matches!(target, TargetKind::Category(ours) if ours == *theirs))?;
        Some(match target {
            TargetKind::Category(_) => format!("its {part} is for {} other classes", theirs.len()),
            other => format!("its {part} is for one class a picture, and the model tells {other}"),
        })
    }
}
