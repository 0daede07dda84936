//! Mistakes seen from the groups that classes belong to.

use firelight_vocab::{Groups, Vocab};

use super::{ClassMetric, Metric, Outcomes, ratio};

/// Share of examples whose picked class is in the actual class's group: the right species, whatever the breed.
pub fn group_accuracy(groups: &Groups) -> ClassMetric {
    Box::new(InGroup::new("group_accuracy", groups, true))
}

/// Share of examples whose picked class is in another group than the actual one: a dog taken for a cat.
pub fn cross_group_errors(groups: &Groups) -> ClassMetric {
    Box::new(InGroup::new("cross_group", groups, false))
}

struct InGroup {
    name: &'static str,
    groups: Groups,
    wanted: bool,
    hits: usize,
    examples: usize,
}

impl InGroup {
    fn new(name: &'static str, groups: &Groups, wanted: bool) -> Self {
        Self { name, groups: groups.clone(), wanted, hits: 0, examples: 0 }
    }
}

impl Metric<usize> for InGroup {
    fn name(&self) -> String {
        self.name.into()
    }

    fn reset(&mut self) {
        (self.hits, self.examples) = (0, 0);
    }

    fn update(&mut self, outcomes: &Outcomes<usize>) {
        for (&target, &decided) in outcomes.targets.iter().zip(outcomes.decided) {
            let same = self.groups.of(target) == self.groups.of(decided);
            self.hits += usize::from(same == self.wanted);
            self.examples += 1;
        }
    }

    fn value(&self) -> Option<f64> {
        ratio(self.hits as f64, self.examples)
    }

    fn vocab(&self) -> Option<&Vocab> {
        Some(self.groups.vocab())
    }
}

/// Mean cost of the mistakes alone: how bad a mistake is when one is made. With groups a mistake costs 1 inside the
/// group and 2 across groups, the heights of the two-level tree; not defined without mistakes.
///
/// Read it beside the accuracy: a model can lower it by adding harmless mistakes.
pub fn mistake_severity(groups: &Groups) -> ClassMetric {
    Box::new(Severity { groups: groups.clone(), cost: 0.0, mistakes: 0 })
}

struct Severity {
    groups: Groups,
    cost: f64,
    mistakes: usize,
}

impl Metric<usize> for Severity {
    fn name(&self) -> String {
        "severity".into()
    }

    fn reset(&mut self) {
        (self.cost, self.mistakes) = (0.0, 0);
    }

    fn update(&mut self, outcomes: &Outcomes<usize>) {
        for (&target, &decided) in outcomes.targets.iter().zip(outcomes.decided).filter(|(t, d)| t != d) {
            let same = self.groups.of(target) == self.groups.of(decided);
            self.cost += if same { 1.0 } else { 2.0 };
            self.mistakes += 1;
        }
    }

    fn value(&self) -> Option<f64> {
        ratio(self.cost, self.mistakes)
    }

    fn vocab(&self) -> Option<&Vocab> {
        Some(self.groups.vocab())
    }
}
