use firelight_losses::{Decision, meaning};
use serde_json::Value;

use crate::reference::{Reference, number, rows};

fn softmax(row: &[f64]) -> Vec<f32> {
    let sum: f64 = row.iter().map(|logit| logit.exp()).sum();
    row.iter().map(|logit| (logit.exp() / sum) as f32).collect()
}

/// Predictions and rankings of a decision over the metric set, as the reference has them.
fn assert_decides(reference: &Reference, decision: &Decision, want: &Value) {
    let metrics = reference.metrics();
    let distance = reference.matrix::<meaning::Cost>("D");
    let truths: Vec<usize> = metrics["target"].as_array().unwrap().iter().map(|class| number(class) as usize).collect();
    let probabilities: Vec<Vec<f32>> = rows(&metrics["logits"]).iter().map(|row| softmax(row)).collect();
    let predictions: Vec<f64> = probabilities.iter().map(|row| decision.decide(row)[0] as f64).collect();
    assert_eq!(predictions, crate::reference::numbers(&want["pred"]));
    for k in [1, 3, 5] {
        let reached: f64 = probabilities
            .iter()
            .zip(&truths)
            .flat_map(|(row, truth)| decision.rank(row, k).into_iter().map(|class| distance.value(*truth, class)))
            .sum();
        let mean = reached / (truths.len() * k) as f64;
        assert!((mean - number(&want[format!("HD@{k}")])).abs() < 1e-12, "HD@{k} is {mean}");
    }
}

#[test]
fn argmax_and_minimum_risk_rank_as_the_reference() {
    let reference = Reference::read();
    let metrics = reference.metrics();
    assert_decides(&reference, &Decision::Argmax, &metrics["argmax"]);
    for matrix in ["D", "C_SP"] {
        let decision = Decision::minimum_risk(&reference.matrix(matrix), &reference.vocab()).unwrap();
        assert_decides(&reference, &decision, &metrics[format!("crm({matrix})")]);
    }
}

#[test]
fn soft_labels_decide_like_the_cost_they_imply() {
    let reference = Reference::read();
    let posterior = [0.34, 0.03, 0.03, 0.2, 0.2, 0.2];
    assert_eq!(Decision::Argmax.decide(&posterior), [0]);
    let decision = Decision::minimum_risk(&reference.matrix("C_SP"), &reference.vocab()).unwrap();
    assert_eq!(decision.decide(&posterior), [3]);
}
