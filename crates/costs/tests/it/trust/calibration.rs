use std::sync::LazyLock;

use firelight_costs::{Binning, Calibration, Calibrator, CostError, HeldOut, Reliability, Vocab};
use proptest::prelude::*;

use super::{Draws, examples, halves, softmax, vocab};

fn forms(vocab: &Vocab) -> [Calibrator; 3] {
    [Calibrator::temperature(), Calibrator::per_group(&halves(vocab)), Calibrator::vector()]
}

/// With twenty seeds errors were 0.21 or more before, and out of fold 0.037 or less after; likelihoods were better by 0.33 or more.
#[test]
fn a_model_that_is_too_sure_is_calibrated_by_each_form() {
    for seed in 0..10 {
        let held = examples(2000, 6, 2.5, &mut Draws::new(seed));
        for calibrator in forms(held.vocab()) {
            let effect = *calibrator.fit(&held).unwrap().effect();
            assert!(effect.before.calibration_error > 0.15, "{effect:?}");
            assert!(effect.after.calibration_error < 0.06, "{effect:?}");
            assert!(effect.after.negative_log_likelihood < effect.before.negative_log_likelihood - 0.1, "{effect:?}");
        }
    }
}

/// The factor of the scores is found again: with twenty seeds within 0.14.
#[test]
fn the_temperature_is_that_of_the_model() {
    for seed in 0..10 {
        let held = examples(2000, 6, 2.5, &mut Draws::new(seed));
        let text = Calibrator::temperature().fit(&held).unwrap().to_string();
        let temperature: f64 = text.split_whitespace().nth(1).unwrap().parse().unwrap();
        assert!((temperature - 2.5).abs() < 0.3, "{text}");
    }
}

/// Of few examples a form with many numbers stays near the temperature, and so does not get worse out of fold than by a little.
#[test]
fn vector_scaling_of_few_examples_does_not_run_away() {
    for seed in 0..10 {
        let held = examples(60, 10, 1.0, &mut Draws::new(seed));
        let after = |calibrator: Calibrator| calibrator.fit(&held).unwrap().effect().after.negative_log_likelihood;
        let before = held.quality().unwrap().negative_log_likelihood;
        let vector = after(Calibrator::vector());
        // The worst of twenty seeds were 0.12, and 0.044 where the penalty leaves nothing but the temperature.
        assert!(vector < before + 0.2, "{vector}, before {before}");
        assert!(after(Calibrator::vector().with_penalty(1000.0)) < before + 0.1);
    }
}

#[test]
fn one_class_and_examples_without_a_mistake_are_calibrated() {
    let one = HeldOut::of_probabilities(&vocab(1), &[[1.0_f32]; 5], &[0; 5]).unwrap();
    for calibrator in forms(one.vocab()) {
        assert_eq!(calibrator.fit(&one).unwrap().apply(&[1.0]), [1.0]);
    }
    // All of one class, all right: nothing says how sure a model may be, and it does not become as sure as can be.
    let right = HeldOut::of_probabilities(&vocab(2), &[[0.75_f32, 0.25]; 20], &[0; 20]).unwrap();
    for calibrator in forms(right.vocab()) {
        let applied = calibrator.fit(&right).unwrap().apply(&[0.75, 0.25]);
        assert!(applied[0] > 0.75 && applied[0] < 0.999, "{applied:?}");
        // Without a penalty a form may go as far as its range.
        let applied = calibrator.with_penalty(0.0).fit(&right).unwrap().apply(&[0.75, 0.25]);
        assert!((0.99..=1.0).contains(&applied[0]), "{applied:?}");
    }
    // Rows that prefer nothing say nothing of a temperature.
    let alike = HeldOut::of_probabilities(&vocab(2), &[[0.5_f32; 2]; 6], &[0, 1, 0, 0, 0, 1]).unwrap();
    let text = Calibrator::temperature().with_penalty(0.0).fit(&alike).unwrap().to_string();
    assert!(text.starts_with("temperature 1.000"), "{text}");
    // A certainty that is wrong: no logarithm of 0.
    let wrong = HeldOut::of_probabilities(&vocab(2), &[[1.0_f32, 0.0]; 4], &[1, 0, 0, 1]).unwrap();
    for calibrator in forms(wrong.vocab()) {
        let calibration = calibrator.with_folds(2).fit(&wrong).unwrap();
        let applied = calibration.apply(&[1.0, 0.0]);
        assert!(applied[0] < 0.999 && applied[1] > 0.0, "{calibration}: {applied:?}");
    }
}

#[test]
fn what_is_no_number_is_left_out_and_stays_none() {
    let (nan, inf) = (f32::NAN, f32::INFINITY);
    let rows = [[0.7, 0.3], [nan, 0.5], [0.4, 0.6], [inf, 0.0], [0.2, 0.8], [nan, nan], [0.9, 0.1], [0.6, 0.4]];
    let held = HeldOut::of_probabilities(&vocab(2), &rows, &[0, 0, 0, 1, 1, 1, 0, 1]).unwrap();
    assert_eq!((held.len(), held.left_out()), (5, 3));
    for calibrator in forms(held.vocab()) {
        let calibration = calibrator.fit(&held).unwrap();
        assert_eq!((calibration.effect().examples, calibration.effect().left_out), (5, 3));
        for row in [[nan, 0.5], [inf, 0.0], [0.0, 0.0], [-1.0, 2.0]] {
            assert!(calibration.apply(&row).iter().all(|probability| probability.is_nan()), "{row:?}");
        }
        assert!(calibration.apply_scores(&[nan, 1.0]).iter().all(|probability| probability.is_nan()));
        let impossible = calibration.apply_scores(&[f32::NEG_INFINITY, 3.0]);
        assert!(impossible[0] < 0.01 && impossible[1] > 0.99, "{impossible:?}");
    }
    let scores = HeldOut::of_scores(&vocab(2), &[[f32::NEG_INFINITY; 2], [f32::NEG_INFINITY, 3.0]], &[0, 1]).unwrap();
    assert_eq!((scores.len(), scores.left_out()), (1, 1));
}

#[test]
fn what_cannot_be_fitted_is_refused() {
    let vocab = vocab(2);
    let text = |result: Result<HeldOut, CostError>| result.unwrap_err().to_string();
    insta::assert_snapshot!(text(HeldOut::of_probabilities(&vocab, &[[0.5, 0.5]], &[])), @"there are 1 rows and 0 targets");
    insta::assert_snapshot!(text(HeldOut::of_probabilities(&vocab, &[[1.0]], &[0])), @"row 0 has 1 numbers for 2 classes");
    insta::assert_snapshot!(text(HeldOut::of_probabilities(&vocab, &[[0.5, 0.5]], &[2])), @"target 2 is out of range for 2 classes");
    insta::assert_snapshot!(text(HeldOut::of_probabilities(&vocab, &[[0.5, 0.5], [3.0, -2.0]], &[0, 0])), @"row 1 is no distribution (its sum is 1.0000, all must be at least 0); give scores to `HeldOut::of_scores`");
    let held = HeldOut::of_probabilities(&vocab, &[[0.5, 0.5]; 4], &[0, 1, 0, 1]).unwrap();
    let text = |calibrator: Calibrator| calibrator.fit(&held).unwrap_err().to_string();
    insta::assert_snapshot!(text(Calibrator::temperature()), @"there are 4 held-out examples, of 5 that are needed at least; hold out more");
    insta::assert_snapshot!(text(Calibrator::temperature().with_folds(0)), @"there are 4 held-out examples, of 2 that are needed at least; hold out more");
    insta::assert_snapshot!(text(Calibrator::vector().with_folds(2).with_penalty(-1.0)), @"penalty must be finite and >= 0");
    let others = halves(&super::vocab(3));
    insta::assert_snapshot!(text(Calibrator::per_group(&others).with_folds(2)), @r#"class matrix has 3 names but the vocab has 2; missing: []; not in vocab: ["c2"]"#);
    insta::assert_snapshot!(held.split(1.5, 0).unwrap_err(), @"share 1.5 is outside [0,1]");
}

#[test]
fn a_calibration_prints_what_it_is_and_what_it_did() {
    let held = examples(400, 4, 2.0, &mut Draws::new(1));
    for (calibrator, first) in
        forms(held.vocab()).into_iter().zip(["temperature ", "temperatures first ", "a factor and"])
    {
        let text = calibrator.fit(&held).unwrap().to_string();
        assert!(text.starts_with(first), "{text}");
        assert!(text.contains("\nbefore: negative log likelihood ") && text.ends_with("(out of fold, 400 examples)"));
    }
}

#[test]
fn groups_given_in_another_order_are_the_same_groups() {
    let held = examples(200, 4, 2.0, &mut Draws::new(1));
    let backwards = Vocab::ordered(["c3", "c2", "c1", "c0"]).unwrap();
    let groups = firelight_costs::Groups::by(&backwards, |name| if name < "c2" { "first" } else { "second" });
    let fit = |groups| Calibrator::per_group(groups).fit(&held).unwrap();
    assert_eq!(fit(&groups), fit(&halves(held.vocab())));
}

fn row() -> impl Strategy<Value = Vec<f32>> {
    let score = prop_oneof![4 => -9.0_f64..9.0, 1 => Just(0.5), 1 => Just(-200.0)];
    prop::collection::vec(score, 4).prop_map(|scores| softmax(&scores).iter().map(|p| *p as f32).collect())
}

/// Two probabilities that differ by the last bit are one number after a high temperature; which is the likeliest stays told.
#[test]
fn neighbours_stay_in_their_order_though_rounding_makes_them_equal() {
    let held = examples(400, 4, 8.0, &mut Draws::new(3));
    for calibrator in &forms(held.vocab())[..2] {
        let calibration = calibrator.fit(&held).unwrap();
        let mut equal = 0;
        for step in 1..2000 {
            let low = 0.3 + step as f32 * 1e-4;
            let row = [low, low.next_up(), 0.0, (1.0 - low - low.next_up()).max(0.0)];
            let applied = calibration.apply(&row);
            equal += usize::from(applied[0].next_up().to_bits() == applied[1].to_bits());
            let likeliest = |row: &[f32]| firelight_costs::Decision::Argmax.best(row);
            assert_eq!(likeliest(&applied), likeliest(&row), "{row:?} {applied:?}");
        }
        assert!(equal > 100, "none was near: {equal}");
    }
}

#[test]
fn out_of_fold_is_what_the_effect_is_of() {
    let held = examples(203, 4, 2.0, &mut Draws::new(2));
    for calibrator in forms(held.vocab()) {
        let (judged, calibration) = (calibrator.out_of_fold(&held).unwrap(), calibrator.fit(&held).unwrap());
        assert_eq!(judged.quality().unwrap(), calibration.effect().after);
        assert_eq!(judged.targets(), held.targets());
        assert_ne!(judged, held.calibrated(&calibration));
    }
    // Each example is in one part, and never among those that it is judged by.
    let parts: Vec<_> = held.parts(5).collect();
    assert_eq!(parts.iter().map(|(part, _)| part.len()).sum::<usize>(), 203);
    for (part, others) in parts {
        assert_eq!(part.len() + others.len(), 203);
        assert!(part.rows().all(|row| others.rows().all(|other| other != row)));
    }
}

static FITTED: LazyLock<Vec<Calibration>> = LazyLock::new(|| {
    let held = examples(300, 4, 2.0, &mut Draws::new(7));
    forms(held.vocab()).iter().map(|calibrator| calibrator.fit(&held).unwrap()).collect()
});

proptest! {
    #[test]
    fn calibrated_rows_are_distributions_and_temperatures_keep_their_order(row in row()) {
        for (number, calibration) in FITTED.iter().enumerate() {
            let applied = calibration.apply(&row);
            prop_assert!((applied.iter().sum::<f32>() - 1.0).abs() < 1e-5);
            prop_assert!(applied.iter().all(|probability| (0.0..=1.0).contains(probability)));
            let ordered = |a: usize, b: usize| row[a] < row[b] || applied[a] >= applied[b];
            prop_assert!(number == 2 || (0..4).all(|a| (0..4).all(|b| ordered(a, b))), "{row:?} {applied:?}");
        }
    }

    #[test]
    fn scores_and_their_probabilities_are_calibrated_alike(scores in prop::collection::vec(-5.0_f32..5.0, 4), shift in -3.0_f32..3.0) {
        let powers: Vec<f64> = scores.iter().map(|score| f64::from(*score)).collect();
        let row: Vec<f32> = softmax(&powers).iter().map(|p| *p as f32).collect();
        let shifted: Vec<f32> = scores.iter().map(|score| score + shift).collect();
        for calibration in FITTED.iter() {
            let a = calibration.apply(&row);
            for (a, b) in a.iter().zip(calibration.apply_scores(&shifted)) {
                prop_assert!((a - b).abs() < 1e-5);
            }
        }
    }

    /// The order of examples of one confidence matters as little as that of any others.
    #[test]
    fn reliability_does_not_depend_on_the_order(pairs in prop::collection::vec((prop_oneof![Just(0.5), 0.0_f64..1.0], any::<bool>()), 0..40)) {
        let backwards: Vec<(f64, bool)> = pairs.iter().rev().copied().collect();
        for binning in [Binning::Width(15), Binning::Width(1), Binning::Count(7), Binning::Count(50)] {
            let [a, b] = [&pairs, &backwards].map(|pairs| Reliability::of_pairs(pairs.iter().copied(), binning));
            prop_assert_eq!(a.bins.iter().map(|bin| bin.examples).sum::<usize>(), pairs.len());
            prop_assert_eq!(a.error().is_none(), pairs.is_empty());
            let gap = a.error().unwrap_or(0.0) - b.error().unwrap_or(0.0);
            prop_assert!(gap.abs() < 1e-12);
            prop_assert!(a.error().is_none_or(|error| (0.0..=1.0).contains(&error)));
        }
        prop_assert!(Reliability::of_pairs(pairs, Binning::Width(0)).bins.is_empty());
    }
}

#[test]
fn reliability_prints_a_line_for_each_bin_with_examples() {
    let pairs = [(0.2, false), (0.9, true), (0.95, false), (f64::NAN, true)];
    let reliability = Reliability::of_pairs(pairs, Binning::Width(2));
    assert_eq!(reliability.left_out, 1);
    insta::assert_snapshot!(reliability, @r"
    from   to     confidence  accuracy  examples
    0.000  0.500       0.200     0.000         1
    0.500  1.000       0.925     0.500         2
    ");
    let of_class = Reliability::of_class([[0.2, 0.8], [0.4, 0.6]], &[1, 0], 1, Binning::Count(1));
    assert_eq!((of_class.bins[0].accuracy, of_class.bins.len()), (0.5, 1));
}
