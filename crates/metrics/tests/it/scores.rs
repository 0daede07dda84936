//! Values of scikit-learn and scipy (`reference/scores.py` made them), and what those refuse or leave open.

use std::collections::BTreeMap;

use firelight_costs::Decision;
use firelight_metrics::{
    Average, Better, HasClass, Metric, MultiMetric, Outcomes, ValueMetric, average_precision, best_thresholds,
    explained_variance, f_beta_multi, hamming_loss, jaccard_multi, mape, measure, msle, pearson, r2, rmsle, roc_auc,
    spearman,
};
use serde::Deserialize;

#[derive(Deserialize)]
struct Reference {
    several: Vec<Case<Vec<usize>>>,
    one: Vec<Case<usize>>,
    values: Vec<Case<Vec<f32>>>,
}

#[derive(Deserialize)]
struct Case<T> {
    scores: Vec<Vec<f32>>,
    targets: Vec<T>,
    values: BTreeMap<String, f64>,
    #[serde(default)]
    thresholds: Vec<(f32, f64)>,
}

fn reference() -> Reference {
    serde_json::from_str(include_str!("reference/scores.json")).expect("the reference")
}

fn average(word: &str) -> Average {
    match word.split_once(' ').map_or((word, ""), |(word, rest)| (word, rest)) {
        ("macro", _) => Average::Macro,
        ("micro", _) => Average::Micro,
        ("weighted", _) => Average::Weighted,
        ("class", class) => Average::Class(class.parse().expect("a class")),
        other => panic!("{other:?}"),
    }
}

fn ranking<T: HasClass + 'static>(name: &str, averaged: &str) -> Option<Box<dyn Metric<T>>> {
    match name {
        "roc_auc" => Some(roc_auc(average(averaged))),
        "average_precision" => Some(average_precision(average(averaged))),
        _ => None,
    }
}

fn multi(name: &str, averaged: &str) -> MultiMetric {
    match name {
        "jaccard_multi" => jaccard_multi(average(averaged)),
        "f0.5_multi" => f_beta_multi(0.5, average(averaged)),
        "f1_multi" => f_beta_multi(1.0, average(averaged)),
        "f2_multi" => f_beta_multi(2.0, average(averaged)),
        "hamming_loss" => hamming_loss(),
        name => ranking(name, averaged).unwrap_or_else(|| panic!("{name}")),
    }
}

/// In batches of any size, and the order of examples does not matter.
fn agrees<T: Clone>(metric: &dyn Fn() -> Box<dyn Metric<T>>, case: &Case<T>, expected: f64, name: &str) {
    let decision = Decision::Threshold(0.5);
    for batch in [1, 7, case.targets.len()] {
        let metric = metric();
        let mut sums = metric.start();
        for (rows, targets) in case.scores.chunks(batch).zip(case.targets.chunks(batch)) {
            let outputs = rows.concat();
            let decided: Vec<usize> = rows.iter().map(|row| decision.best(row).unwrap_or_default()).collect();
            sums.update(&Outcomes {
                outputs: &outputs,
                columns: rows[0].len(),
                targets,
                decided: &decided,
                decision: &decision,
            });
        }
        let value = sums.value().unwrap_or(f64::NAN);
        assert!((value - expected).abs() < 1e-6, "{name}: {value}, there {expected}");
    }
    let (mut scores, mut targets) = (case.scores.clone(), case.targets.clone());
    scores.reverse();
    targets.reverse();
    let value = measure(metric(), &scores, &targets, &decision).unwrap_or(f64::NAN);
    assert!((value - expected).abs() < 1e-6, "{name} backwards: {value}, there {expected}");
}

#[test]
fn scores_of_several_labels_are_those_of_scikit_learn() {
    for case in reference().several {
        assert!(case.values.len() >= 25);
        for (name, &expected) in &case.values {
            let (metric, averaged) = name.split_once(' ').unwrap_or((name, ""));
            agrees(&|| multi(metric, averaged), &case, expected, name);
        }
        assert_eq!(case.thresholds.len(), case.scores[0].len());
        for (found, (threshold, f1)) in best_thresholds(&case.scores, &case.targets).into_iter().zip(&case.thresholds) {
            let (at, value) = found.expect("a threshold");
            assert!(
                at.total_cmp(threshold).is_eq() && (value - f1).abs() < 1e-9,
                "{at} with {value}, there {threshold} with {f1}"
            );
        }
    }
}

#[test]
fn the_areas_of_single_labels_are_those_of_scikit_learn() {
    for case in reference().one {
        for (name, &expected) in &case.values {
            let (metric, averaged) = name.split_once(' ').expect("an average");
            agrees(&|| ranking(metric, averaged).expect("a metric"), &case, expected, name);
        }
    }
}

#[test]
fn relations_of_numbers_are_those_of_scikit_learn_and_scipy() {
    let metrics: [fn() -> ValueMetric; 7] = [explained_variance, r2, msle, rmsle, mape, pearson, spearman];
    for case in reference().values {
        for metric in &metrics {
            let name = metric().name();
            agrees(metric, &case, case.values[&name], &name);
        }
    }
}

#[test]
fn a_class_that_cannot_be_ranked_is_left_out_and_nothing_is_made_of_what_is_no_number() {
    let (rows, decision) = ([[0.9_f32, 0.5, 0.2], [0.2, 0.5, 0.3], [0.4, 0.5, 0.1]], Decision::Threshold(0.5));
    // The second class has ties alone, the third nobody.
    let targets = [vec![0], vec![1], vec![0, 1]];
    let area = |average| measure(roc_auc(average), &rows, &targets, &decision);
    assert_eq!((area(Average::Macro), area(Average::Class(1)), area(Average::Class(2))), (Some(0.75), Some(0.5), None));
    assert_eq!(area(Average::Class(7)), None);
    let precision = |average| measure(average_precision(average), &rows, &targets, &decision);
    assert_eq!((precision(Average::Class(0)), precision(Average::Class(1))), (Some(1.0), Some(2.0 / 3.0)));
    assert_eq!(precision(Average::Class(2)), None);
    assert!(precision(Average::Macro).is_some_and(|value| (value - 5.0 / 6.0).abs() < 1e-12));
    assert_eq!(best_thresholds(&rows, &targets)[2], None);
    // Every example has the class, or none has: no area, but a precision.
    let all = [vec![0], vec![0], vec![0]];
    assert_eq!(measure(roc_auc(Average::Macro), &rows, &all, &decision), None);
    assert_eq!(measure(average_precision(Average::Class(0)), &rows, &all, &decision), Some(1.0));

    for broken in [f32::NAN, -f32::NAN] {
        let rows = [[0.9, 0.1], [broken, 0.2]];
        let targets = [vec![0], vec![1]];
        for average in [Average::Macro, Average::Micro, Average::Weighted, Average::Class(0)] {
            assert_eq!(measure(roc_auc(average), &rows, &targets, &decision), None);
            assert_eq!(measure(average_precision(average), &rows, &targets, &decision), None);
        }
        assert_eq!(best_thresholds(&rows, &targets)[0], None);
        let numbers = [vec![1.0_f32, 2.0], vec![2.0, 1.0]];
        for metric in [pearson(), spearman(), explained_variance(), msle(), mape()] {
            assert_eq!(measure(&metric, &rows, &numbers, &Decision::Argmax), None, "{}", metric.name());
        }
    }
    // 0 and -0 are one score; infinities have places.
    let signed = [[0.0_f32], [-0.0], [f32::INFINITY], [f32::NEG_INFINITY]];
    let targets = [vec![0], vec![], vec![0], vec![]];
    assert_eq!(measure(roc_auc(Average::Macro), &signed, &targets, &decision), Some(3.5 / 4.0));
    for beta in [-1.0, f64::NAN, f64::INFINITY] {
        assert_eq!(measure(f_beta_multi(beta, Average::Macro), &[[0.9_f32]], &[vec![0]], &decision), None);
        assert_eq!(measure(f_beta_multi(beta, Average::Micro), &[[0.9_f32]], &[vec![0]], &decision), None);
    }
    let nothing: [[f32; 2]; 0] = [];
    assert_eq!(measure(roc_auc::<Vec<usize>>(Average::Macro), &nothing, &[], &decision), None);
    assert_eq!(measure(roc_auc::<usize>(Average::Micro), &nothing, &[], &decision), None);
}

#[test]
fn numbers_that_never_vary_or_have_no_logarithm_are_not_defined() {
    let measured = |metric: ValueMetric, rows: &[[f32; 1]], targets: &[f32]| {
        let targets: Vec<Vec<f32>> = targets.iter().map(|&target| vec![target]).collect();
        measure(metric, rows, &targets, &Decision::Argmax)
    };
    // A mean of equal numbers may be rounded, and their spread is none all the same.
    let equal = [0.1_f32; 3];
    for metric in [pearson, spearman, explained_variance] {
        assert_eq!(measured(metric(), &[[1.0], [2.0], [3.0]], &equal), None);
    }
    assert_eq!(measured(pearson(), &[[0.1], [0.1], [0.1]], &[1.0, 2.0, 3.0]), None);
    assert_eq!(measured(explained_variance(), &[[0.1], [0.1], [0.1]], &[1.0, 2.0, 3.0]), Some(0.0));
    assert_eq!(measured(msle(), &[[-1.0], [2.0]], &[1.0, 2.0]), None);
    assert_eq!(measured(rmsle(), &[[1.0], [2.0]], &[1.0, -3.0]), None);
    assert_eq!(measured(msle(), &[[-0.5]], &[-0.5]), Some(0.0));
    assert_eq!(measured(mape(), &[[1.0]], &[0.0]), None);
    assert_eq!(measured(mape(), &[[0.0]], &[0.0]), None);
}

#[test]
fn names_and_directions_tell_averages_apart() {
    let names: Vec<String> = [Average::Macro, Average::Micro, Average::Weighted, Average::Class(3)]
        .into_iter()
        .map(|average| roc_auc::<usize>(average).name())
        .collect();
    assert_eq!(names, ["roc_auc", "roc_auc_micro", "roc_auc_weighted", "roc_auc_class_3"]);
    assert_eq!(f_beta_multi(0.5, Average::Micro).name(), "f0.5_multi_micro");
    assert_eq!((hamming_loss().better(), jaccard_multi(Average::Macro).better()), (Better::Less, Better::More));
    for (metric, better) in [(msle(), Better::Less), (mape(), Better::Less), (pearson(), Better::More)] {
        assert_eq!(metric.better(), better);
    }
}
