//! What the page's script works with.

use rayon::prelude::*;
use serde::Serialize;

use super::page::jpeg;
use crate::findings::counted;
use crate::interpret::KEPT;
use crate::{ClassFindings, Interpretation, LearnerError, TargetDefaults};
use firelight_metrics::ClassReport;

#[derive(Serialize)]
pub(super) struct Facts {
    classes: Vec<String>,
    /// The group of every class, by name; empty without groups.
    groups: Vec<String>,
    train: Vec<usize>,
    items: Vec<usize>,
    confusion: Vec<Vec<usize>>,
    report: ClassReport,
    /// The worst ones, highest loss first.
    mistakes: Vec<Mistake>,
    /// All there are.
    mistaken: usize,
}

/// A mistake with its picture, as a data URI.
#[derive(Serialize)]
struct Mistake {
    picture: String,
    file: String,
    actual: usize,
    predicted: usize,
    actual_probability: f32,
    predicted_probability: f32,
    loss: f32,
}

impl Facts {
    /// Of one class an item, as `found` in the interpretation.
    pub fn of<F: TargetDefaults>(seen: &Interpretation<F>, found: &ClassFindings) -> Result<Self, LearnerError> {
        let (vocab, all) = (found.vocab(), found.predictions());
        let groups = seen.run.groups.as_ref().map_or_else(Vec::new, |groups| {
            let group = |class: &str| groups.vocab().find(class).map(|class| groups.names()[groups.of(class)].clone());
            vocab.iter().map(|class| group(class).unwrap_or_default()).collect()
        });
        let mut wrong: Vec<usize> = (0..all.items.len()).filter(|&row| all.targets[row] != all.decided[row]).collect();
        wrong.sort_by(|&a, &b| all.losses[b].total_cmp(&all.losses[a]));
        let mistaken = wrong.len();
        wrong.truncate(KEPT);
        let bar = seen.run.data.progress().bar(wrong.len(), "report");
        let mistake = |row: usize| {
            bar.inc(1);
            let (actual, predicted) = (all.targets[row], all.decided[row]);
            Ok(Mistake {
                picture: jpeg(&seen.picture(all.items[row])?)?,
                file: seen.name(all.items[row]),
                actual,
                predicted,
                actual_probability: all.row(row)[actual],
                predicted_probability: all.row(row)[predicted],
                loss: all.losses[row],
            })
        };
        Ok(Self {
            classes: vocab.names().to_vec(),
            groups,
            train: found.trained().to_vec(),
            items: counted(vocab, &all.targets),
            confusion: found.confusion(),
            report: found.class_report(),
            mistakes: wrong.into_par_iter().map(mistake).collect::<Result<_, LearnerError>>()?,
            mistaken,
        })
    }
}
