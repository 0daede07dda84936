use firelight_costs::{CostMatrix, Decision, Vocab};
use proptest::prelude::*;

#[test]
fn a_threshold_takes_every_class_at_or_above_it() {
    let decision = Decision::Threshold(0.5);
    assert_eq!(decision.decide(&[0.5, 0.4, 0.9]), [0, 2]);
    assert_eq!(decision.decide(&[0.1, 0.2]), [0usize; 0]);
    assert_eq!(decision.rank(&[0.5, 0.4, 0.9], 2), [2, 0]);
}

#[test]
fn thresholds_of_their_own_belong_to_classes_by_name() {
    let vocab = Vocab::ordered(["c", "a", "b"]).unwrap();
    let decision = Decision::thresholds([("a", 0.2), ("b", 0.9), ("c", 0.5)], &vocab).unwrap();
    assert_eq!(decision.decide(&[0.5, 0.2, 0.89]), [0, 1]);
    assert_eq!(decision.decide(&[0.49, 0.19, 0.9]), [2]);
    assert_eq!(decision.decide(&[f32::NAN; 3]), [0usize; 0]);
    assert_eq!((decision.best(&[0.5, 0.2, 0.89]), decision.vocab()), (Some(2), Some(&vocab)));
    let refused = |least: &[(&str, f32)]| Decision::thresholds(least.iter().copied(), &vocab).unwrap_err().to_string();
    insta::assert_snapshot!(refused(&[("a", 0.2), ("b", 0.9)]), @r#"class matrix has 2 names but the vocab has 3; missing: ["c"]; not in vocab: []"#);
    insta::assert_snapshot!(refused(&[("a", 0.2), ("b", 1.5), ("c", 0.5)]), @"threshold 1.5 is outside [0,1]");
    insta::assert_snapshot!(refused(&[("a", 0.2), ("b", f32::NAN), ("c", 0.5)]), @"threshold NaN is outside [0,1]");
    assert!(refused(&[("a", 0.2), ("a", 0.9), ("c", 0.5)]).contains("\"a\""));
}

#[test]
fn among_equals_the_lower_number_comes_first_and_k_is_clamped() {
    assert_eq!(Decision::Argmax.rank(&[0.25, 0.25, 0.5], 9), [2, 0, 1]);
}

/// F4: a model that gives NaN has not said "class 0".
#[test]
fn probabilities_that_are_not_numbers_decide_nothing() {
    let nan = f32::NAN;
    let vocab = Vocab::ordered(["a", "b", "c"]).unwrap();
    let risk = Decision::minimum_risk(&CostMatrix::uniform(&vocab), &vocab).unwrap();
    for decision in [Decision::Argmax, Decision::Threshold(0.0), Decision::Threshold(0.5), risk.clone()] {
        assert_eq!(decision.decide(&[nan; 3]), [0usize; 0], "{decision:?}");
        assert_eq!(decision.best(&[nan; 3]), None, "{decision:?}");
        assert_eq!(decision.rank(&[nan; 3], 2), [0, 1], "{decision:?}");
    }
    assert_eq!(Decision::Argmax.decide(&[nan, 0.4, 0.6]), [2]);
    assert_eq!(Decision::Argmax.rank(&[nan, f32::NEG_INFINITY, 0.6], 3), [2, 1, 0]);
    assert_eq!(Decision::Threshold(0.5).decide(&[nan, 0.4, 0.6]), [2]);
    // One probability that is none makes every risk so.
    assert_eq!(risk.best(&[nan, 0.4, 0.6]), None);
    assert_eq!(Decision::Argmax.best(&[]), None);
    assert_eq!(Decision::Argmax.decide(&[]), [0usize; 0]);
    assert_eq!(Decision::Argmax.rank(&[0.0, -0.0], 2), [0, 1]);
}

proptest! {
    #[test]
    fn the_best_is_what_is_ranked_first(
        row in prop::collection::vec(prop_oneof![Just(f32::NAN), Just(0.0), Just(-0.0), Just(1.0), 0.0f32..1.0], 0..7),
    ) {
        let vocab = Vocab::ordered((0..row.len()).map(|class| class.to_string())).unwrap();
        let risk = Decision::minimum_risk(&CostMatrix::uniform(&vocab), &vocab).unwrap();
        for decision in [Decision::Argmax, risk] {
            let scores = decision.scores(&row);
            let first = decision.rank(&row, row.len()).first().copied().filter(|first| !scores[*first].is_nan());
            prop_assert_eq!(decision.best(&row), first);
            let ranked: Vec<f64> = decision.rank(&row, row.len()).into_iter().map(|class| scores[class]).collect();
            prop_assert!(ranked.windows(2).all(|pair| pair[1].is_nan() || pair[0] >= pair[1]), "{ranked:?}");
        }
    }

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
