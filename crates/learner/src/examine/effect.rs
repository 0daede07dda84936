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
    let of =
        |wanted: Part| -> Vec<usize> { (0..rows.items.len()).filter(|&row| rows.items[row].0 == wanted).collect() };
    let leaking = [Part::Valid, Part::Test].into_iter().filter(|&part| !findings.leaked(place(part)).is_empty());
    let mut effects = Vec::new();
    for part in leaking {
        let judged = of(part);
        let scores = Heads { task, rows, how }.given(&of(Part::Train), &judged)?;
        let columns = scores.len() / judged.len().max(1);
        for metric in &task.metrics {
            let measure = |items: &[usize]| {
                let places = items.iter().filter_map(|item| judged.binary_search(item).ok());
                let outputs: Vec<f32> =
                    places.flat_map(|at| scores[at * columns..][..columns].iter().copied()).collect();
                let targets: Vec<F::Target> = items.iter().map(|&item| rows.targets[item].clone()).collect();
                let decided = task.picks(&outputs, columns);
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
