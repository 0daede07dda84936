//! What a learner uses for two targets of one item.

use firelight_losses::{Both, Decision, Loss};
use firelight_metrics::{Metric, first, named, of_classes, second};
use firelight_models::Units;
use firelight_plots::Mark;
use firelight_predict::TargetKind;
use firelight_transforms::Size;

use super::{TargetDefaults, VisionTarget};
use crate::PairFindings;

impl<A, B> TargetDefaults for (A, B)
where
    A: VisionTarget,
    B: VisionTarget<Item = A::Item>,
{
    type Findings = PairFindings<A::Findings, B::Findings>;

    fn loss(&self) -> Box<dyn Loss<Self::Tensor>> {
        Box::new(Both::new(self.0.loss(), self.0.outputs(), self.1.loss()))
    }

    fn metrics(&self) -> Vec<Box<dyn Metric<Self::Target>>> {
        let columns = self.0.outputs();
        let mut metrics: Vec<Box<dyn Metric<Self::Target>>> =
            told(&self.0).into_iter().map(|metric| first(metric, columns)).collect();
        for metric in told(&self.1) {
            let name = metric.name();
            let metric = second(metric, columns);
            // A table has one column of a name.
            let taken = metrics.iter().any(|other| other.name() == name);
            metrics.push(if taken { named(metric, format!("second_{name}")) } else { metric });
        }
        metrics
    }

    /// The first's, or the second's where the first takes the likeliest class, which every rule without costs agrees with.
    fn decision(&self) -> Decision {
        match self.0.decision() {
            Decision::Argmax => self.1.decision(),
            other => other,
        }
    }

    fn kind(&self) -> TargetKind {
        TargetKind::pair(self.0.kind(), self.1.kind())
    }

    /// Those of both, where one has some; the other's numbers stay as they are.
    fn units(&self, train: &[Self::Target]) -> Option<Units> {
        let (first, second): (Vec<A::Target>, Vec<B::Target>) = train.iter().cloned().unzip();
        Units::side_by_side(self.0.units(&first), self.0.outputs(), self.1.units(&second), self.1.outputs())
    }

    fn title(&self, row: &[f32], said: &Self::Target, truth: &Self::Target) -> (Vec<String>, Option<Mark>) {
        let (firsts, seconds) = row.split_at(self.0.outputs().min(row.len()));
        let (mut title, mark) = self.0.title(firsts, &said.0, &truth.0);
        let (second, other) = self.1.title(seconds, &said.1, &truth.1);
        title.extend(second);
        // Right is where neither is wrong.
        (title, if other == Some(Mark::Wrong) { other } else { mark.or(other) })
    }

    fn read(&self, row: &[f32], size: Size, decision: &Decision) -> Self::Target {
        let (firsts, seconds) = row.split_at(self.0.outputs().min(row.len()));
        (self.0.read(firsts, size, decision), self.1.read(seconds, size, decision))
    }
}

/// The metrics of one of two targets, which know its classes: costs for them then apply to these metrics and to no others.
fn told<F: TargetDefaults>(target: &F) -> Vec<Box<dyn Metric<F::Target>>> {
    let tell = |metric: Box<dyn Metric<F::Target>>| match target.vocab() {
        Some(classes) if metric.reads_decided() && metric.vocab().is_none() => of_classes(metric, classes),
        _ => metric,
    };
    target.metrics().into_iter().map(tell).collect()
}

impl<A, B> VisionTarget for (A, B)
where
    A: VisionTarget,
    B: VisionTarget<Item = A::Item>,
{
}
