use firelight::metrics::{ClassMetric, Outcomes};
use firelight::prelude::*;
use serde_json::Value;

use crate::reference::{Reference, number, rows};

/// The metric set: probabilities and the actual classes.
struct Set {
    probabilities: Vec<Vec<f32>>,
    targets: Vec<usize>,
}

impl Set {
    fn read(reference: &Reference) -> Self {
        let metrics = reference.metrics();
        let softmax = |row: &Vec<f64>| {
            let sum: f64 = row.iter().map(|logit| logit.exp()).sum();
            row.iter().map(|logit| (logit.exp() / sum) as f32).collect()
        };
        Self {
            probabilities: rows(&metrics["logits"]).iter().map(softmax).collect(),
            targets: metrics["target"].as_array().unwrap().iter().map(|class| number(class) as usize).collect(),
        }
    }

    fn decided(&self, decision: &Decision) -> Vec<usize> {
        self.probabilities.iter().map(|row| decision.decide(row)[0]).collect()
    }

    /// The metric over the set, `batch` examples at a time.
    fn value(&self, metric: &ClassMetric, decision: &Decision, batch: usize) -> Option<f64> {
        let mut sums = metric.start();
        let decided = self.decided(decision);
        for start in (0..self.targets.len()).step_by(batch) {
            let part = start..(start + batch).min(self.targets.len());
            sums.update(&Outcomes {
                outputs: &self.probabilities[part.clone()].concat(),
                columns: 6,
                targets: &self.targets[part.clone()],
                decided: &decided[part],
                decision,
            });
        }
        sums.value()
    }
}

fn named(reference: &Reference) -> Vec<(&'static str, ClassMetric)> {
    let vocab = &reference.vocab();
    let tree = &reference.matrix::<meaning::Cost>("D");
    let species_costs = &reference.matrix::<meaning::Cost>("C_SP");
    let species = &Groups::by(vocab, |breed| if breed.starts_with(char::is_uppercase) { "cat" } else { "dog" });
    let quadratic = CostMatrix::ordinal(vocab, OrdinalDistance::Squared);
    vec![
        ("top1", accuracy()),
        ("top1", top_k(1)),
        ("top3", top_k(3)),
        ("mistake_severity", mean_mistake_cost(tree, vocab).unwrap()),
        ("HD@1", hierarchical_distance(tree, vocab, 1).unwrap()),
        ("HD@1", mean_cost(tree, vocab).unwrap()),
        ("HD@3", hierarchical_distance(tree, vocab, 3).unwrap()),
        ("HD@5", hierarchical_distance(tree, vocab, 5).unwrap()),
        ("HD@1_floor", hierarchical_distance_floor(tree, vocab, 1).unwrap()),
        ("HD@3_floor", hierarchical_distance_floor(tree, vocab, 3).unwrap()),
        ("HD@5_floor", hierarchical_distance_floor(tree, vocab, 5).unwrap()),
        ("HDmin@1", nearest_distance(tree, vocab, 1).unwrap()),
        ("HDmin@3", nearest_distance(tree, vocab, 3).unwrap()),
        ("HDmin@5", nearest_distance(tree, vocab, 5).unwrap()),
        ("hP@3", hierarchical_precision(tree, vocab, 3).unwrap()),
        ("cost_weighted_error(C_SP)", mean_cost(species_costs, vocab).unwrap()),
        ("expected_cost(C_SP)", expected_cost(species_costs, vocab).unwrap()),
        ("group_acc(argmax then map)", group_accuracy(species)),
        ("group_acc(sum probs)", summed_group_accuracy(species)),
        ("group_acc_given_mistake", same_group_mistakes(species)),
        ("ece15", calibration_error()),
        ("brier", brier_score()),
        ("macro_f1", macro_f1()),
        ("weighted_f1", weighted_f1()),
        ("kappa", cohen_kappa()),
        ("kappa", weighted_kappa(&CostMatrix::uniform(vocab), vocab).unwrap()),
        ("quadratic_kappa", weighted_kappa(&quadratic, vocab).unwrap()),
        ("matthews", matthews_corr_coef()),
    ]
}

fn decisions(reference: &Reference) -> [(&'static str, Decision); 3] {
    let risk = |matrix| Decision::minimum_risk(&reference.matrix(matrix), &reference.vocab()).unwrap();
    [("argmax", Decision::Argmax), ("crm(D)", risk("D")), ("crm(C_SP)", risk("C_SP"))]
}

#[test]
fn metrics_have_the_reference_values_under_every_decision_and_batch_size() {
    let reference = Reference::read();
    let set = Set::read(&reference);
    for (decided, decision) in decisions(&reference) {
        for (name, metric) in named(&reference) {
            let want = number(&reference.metrics()[decided][name]);
            for batch in [1, 5, 12] {
                let got = set.value(&metric, &decision, batch).unwrap();
                // Probabilities are f32.
                assert!((got - want).abs() < 1e-6, "{decided} {name} ({}): {got}, want {want}", metric.name());
            }
        }
    }
}

#[test]
fn the_distance_above_the_floor_is_the_difference() {
    let reference = Reference::read();
    let (set, vocab) = (Set::read(&reference), reference.vocab());
    let tree = reference.matrix::<meaning::Cost>("D");
    let above = hierarchical_distance_above_floor(&tree, &vocab, 5).unwrap();
    let want = number(&reference.metrics()["argmax"]["HD@5"]) - number(&reference.metrics()["argmax"]["HD@5_floor"]);
    let got = set.value(&above, &Decision::Argmax, 4).unwrap();
    assert!((got - want).abs() < 1e-9, "{got}, want {want}");
    // There is no sixth rank behind six classes.
    let all = hierarchical_distance_above_floor(&tree, &vocab, 99).unwrap();
    assert!(set.value(&all, &Decision::Argmax, 4).unwrap().abs() < 1e-12);
}

#[test]
fn a_report_has_the_reference_scores_of_every_class() {
    let reference = Reference::read();
    let set = Set::read(&reference);
    for (decided, decision) in decisions(&reference) {
        let pairs = set.targets.iter().copied().zip(set.decided(&decision));
        let report = ClassReport::of(&reference.vocab(), pairs);
        let want = &reference.metrics()[decided];
        let optional = |value: &Value| value.as_f64();
        for (class, row) in report.classes.iter().enumerate() {
            for (name, got) in [("precision", row.precision), ("recall", row.recall), ("f1", row.f1)] {
                let want = optional(&want[name][class]);
                let near = match (got, want) {
                    (Some(got), Some(want)) => (got - want).abs() < 1e-12,
                    (got, want) => got == want,
                };
                assert!(near, "{decided} {name} of {}: {got:?}, want {want:?}", row.name);
            }
        }
        assert!((report.macro_mean.f1.unwrap() - number(&want["macro_f1"])).abs() < 1e-12);
        assert!((report.weighted_mean.f1.unwrap() - number(&want["weighted_f1"])).abs() < 1e-12);
        assert!((report.accuracy.unwrap() - number(&want["top1"])).abs() < 1e-12);
    }
}
