//! What a model's probabilities are worth, by one set of metrics for all.

use std::sync::{Arc, Mutex, PoisonError};

use firelight::costs::{Calibrator, HeldOut, NodeDecision};
use firelight::learner::{Accumulator, Better, ClassMetric, Metric};
use firelight::metrics::{NodeReport, Outcomes, full_path_accuracy, hops, measure, path_consistency};
use firelight::prelude::*;
use serde::Serialize;

/// Classes in their tree.
pub struct Judge {
    pub tree: ClassTree,
    pub distance: CostMatrix,
    risk: Decision,
    node: NodeDecision,
}

/// All that is found of one model.
#[derive(Debug, Clone, Serialize)]
pub struct Findings {
    pub pictures: usize,
    /// Of the likeliest class.
    pub plain: Reading,
    /// By minimum risk.
    pub risk: Reading,
    /// By minimum risk, once the probabilities have a temperature.
    pub tempered_risk: Reading,
    pub full_path: f64,
    pub consistent: f64,
    /// Calibration error as it is, and with a temperature.
    pub ece: [f64; 2],
    /// Of the likeliest class.
    pub leaves: NodeReport,
    /// Of the nodes with the highest expected hierarchical F, once the probabilities have a temperature.
    pub nodes: NodeReport,
}

/// What depends on a decision.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct Reading {
    pub accuracy: f64,
    /// Mean distance of a mistake; `None` without mistakes.
    pub severity: Option<f64>,
    /// Mean distance of the first five classes, less the least that it can be.
    pub hd5: f64,
    pub hops: f64,
}

impl Judge {
    pub fn new(tree: &ClassTree) -> Result<Self> {
        let distance = CostMatrix::from_taxonomy(tree.taxonomy(), TreeDistance::MeetingHeight)?;
        let risk = Decision::minimum_risk(&distance, tree.vocab())?;
        Ok(Self { tree: tree.clone(), distance, risk, node: NodeDecision::f_beta(tree, 1.0)? })
    }

    pub fn all(&self, seen: &Rows) -> Result<Findings> {
        let tempered = self.tempered(seen)?;
        let of = |metric: ClassMetric, seen: &Rows| {
            number(measure(metric, &seen.probabilities, &seen.targets, &Decision::Argmax))
        };
        let nodes = |seen: &Rows, answer: &dyn Fn(&[f32]) -> Option<usize>| {
            let answers = seen.probabilities.iter().map(|row| answer(row));
            NodeReport::of(&self.tree, seen.targets.iter().copied().zip(answers))
        };
        Ok(Findings {
            pictures: seen.targets.len(),
            plain: self.reading(seen, &Decision::Argmax)?,
            risk: self.reading(seen, &self.risk)?,
            tempered_risk: self.reading(&tempered, &self.risk)?,
            full_path: of(full_path_accuracy(&self.tree), seen)?,
            consistent: of(path_consistency(&self.tree), seen)?,
            ece: [of(calibration_error(), seen)?, of(calibration_error(), &tempered)?],
            leaves: nodes(seen, &|row| Decision::Argmax.best(row).map(|class| self.tree.leaf(class))),
            nodes: nodes(&tempered, &|row| self.node.decide(row)),
        })
    }

    fn reading(&self, seen: &Rows, decision: &Decision) -> Result<Reading> {
        let (vocab, distance) = (self.tree.vocab(), &self.distance);
        let of = |metric: &ClassMetric| measure(metric, &seen.probabilities, &seen.targets, decision);
        Ok(Reading {
            accuracy: number(of(&accuracy()))?,
            severity: of(&mean_mistake_cost(distance, vocab)?),
            hd5: number(of(&hierarchical_distance_above_floor(distance, vocab, 5)?))?,
            hops: number(of(&hops(distance, vocab, vocab.len())?))?,
        })
    }

    /// Each row with the temperature that fits the rows of the other four fifths.
    fn tempered(&self, seen: &Rows) -> Result<Rows> {
        let (folds, mut tempered) = (5, seen.clone());
        for fold in 0..folds {
            let others: Vec<usize> = (0..seen.targets.len()).filter(|row| row % folds != fold).collect();
            let rows: Vec<&Vec<f32>> = others.iter().map(|row| &seen.probabilities[*row]).collect();
            let targets: Vec<usize> = others.iter().map(|row| seen.targets[*row]).collect();
            let held = HeldOut::of_probabilities(self.tree.vocab(), &rows, &targets)?;
            let calibration = Calibrator::temperature().fit(&held)?;
            for row in tempered.probabilities.iter_mut().skip(fold).step_by(folds) {
                *row = calibration.apply(row);
            }
        }
        Ok(tempered)
    }
}

fn number(value: Option<f64>) -> Result<f64> {
    Ok(value.ok_or("a metric without a value: are there pictures, and is every output a number?")?)
}

/// Probabilities and classes of the validation pictures.
#[derive(Debug, Clone, Default)]
pub struct Rows {
    pub probabilities: Vec<Vec<f32>>,
    pub targets: Vec<usize>,
}

/// A metric that keeps what it is shown: an evaluation on features says no more than its metrics.
#[derive(Debug, Clone, Default)]
pub struct Kept(Arc<Mutex<Rows>>);

impl Kept {
    pub fn metric(&self) -> ClassMetric {
        Box::new(self.clone())
    }

    /// Of the last evaluation.
    pub fn rows(&self) -> Rows {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Metric<usize> for Kept {
    fn name(&self) -> String {
        "kept".into()
    }

    fn better(&self) -> Better {
        Better::More
    }

    fn start(&self) -> Box<dyn Accumulator<usize> + '_> {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Rows::default();
        Box::new(self.clone())
    }
}

impl Accumulator<usize> for Kept {
    fn update(&mut self, outcomes: &Outcomes<usize>) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.probabilities.extend(outcomes.rows().map(<[f32]>::to_vec));
        kept.targets.extend(outcomes.targets);
    }

    fn value(&self) -> Option<f64> {
        None
    }
}
