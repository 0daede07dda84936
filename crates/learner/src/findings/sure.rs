//! How sure a model of one class an item is, and whether it may be.

use std::fmt;

use firelight_costs::{Binning, Climb, CostError, HeldOut, NodeRule, Reliability};
use firelight_metrics::{NodeReport, SetReport, SetScores};
use firelight_plots::reliability;
use image::RgbImage;
use serde::Serialize;

use super::kind::{Section, Table, cell};
use crate::{Part, Trusted};

/// What is known of how sure a model is: made by [`ClassFindings::sure_report`](crate::ClassFindings::sure_report).
///
/// Nothing in it is judged by examples that it was fitted on as they are: of what was fitted on the part at hand, each fifth of the examples is
/// judged by a fit of the others.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct SureReport {
    /// Of the model's own probabilities.
    pub before: Figures,
    /// Of the calibrated ones, where a calibration is in place.
    pub after: Option<Figures>,
    /// Coverage and size of the prediction sets by class, where they are in place, and what was promised of them.
    pub sets: Option<(String, SetReport)>,
    /// How good answers of any node are, where they may be given, and by which rule.
    pub nodes: Option<(String, NodeReport)>,
}

/// How good probabilities are, without a decision; less is better of each.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Figures {
    /// Expected calibration error in 15 bins of equal width, 0 to 1.
    pub calibration_error: f64,
    /// The same in 15 bins of equal counts.
    pub adaptive_calibration_error: f64,
    /// Mean negative logarithm of the actual class's probability.
    pub negative_log_likelihood: f64,
    /// The bins of equal width.
    pub reliability: Reliability,
}

/// In how many parts what was fitted on examples is judged by them.
const FOLDS: usize = 5;

impl SureReport {
    /// Of examples before and after the calibration in place.
    pub(super) fn of(before: &HeldOut, now: &HeldOut, trusted: &Trusted, part: Part) -> Option<Self> {
        let trust = trusted.trust();
        // Too few examples to be cut are not judged.
        let judged = match trusted.calibrator_on(part) {
            Some(calibrator) => calibrator.out_of_fold(before).ok()?,
            None => now.clone(),
        };
        let sets = trust.sets.as_ref().and_then(|sets| {
            let report = match trusted.sets_on(part) {
                Some((rule, limit)) => SetReport::out_of_fold(rule, limit, &judged, FOLDS).ok()?,
                None => SetReport::of(sets, &judged),
            };
            Some((format!("sets {}", sets.promise()), report))
        });
        let nodes = trust.nodes.as_ref().and_then(|rule| {
            let climbed = || answers_out_of_fold(rule, trusted, part, &judged);
            let told = || Ok(judged.examples().map(|(row, class)| (class, rule.decide(row))).collect());
            let pairs: Result<Vec<_>, CostError> = climbed().unwrap_or_else(told);
            Some((rule.to_string(), NodeReport::of(rule.tree(), pairs.ok()?)))
        });
        let after = trust.calibration.as_ref().and_then(|_| Figures::of(&judged));
        Some(Self { before: Figures::of(before)?, after, sets, nodes })
    }

    /// How often what is said with some confidence is right, before and after the calibration.
    pub fn plot_reliability(&self) -> RgbImage {
        match &self.after {
            Some(after) => {
                reliability(&[("before", &self.before.reliability), ("after calibration", &after.reliability)])
            }
            None => reliability(&[("this model", &self.before.reliability)]),
        }
    }

    pub(super) fn section(&self) -> Section {
        let figures = |(name, figures): (&str, &Figures)| {
            let numbers =
                [figures.calibration_error, figures.adaptive_calibration_error, figures.negative_log_likelihood];
            let [error, adaptive, likelihood] = numbers.map(|number| cell(Some(number)));
            [name.to_owned(), error, adaptive, likelihood]
        };
        let after = self.after.as_ref().map(|after| ("calibrated, out of fold where it was fitted here", after));
        let rows = [("the model's own", &self.before)].into_iter().chain(after).map(figures);
        let columns = ["probabilities", "calibration error", "with equal counts", "negative log likelihood"];
        let mut section = Section::new("How sure")
            .with_table("Whether probabilities mean what they say: less is better", Table::new(columns, rows))
            .with_picture("How often what is said with some confidence is right", self.plot_reliability());
        if let Some((promise, report)) = &self.sets {
            let row = |scores: &SetScores| {
                let [coverage, size, single] = [scores.coverage, scores.size, scores.single].map(cell);
                [scores.name.clone(), scores.examples.to_string(), coverage, size, single]
            };
            let columns = ["class", "items", "coverage", "mean size", "of one class"];
            let table = Table::new(columns, report.rows.iter().chain([&report.all]).map(row)).with_last();
            section = section.with_table(format!("Coverage and size of {promise}"), table);
        }
        if let Some((rule, report)) = &self.nodes {
            let [right, exact, nothing, f1] = [report.right, report.exact, report.nothing, report.f1].map(cell);
            let columns = ["answers", "right", "the class itself", "nothing said", "hierarchical F1"];
            let table = Table::new(columns, [[report.examples.to_string(), right, exact, nothing, f1]]);
            section = section.with_table(format!("Answers of any node: {rule}"), table);
        }
        section
    }
}

/// Pairs of an actual class and the node that is answered, or why there are none.
type Answers = Result<Vec<(usize, Option<usize>)>, CostError>;

/// Of a climb that was fitted on this part: each part of the examples by one of the others.
fn answers_out_of_fold(rule: &NodeRule, trusted: &Trusted, part: Part, judged: &HeldOut) -> Option<Answers> {
    let limit = trusted.climb_on(part)?;
    let answers = judged.parts(FOLDS).map(|(inside, others)| {
        let climb = Climb::fit(rule.tree(), &others, limit)?;
        Ok(inside.examples().map(|(row, class)| (class, climb.decide(row))).collect::<Vec<_>>())
    });
    Some(answers.collect::<Result<Vec<_>, CostError>>().map(|answers| answers.concat()))
}

impl Figures {
    fn of(held: &HeldOut) -> Option<Self> {
        let of = |binning| Reliability::of(held.rows(), held.targets(), binning);
        let quality = held.quality()?;
        Some(Self {
            calibration_error: quality.calibration_error,
            adaptive_calibration_error: of(Binning::Count(15)).error()?,
            negative_log_likelihood: quality.negative_log_likelihood,
            reliability: of(Binning::Width(15)),
        })
    }
}

impl fmt::Display for Figures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { calibration_error, adaptive_calibration_error, negative_log_likelihood, .. } = self;
        write!(f, "calibration error {calibration_error:.4}, with equal counts {adaptive_calibration_error:.4}, ")?;
        write!(f, "negative log likelihood {negative_log_likelihood:.4}")
    }
}

/// A line for the probabilities before, one for those after, then what there is of sets and nodes.
impl fmt::Display for SureReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "before: {}", self.before)?;
        if let Some(after) = &self.after {
            write!(f, "\nafter:  {after}")?;
        }
        if let Some((promise, report)) = &self.sets {
            write!(f, "\n{promise}\n{report}")?;
        }
        if let Some((rule, report)) = &self.nodes {
            write!(f, "\n{rule}\n{report}")?;
        }
        Ok(())
    }
}
