//! Two targets of an item.

use firelight_datablock::FittedTarget;
use firelight_losses::Decision;
use firelight_metrics::MetricError;

use super::kind::{Findings, Section};
use crate::SeenItem;

/// What is found of two targets: of each what its own kind has, over its own part of the outputs.
///
/// ```no_run
/// # use firelight_datablock::{Boxes, Categories};
/// # use firelight_learner::{Learner, LearnerError};
/// # fn look(learn: Learner<(Categories, Boxes)>) -> Result<(), LearnerError> {
/// let seen = learn.interpret()?;
/// println!("{}", seen.first().class_report());
/// println!("{}", seen.second().report());
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone)]
pub struct PairFindings<A, B> {
    first: A,
    second: B,
    /// How many of the outputs are the first's.
    columns: usize,
}

impl<A, B> PairFindings<A, B> {
    /// What is found of the first target.
    pub fn first(&self) -> &A {
        &self.first
    }

    /// What is found of the second target.
    pub fn second(&self) -> &B {
        &self.second
    }
}

impl<A, B, OfA, OfB> Findings<(A, B)> for PairFindings<OfA, OfB>
where
    A: FittedTarget,
    B: FittedTarget<Item = A::Item>,
    OfA: Findings<A>,
    OfB: Findings<B>,
{
    fn start(fitted: &(A, B), decision: &Decision, train: &[(A::Target, B::Target)]) -> Self {
        let (firsts, seconds): (Vec<_>, Vec<_>) = train.iter().cloned().unzip();
        Self {
            first: Findings::start(&fitted.0, decision, &firsts),
            second: Findings::start(&fitted.1, decision, &seconds),
            columns: fitted.0.outputs(),
        }
    }

    fn add(&mut self, seen: &SeenItem<(A::Target, B::Target)>) -> Result<(), MetricError> {
        let (firsts, seconds) = seen.outputs.split_at(self.columns.min(seen.outputs.len()));
        self.first.add(&seen.part(firsts, &seen.target.0))?;
        self.second.add(&seen.part(seconds, &seen.target.1))
    }

    fn sections(&self, name: &dyn Fn(usize) -> String) -> Vec<Section> {
        let of = |which: &'static str, sections: Vec<Section>| {
            sections.into_iter().map(move |section| Section { title: format!("{which}: {}", section.title), ..section })
        };
        of("First target", self.first.sections(name)).chain(of("Second target", self.second.sections(name))).collect()
    }
}
