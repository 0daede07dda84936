use firelight_costs::{CostMatrix, Decision};
use firelight_metrics::{ClassMetric, Outcomes, measure};
use firelight_metrics::{
    ClassReport, accuracy, brier_score, calibration_error, cohen_kappa, cross_group_errors, error_rate, group_accuracy,
    hierarchical_distance, macro_f1, matthews_corr_coef, mean_mistake_cost, mean_recall, mistake_severity, r2,
    same_group_mistakes, summed_group_accuracy, top_k, weighted_f1, weighted_kappa,
};
use firelight_vocab::{Groups, Vocab};

/// Probabilities of four classes for four examples (the shared inputs of the reference tests).
const ROWS: [[f32; 4]; 4] = [
    [0.638066, 0.234731, 0.095435, 0.031767],
    [0.101891, 0.752885, 0.083422, 0.061800],
    [0.046296, 0.113870, 0.461768, 0.378064],
    [0.112457, 0.015219, 0.041370, 0.830952],
];
const TARGETS: [usize; 4] = [0, 1, 3, 2];
const DECIDED: [usize; 4] = [0, 1, 2, 3];

fn species() -> Groups {
    let vocab = Vocab::from_labels(["Abyssinian", "Bengal", "beagle", "pug"]);
    Groups::by(&vocab, |breed| if breed.starts_with(char::is_uppercase) { "cat" } else { "dog" })
}

/// The metric over the examples, `batch` at a time.
fn value(metric: &ClassMetric, batch: usize, decided: &[usize]) -> Option<f64> {
    let mut sums = metric.start();
    for start in (0..4).step_by(batch) {
        let end = (start + batch).min(4);
        sums.update(&Outcomes {
            outputs: &ROWS[start..end].concat(),
            columns: 4,
            targets: &TARGETS[start..end],
            decided: &decided[start..end],
            decision: &Decision::Argmax,
        });
    }
    sums.value()
}

#[test]
fn metrics_have_the_reference_values_whatever_the_batch_size() {
    let species = species();
    let cases: [(ClassMetric, f64); 7] = [
        (accuracy(), 0.5),
        (error_rate(), 0.5),
        (top_k(2), 0.75),
        (mean_recall(), 0.5),
        (group_accuracy(&species), 1.0),
        (cross_group_errors(&species), 0.0),
        (mistake_severity(&species), 1.0),
    ];
    for (metric, expected) in cases {
        for batch in [1, 2, 3, 4] {
            let value = value(&metric, batch, &DECIDED).expect("a value");
            assert!((value - expected).abs() < 1e-12, "{} is {value}, not {expected}", metric.name());
        }
    }
}

#[test]
fn a_mistake_across_groups_is_twice_as_severe() {
    let severity = mistake_severity(&species());
    // One example taken for the other species, one for a sibling.
    assert_eq!(value(&severity, 4, &[2, 1, 2, 2]), Some(1.5));
}

#[test]
fn what_is_not_defined_has_no_value() {
    let severity = mistake_severity(&species());
    assert_eq!(value(&severity, 4, &TARGETS), None, "no mistakes");
    let inside = same_group_mistakes(&species());
    assert_eq!(value(&inside, 4, &TARGETS), None, "no mistakes");
    let tree = CostMatrix::from_groups(&species(), 1.0, 2.0);
    let vocab = species().vocab().clone();
    let costs = mean_mistake_cost(&tree, &vocab).expect("a metric");
    assert_eq!(value(&costs, 4, &TARGETS), None, "no mistakes");
    let all: [ClassMetric; 12] = [
        accuracy(),
        top_k(2),
        mean_recall(),
        macro_f1(),
        weighted_f1(),
        cohen_kappa(),
        weighted_kappa(&tree, &vocab).expect("a metric"),
        matthews_corr_coef(),
        calibration_error(),
        brier_score(),
        hierarchical_distance(&tree, &vocab, 3).expect("a metric"),
        summed_group_accuracy(&species()),
    ];
    for metric in all {
        assert_eq!(metric.start().value(), None, "{} has no examples", metric.name());
    }
}

/// The metric over examples of the first class alone, all recognised.
#[test]
fn one_class_alone_is_no_agreement_by_chance_or_otherwise() {
    let of_one = |metric: ClassMetric| measure(metric, &[[1.0, 0.0]; 3], &[0; 3], &Decision::Argmax);
    assert_eq!(of_one(cohen_kappa()), None);
    assert_eq!(of_one(matthews_corr_coef()), Some(0.0));
    assert_eq!(of_one(macro_f1()), Some(1.0));
    assert_eq!(of_one(calibration_error()), Some(0.0));
    assert_eq!(of_one(brier_score()), Some(0.0));
}

#[test]
fn a_report_prints_as_a_table_with_what_is_not_defined() {
    let vocab = Vocab::from_labels(["Bengal", "beagle", "boxer", "pug"]);
    let report = ClassReport::of(&vocab, [(0, 0), (0, 1), (1, 1), (3, 1)]);
    insta::assert_snapshot!(report, @r"
                   precision  recall     f1  examples
    Bengal             1.000   0.500  0.667         2
    beagle             0.333   1.000  0.500         1
    boxer                n/a     n/a    n/a         0
    pug                  n/a   0.000  0.000         1
    macro mean         0.667   0.500  0.389         4
    weighted mean      0.583   0.500  0.458         4
    accuracy                          0.500
    ");
    assert!(ClassReport::of(&vocab, []).to_string().contains("accuracy"));
}

#[test]
fn costs_of_other_classes_are_refused() {
    let cost = CostMatrix::uniform(&Vocab::from_labels(["a", "b"]));
    let vocab = Vocab::from_labels(["a", "c"]);
    let Err(error) = hierarchical_distance(&cost, &vocab, 5) else { panic!("refused") };
    assert_eq!(
        error.to_string(),
        r#"class matrix has 2 names but the vocab has 2; missing: ["c"]; not in vocab: ["b"]"#
    );
}

/// F4: a row that is no number is no hit of anything, and makes no metric panic.
#[test]
fn rows_that_are_no_numbers_are_mistakes() {
    let vocab = species().vocab().clone();
    let tree = CostMatrix::from_groups(&species(), 1.0, 2.0);
    let rows = [[0.7, 0.1, 0.1, 0.1], [f32::NAN; 4], [0.1, f32::NAN, 0.2, 0.3], [0.1, 0.7, 0.1, 0.1]];
    let of = |metric: &ClassMetric| measure(metric, &rows, &[0, 0, 1, 1], &Decision::Argmax);
    assert_eq!(of(&accuracy()), Some(0.5));
    assert_eq!(of(&error_rate()), Some(0.5));
    assert_eq!(of(&top_k(4)), Some(0.5));
    assert_eq!(of(&mean_recall()), Some(0.5));
    assert_eq!(of(&group_accuracy(&species())), Some(0.5));
    // Probabilities that are none have no calibration.
    assert_eq!(of(&calibration_error()), None);
    assert_eq!(of(&brier_score()), None);
    let rest: [ClassMetric; 10] = [
        macro_f1(),
        weighted_f1(),
        cohen_kappa(),
        matthews_corr_coef(),
        weighted_kappa(&tree, &vocab).expect("a metric"),
        mean_mistake_cost(&tree, &vocab).expect("a metric"),
        hierarchical_distance(&tree, &vocab, 3).expect("a metric"),
        summed_group_accuracy(&species()),
        mistake_severity(&species()),
        same_group_mistakes(&species()),
    ];
    for metric in rest {
        let value = of(&metric);
        assert!(value.is_none_or(f64::is_finite), "{} is {value:?}", metric.name());
    }
}

/// F9, B30: of targets that do not vary R² is not defined, and far from 0 it has all its digits.
#[test]
fn r2_has_its_digits_far_from_zero() {
    let r2_of = |targets: &[f32], predicted: &[f32]| {
        let targets: Vec<Vec<f32>> = targets.iter().map(|&target| vec![target]).collect();
        let rows: Vec<[f32; 1]> = predicted.iter().map(|&value| [value]).collect();
        measure(r2(), &rows, &targets, &Decision::Argmax)
    };
    for constant in [0.1, 0.3, 1.0 / 3.0, 7.7, 1e-3, 123.456, 1e7] {
        let predicted: Vec<f32> = (0..1000).map(|i| constant + 0.01 * (i % 3) as f32).collect();
        assert_eq!(r2_of(&[constant; 1000], &predicted), None, "{constant}");
    }
    let far: Vec<f32> = (0..100).map(|i| 1e7 + (i % 2) as f32).collect();
    assert_eq!(r2_of(&far, &far), Some(1.0));
    let beside: Vec<f32> = far.iter().map(|target| target + 1.0).collect();
    assert!((r2_of(&far, &beside).expect("a value") - -3.0).abs() < 1e-9, "1 − 100 / 25");
}

/// F33: the first none of a ranking has nobody in it.
#[test]
#[should_panic(expected = "k = 1 and more")]
fn the_top_none_is_refused() {
    let _ = top_k(0);
}
