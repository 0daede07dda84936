//! What the page's script works with.

use rayon::prelude::*;
use serde::Serialize;

use super::page::jpeg;
use crate::{Interpretation, LearnerError};
use firelight_datablock::Item;
use firelight_metrics::ClassReport;

/// At most so many mistakes have a thumbnail.
const SHOWN: usize = 96;

#[derive(Serialize)]
pub(super) struct Facts {
    classes: Vec<String>,
    /// The group of every class, by name; empty without groups.
    groups: Vec<String>,
    train: Vec<usize>,
    valid: Vec<usize>,
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
    pub fn of<I: Item + ?Sized>(interpretation: &Interpretation<I>) -> Result<Self, LearnerError> {
        let vocab = interpretation.vocab();
        let count = |targets: &[usize]| {
            let mut counts = vec![0; vocab.len()];
            for &class in targets {
                counts[class] += 1;
            }
            counts
        };
        let data = &interpretation.run.data;
        let groups = interpretation.run.groups.as_ref().map_or_else(Vec::new, |groups| {
            let group = |class: &str| groups.vocab().find(class).map(|class| groups.names()[groups.of(class)].clone());
            vocab.iter().map(|class| group(class).unwrap_or_default()).collect()
        });
        let all = interpretation.predictions();
        let wrong = interpretation.top_losses(usize::MAX).into_iter().filter(|row| row.actual != row.predicted);
        let wrong: Vec<crate::Mistake> = wrong.take(SHOWN).collect();
        let bar = data.progress().bar(wrong.len(), "report");
        let mistake = |row: crate::Mistake| {
            bar.inc(1);
            Ok(Mistake {
                picture: jpeg(&interpretation.picture(row.item)?)?,
                file: row.path.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned()),
                actual: row.actual,
                predicted: row.predicted,
                actual_probability: row.actual_probability,
                predicted_probability: row.predicted_probability,
                loss: row.loss,
            })
        };
        Ok(Self {
            classes: vocab.names().to_vec(),
            groups,
            train: count(data.train().dataset().targets()),
            valid: count(data.valid().dataset().targets()),
            confusion: interpretation.confusion(),
            report: interpretation.class_report(),
            mistakes: wrong.into_par_iter().map(mistake).collect::<Result<_, LearnerError>>()?,
            mistaken: all.targets.iter().zip(&all.decided).filter(|(actual, picked)| actual != picked).count(),
        })
    }
}
