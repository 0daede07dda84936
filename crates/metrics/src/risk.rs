//! What is left of the mistakes when a model answers only where it is sure.

use std::fmt;

use serde::Serialize;

use crate::{Accumulator, Better, ClassMetric, Metric, Outcomes};

/// The area under the risk-coverage curve (AURC), 0 to 1: the mean error rate of the first 1, 2, 3, … examples, those that a model is surest of
/// first (Geifman, Uziel and El-Yaniv, 2019). It is low where a model is seldom wrong and knows when.
///
/// Sure is what ranks high with the decision: with [`Decision::MinimumRisk`](firelight_costs::Decision::MinimumRisk) what is expected
/// to cost little. Examples that it is equally sure of share their errors.
///
/// ```
/// use firelight_metrics::{Decision, aurc, measure};
///
/// let probabilities = [[0.9, 0.1], [0.2, 0.8], [0.6, 0.4]];
/// let value = measure(aurc(), &probabilities, &[0, 1, 1], &Decision::Argmax);
/// assert!(value.is_some_and(|value| (value - (0.0 + 0.0 + 1.0 / 3.0) / 3.0).abs() < 1e-12));
/// ```
pub fn aurc() -> ClassMetric {
    Box::new(Aurc)
}

struct Aurc;

impl Metric<usize> for Aurc {
    fn name(&self) -> String {
        "aurc".into()
    }

    fn better(&self) -> Better {
        Better::Less
    }

    fn start(&self) -> Box<dyn Accumulator<usize>> {
        Box::new(Errors::default())
    }
}

/// How sure each example is, and whether it is wrong.
#[derive(Default)]
struct Errors(Vec<(f64, f64)>);

impl Accumulator<usize> for Errors {
    fn update(&mut self, outcomes: &Outcomes<usize>) {
        let pairs = outcomes.examples().map(|example| {
            let score = example.decided.and_then(|decided| example.decision.scores(example.row).get(decided).copied());
            (score.unwrap_or(f64::NAN), f64::from(!example.is_right()))
        });
        self.0.extend(pairs);
    }

    fn value(&self) -> Option<f64> {
        RiskCoverage::of(self.0.iter().copied()).aurc
    }
}

/// The risk of a model that answers only where it is sure enough, for every threshold: the selective risk curve.
///
/// ```
/// use firelight_metrics::RiskCoverage;
///
/// // Pairs of a confidence and what the answer costs, here 1 for a mistake.
/// let curve = RiskCoverage::of([(0.9, 0.0), (0.8, 0.0), (0.6, 1.0), (0.5, 0.0)]);
/// println!("{curve}");
/// assert_eq!((curve.points[2].coverage, curve.points[2].risk), (0.75, 1.0 / 3.0));
/// assert_eq!(curve.at_risk(0.3).map(|point| point.coverage), Some(1.0)); // one in four
/// assert_eq!(curve.at_risk(0.2).map(|point| point.confidence), Some(0.8));
/// ```
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct RiskCoverage {
    /// A point for each confidence that there is, the highest first.
    pub points: Vec<RiskPoint>,
    /// The mean risk over all numbers of answers; `None` without examples.
    pub aurc: Option<f64>,
}

/// A threshold, and what comes of it.
///
/// ```
/// let curve = firelight_metrics::RiskCoverage::of([(0.9, 0.0), (0.8, 1.0)]);
/// let point = curve.points[1];
/// assert_eq!((point.confidence, point.coverage, point.risk), (0.8, 1.0, 0.5));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[non_exhaustive]
pub struct RiskPoint {
    /// Answers are given from this confidence on.
    pub confidence: f64,
    /// Share of the examples that are answered, above 0 to 1.
    pub coverage: f64,
    /// Mean loss of those.
    pub risk: f64,
}

impl RiskCoverage {
    /// From pairs of a confidence and a loss: 0 or 1 for right and wrong, or a cost. A confidence that is not a number is below all others.
    pub fn of(pairs: impl IntoIterator<Item = (f64, f64)>) -> Self {
        let known = |confidence: f64| if confidence.is_nan() { f64::NEG_INFINITY } else { confidence };
        let mut pairs: Vec<(f64, f64)> = pairs.into_iter().map(|(sure, loss)| (known(sure), loss)).collect();
        pairs.sort_by(|a, b| b.0.total_cmp(&a.0));
        let examples = pairs.len() as f64;
        let (mut points, mut answered, mut lost, mut area) = (Vec::new(), 0.0, 0.0, 0.0);
        // Equal, as they are sorted.
        for tied in pairs.chunk_by(|a, b| a.0 <= b.0) {
            let sum: f64 = tied.iter().map(|pair| pair.1).sum();
            let each = sum / tied.len() as f64;
            area += (1..=tied.len()).map(|more| (lost + each * more as f64) / (answered + more as f64)).sum::<f64>();
            (answered, lost) = (answered + tied.len() as f64, lost + sum);
            points.push(RiskPoint { confidence: tied[0].0, coverage: answered / examples, risk: lost / answered });
        }
        Self { aurc: (!points.is_empty()).then(|| area / examples), points }
    }

    /// The point that answers most with at most this risk; `None` where no threshold has so little. Choose it on other examples than those it
    /// is judged by: [`Limit`](firelight_costs::Limit) is for promises.
    pub fn at_risk(&self, risk: f64) -> Option<&RiskPoint> {
        self.points.iter().rev().find(|point| point.risk <= risk)
    }
}

/// One line for each tenth of the examples, where there are so many.
impl fmt::Display for RiskCoverage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "coverage   risk  confidence")?;
        let at = |tenth: usize| self.points.partition_point(|point| point.coverage < tenth as f64 / 10.0 - 1e-9);
        let mut lines: Vec<usize> = (1..=10).map(at).collect();
        lines.dedup();
        for RiskPoint { confidence, coverage, risk } in lines.into_iter().filter_map(|line| self.points.get(line)) {
            write!(f, "\n{coverage:>8.3}  {risk:>5.3}  {confidence:>10.3}")?;
        }
        self.aurc.map_or(Ok(()), |aurc| write!(f, "\naurc      {aurc:>5.3}"))
    }
}
