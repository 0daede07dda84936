//! Which way a watched number gets better, and what is watched.

use std::sync::Mutex;

use burn::tensor::Device;
use firelight_learner::{
    Better, ClassMetric, EarlyStopping, KeepBest, Metric, MultiMetric, Plateau, Schedule, ValueMetric, accuracy,
    accuracy_multi, brier_score, calibration_error, cohen_kappa, cross_group_errors, error_rate, expected_cost,
    f1_multi, group_accuracy, hierarchical_distance, hierarchical_distance_above_floor, hierarchical_distance_floor,
    hierarchical_precision, macro_f1, mae, matthews_corr_coef, mean_cost, mean_mistake_cost, mean_recall,
    mistake_severity, mse, nearest_distance, precision_multi, r2, recall_multi, rmse, same_group_mistakes,
    summed_group_accuracy, top_k, weighted_f1, weighted_kappa,
};
use firelight_losses::{CostError, CostMatrix};
use firelight_metrics::{Accumulator, Outcomes};
use firelight_vocab::{Groups, Vocab};

use crate::shapes::{self, ShapeLearner};

/// B2, F1: every metric of the library says its direction.
#[test]
fn costs_errors_and_distances_get_better_as_they_fall_and_the_others_as_they_rise() -> Result<(), CostError> {
    let vocab = Vocab::from_labels(["Bengal", "beagle", "pug"]);
    let groups = Groups::by(&vocab, |breed| if breed.starts_with(char::is_uppercase) { "cat" } else { "dog" });
    let costs = CostMatrix::from_groups(&groups, 1.0, 2.0);
    let less: Vec<ClassMetric> = vec![
        error_rate(),
        brier_score(),
        calibration_error(),
        cross_group_errors(&groups),
        mistake_severity(&groups),
        expected_cost(&costs, &vocab)?,
        mean_cost(&costs, &vocab)?,
        mean_mistake_cost(&costs, &vocab)?,
        hierarchical_distance(&costs, &vocab, 2)?,
        hierarchical_distance_floor(&costs, &vocab, 2)?,
        hierarchical_distance_above_floor(&costs, &vocab, 2)?,
        nearest_distance(&costs, &vocab, 2)?,
    ];
    let more: Vec<ClassMetric> = vec![
        accuracy(),
        top_k(2),
        mean_recall(),
        macro_f1(),
        weighted_f1(),
        cohen_kappa(),
        matthews_corr_coef(),
        weighted_kappa(&costs, &vocab)?,
        group_accuracy(&groups),
        same_group_mistakes(&groups),
        summed_group_accuracy(&groups),
        hierarchical_precision(&costs, &vocab, 2)?,
    ];
    let multi: Vec<MultiMetric> = vec![accuracy_multi(), f1_multi(), precision_multi(), recall_multi()];
    let values: Vec<(ValueMetric, Better)> =
        vec![(mse(), Better::Less), (rmse(), Better::Less), (mae(), Better::Less), (r2(), Better::More)];
    let all = less.iter().map(|metric| (metric.name(), metric.better(), Better::Less));
    let all = all.chain(more.iter().map(|metric| (metric.name(), metric.better(), Better::More)));
    let all = all.chain(multi.iter().map(|metric| (metric.name(), metric.better(), Better::More)));
    let all = all.chain(values.iter().map(|(metric, expected)| (metric.name(), metric.better(), *expected)));
    for (name, found, expected) in all {
        assert_eq!(found, expected, "{name}");
    }
    Ok(())
}

/// A metric with given values, an evaluation each; the last ones are missing.
pub fn told_metric(better: Better, values: &[Option<f64>]) -> ClassMetric {
    Box::new(Told { better, values: Mutex::new(values.to_vec()) })
}

/// What [`told_metric`] is called: words that say nothing.
pub const TOLD: &str = "lossless_told_accuracy";

struct Told {
    better: Better,
    values: Mutex<Vec<Option<f64>>>,
}

struct Value(Option<f64>);

impl Metric<usize> for Told {
    fn name(&self) -> String {
        TOLD.into()
    }

    fn better(&self) -> Better {
        self.better
    }

    fn start(&self) -> Box<dyn Accumulator<usize> + '_> {
        let mut values = self.values.lock().expect("values");
        Box::new(Value(if values.is_empty() { None } else { values.remove(0) }))
    }
}

impl Accumulator<usize> for Value {
    fn update(&mut self, _outcomes: &Outcomes<usize>) {}

    fn value(&self) -> Option<f64> {
        self.0
    }
}

const NAN: Option<f64> = Some(f64::NAN);

/// A learner whose metric is told.
fn told(better: Better, values: &[Option<f64>]) -> (tempfile::TempDir, ShapeLearner) {
    let folder = shapes::folder(12);
    let learn = shapes::learner(shapes::loaders(&folder, &Device::flex())).with_metrics([told_metric(better, values)]);
    (folder, learn)
}

/// B2, F13, B35: the best is what the metric calls better, and a value that is none is never the best.
#[test]
fn the_best_model_is_chosen_by_the_metrics_direction_and_never_by_nan() {
    let best = |better, values: &[Option<f64>]| {
        let (_folder, learn) = told(better, values);
        let mut learn = learn.with_best(KeepBest::new(TOLD));
        learn.fit(values.len(), 1e-4).expect("a fit");
        learn.best().map(|best| best.row.epoch)
    };
    assert_eq!(best(Better::Less, &[Some(0.4), Some(0.2), Some(0.3)]), Some(1));
    assert_eq!(best(Better::More, &[Some(0.4), Some(0.2), Some(0.3)]), Some(0));
    assert_eq!(best(Better::More, &[NAN, Some(0.5), Some(0.7), Some(0.9)]), Some(3));
    assert_eq!(best(Better::Less, &[NAN, Some(0.5), NAN, Some(0.7)]), Some(1));
    assert_eq!(best(Better::More, &[None, NAN]), None);
}

/// F13, F1: what is watched to stop early.
#[test]
fn early_stopping_waits_by_the_metrics_direction_and_counts_nan_as_no_value() {
    let epochs = |better, values: &[Option<f64>]| {
        let (_folder, learn) = told(better, values);
        let stop = EarlyStopping::new(TOLD).with_patience(2);
        let mut learn = learn.with_observer(stop);
        learn.fit(values.len(), 1e-4).expect("a fit");
        learn.history().epochs.len()
    };
    assert_eq!(epochs(Better::Less, &[0.9, 0.8, 0.7, 0.6, 0.5].map(Some)), 5);
    assert_eq!(epochs(Better::More, &[0.9, 0.8, 0.7, 0.6, 0.5].map(Some)), 3);
    assert_eq!(epochs(Better::More, &[NAN, Some(0.5), Some(0.7), Some(0.9), Some(1.0)]), 5);
}

/// The same of rates that go down.
#[test]
fn a_plateau_waits_by_the_metrics_direction() {
    let rates = |better| {
        let (_folder, mut learn) = told(better, &[0.9, 0.8, 0.7, 0.6].map(Some));
        let plateau = Plateau::new().with_monitor(TOLD);
        learn.fit_along(4, 1e-4, Schedule::constant().with_plateau(plateau)).expect("a fit");
        let per_epoch = learn.history().steps.len() / 4;
        learn.history().steps.iter().step_by(per_epoch).map(|step| step.rates[0]).collect::<Vec<_>>()
    };
    let near = |found: &[f64], expected: &[f64]| {
        assert!(found.iter().zip(expected).all(|(a, b)| (a - b).abs() < 1e-12), "{found:?} is not {expected:?}");
    };
    near(&rates(Better::Less), &[1e-4, 1e-4, 1e-4, 1e-4]);
    near(&rates(Better::More), &[1e-4, 1e-4, 1e-5, 1e-6]);
}

/// F12, B34 and a sibling each: a metric that the learner does not have is refused before the first step.
#[test]
fn what_cannot_be_watched_is_refused() {
    let folder = shapes::folder(12);
    let learner = || shapes::learner(shapes::loaders(&folder, &Device::flex()));
    let expected = "the metric \"acuracy\" makes no sense; watch one of the learner's metrics";
    let said = |mut learn: ShapeLearner, plateau: Option<Plateau>| {
        let schedule = plateau.into_iter().fold(Schedule::constant(), Schedule::with_plateau);
        let said = learn.fit_along(1, 1e-3, schedule).expect_err("refused").to_string();
        assert!(learn.history().steps.is_empty());
        said
    };
    let stop = learner().with_observer(EarlyStopping::new("acuracy"));
    assert_eq!(said(stop, None), format!("early stopping: {expected}"));
    assert_eq!(said(learner().with_best(KeepBest::new("acuracy")), None), format!("best model: {expected}"));
    assert_eq!(said(learner(), Some(Plateau::new().with_monitor("acuracy"))), format!("plateau: {expected}"));
    let none = said(learner().with_observer(EarlyStopping::new("accuracy").with_patience(0)), None);
    assert!(none.starts_with("early stopping: a patience of 0 epochs makes no sense"), "{none}");
}

/// F5: `PyTorch`'s factor would raise the rates.
#[test]
fn settings_of_a_plateau_without_meaning_are_refused() {
    let folder = shapes::folder(12);
    let said = |plateau: Plateau| {
        let mut learn = shapes::learner(shapes::loaders(&folder, &Device::flex()));
        let schedule = Schedule::constant().with_plateau(plateau);
        learn.fit_along(1, 1e-3, schedule).expect_err("refused").to_string()
    };
    for factor in [0.1, 1.0, 0.0, -2.0, f64::NAN, f64::INFINITY] {
        let said = said(Plateau::new().with_factor(factor));
        assert!(
            said.starts_with(&format!("schedule: a plateau that divides the rates by {factor} makes no sense")),
            "{said}"
        );
    }
    let patience = said(Plateau::new().with_patience(0));
    assert!(patience.contains("a plateau with a patience of 0 epochs"), "{patience}");
    let least = said(Plateau::new().with_least_rate(f64::NAN));
    assert!(least.contains("a plateau with a least rate of NaN"), "{least}");
    let delta = said(Plateau::new().with_min_delta(-1.0));
    assert!(delta.contains("a plateau with a least improvement of -1"), "{delta}");
}
