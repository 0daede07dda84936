use firelight_losses::{CostMatrix, Decision, Vocab};
use proptest::prelude::*;

#[test]
fn a_threshold_takes_every_class_at_or_above_it() {
    let decision = Decision::Threshold(0.5);
    assert_eq!(decision.decide(&[0.5, 0.4, 0.9]), [0, 2]);
    assert_eq!(decision.decide(&[0.1, 0.2]), [0usize; 0]);
    assert_eq!(decision.rank(&[0.5, 0.4, 0.9], 2), [2, 0]);
}

#[test]
fn among_equals_the_lower_number_comes_first_and_k_is_clamped() {
    assert_eq!(Decision::Argmax.rank(&[0.25, 0.25, 0.5], 9), [2, 0, 1]);
}

proptest! {
    #[test]
    fn equal_costs_decide_like_argmax(logits in prop::collection::vec(-9.0f32..9.0, 2..8)) {
        let sum: f32 = logits.iter().map(|logit| logit.exp()).sum();
        let probabilities: Vec<f32> = logits.iter().map(|logit| logit.exp() / sum).collect();
        let vocab = Vocab::ordered((0..logits.len()).map(|class| class.to_string())).unwrap();
        let decision = Decision::minimum_risk(&CostMatrix::uniform(&vocab), &vocab).unwrap();
        let (one, other) = (decision.decide(&probabilities)[0], Decision::Argmax.decide(&probabilities)[0]);
        // Equal but for the rounding of a sum.
        prop_assert!((probabilities[one] - probabilities[other]).abs() < 1e-6);
    }
}
