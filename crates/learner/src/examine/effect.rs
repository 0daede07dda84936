//! What metrics lose when pictures go that are in the training part too.

use firelight_doctor::{Findings, MetricEffect};
use firelight_metrics::Outcomes;

use super::Examination;
use super::heads::Heads;
use super::rows::{Rows, place};
use crate::part::Part;
use crate::task::Task;
use crate::{LearnerError, TargetDefaults};

/// The learner's metrics over each part that has leaks, by a head that is trained on the training part.
pub(super) fn of_leaks<F: TargetDefaults>(
    task: &Task<F>,
    rows: &Rows<F>,
    findings: &Findings,
    how: &Examination,
) -> Result<Vec<MetricEffect>, LearnerError> {
    let of = |wanted: &dyn Fn(Part) -> bool| -> Vec<usize> {
        (0..rows.items.len()).filter(|&row| wanted(rows.items[row].0)).collect()
    };
    let leaking: Vec<Part> =
        [Part::Valid, Part::Test].into_iter().filter(|&part| !findings.leaked(place(part)).is_empty()).collect();
    if leaking.is_empty() {
        return Ok(Vec::new());
    }
    let judged = of(&|part| leaking.contains(&part));
    let scores = Heads::new(task, rows, how).given(&of(&|part| part == Part::Train), &judged)?;
    let columns = scores.len() / judged.len().max(1);
    let picked = task.picks(&scores, columns);
    let mut effects = Vec::new();
    for part in leaking {
        for metric in &task.metrics {
            let measure = |items: &[usize]| {
                let places: Vec<usize> = items.iter().filter_map(|item| judged.binary_search(item).ok()).collect();
                let outputs: Vec<f32> =
                    places.iter().flat_map(|at| &scores[at * columns..][..columns]).copied().collect();
                let decided: Vec<usize> = places.iter().map(|&at| picked[at]).collect();
                let targets: Vec<F::Target> = items.iter().map(|&item| rows.targets[item].clone()).collect();
                let decision = &task.decision;
                let mut sum = metric.start();
                sum.update(&Outcomes { outputs: &outputs, columns, targets: &targets, decided: &decided, decision });
                sum.value().filter(|value| !value.is_nan())
            };
            let effect = findings.effect_of_leaks(place(part), measure);
            effects.push(MetricEffect { metric: metric.name(), part: place(part), effect });
        }
    }
    Ok(effects)
}
