use firelight_learner::metrics::{ClassMetric, Outcomes};
use firelight_learner::{
    accuracy, cross_group_errors, error_rate, group_accuracy, mean_recall, mistake_severity, top_k,
};
use firelight_vocab::{Groups, Vocab};

/// Probabilities of four classes for four examples (the shared inputs of the reference tests).
const ROWS: [[f32; 4]; 4] = [
    [0.63806635, 0.23473149, 0.0954347, 0.03176745],
    [0.10189196, 0.75288537, 0.08342208, 0.06180059],
    [0.04629639, 0.11387075, 0.46176866, 0.3780642],
    [0.11245721, 0.01521943, 0.0413707, 0.83095266],
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
