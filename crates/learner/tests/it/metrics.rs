use firelight_learner::metrics::{ClassMetric, Outcomes};
use firelight_learner::{
    accuracy, cross_group_errors, error_rate, group_accuracy, mean_recall, mistake_severity, top_k,
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
fn value(metric: &mut ClassMetric, batch: usize, decided: &[usize]) -> Option<f64> {
    metric.reset();
    for start in (0..4).step_by(batch) {
        let end = (start + batch).min(4);
        metric.update(&Outcomes {
            outputs: &ROWS[start..end].concat(),
            columns: 4,
            targets: &TARGETS[start..end],
            decided: &decided[start..end],
        });
    }
    metric.value()
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
    for (mut metric, expected) in cases {
        for batch in [1, 2, 3, 4] {
            let value = value(&mut metric, batch, &DECIDED).expect("a value");
            assert!((value - expected).abs() < 1e-12, "{} is {value}, not {expected}", metric.name());
        }
    }
}

#[test]
fn a_mistake_across_groups_is_twice_as_severe() {
    let mut severity = mistake_severity(&species());
    // One example taken for the other species, one for a sibling.
    assert_eq!(value(&mut severity, 4, &[2, 1, 2, 2]), Some(1.5));
}

#[test]
fn what_is_not_defined_has_no_value() {
    let mut severity = mistake_severity(&species());
    assert_eq!(value(&mut severity, 4, &TARGETS), None, "no mistakes");
    let mut accuracy = accuracy();
    accuracy.reset();
    assert_eq!(accuracy.value(), None, "no examples");
}
