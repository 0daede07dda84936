use std::fmt::Display;

use crate::{EpochRow, Event, StepRow};

/// The numbers of a run by tag, as programs that draw curves want them: at steps that are counted over all fits.
#[derive(Debug, Default)]
pub(super) struct Told {
    /// Steps that were told.
    pub steps: usize,
    /// Names of the fit's metrics.
    metrics: Vec<String>,
}

impl Told {
    /// What an event tells, to be written at [`steps`](Self::steps); a group's rate is called as `rate_of` says.
    pub fn numbers(&mut self, event: &Event, rate_of: impl Fn(usize) -> String) -> Vec<(String, f64)> {
        match event {
            Event::Start { metrics, .. } => {
                self.metrics = metrics.to_vec();
                Vec::new()
            }
            Event::Step(row) => {
                self.steps += 1;
                of_step(row, rate_of)
            }
            Event::Epoch(row) => {
                self.steps = row.steps;
                self.of_epoch(row)
            }
            _ => Vec::new(),
        }
    }

    fn of_epoch(&self, row: &EpochRow) -> Vec<(String, f64)> {
        let metric = |(name, value): (&String, &Option<f64>)| Some((valid(name), (*value)?));
        let mut all = vec![("train/smooth_loss".to_owned(), row.train_loss), ("epoch/seconds".into(), row.seconds)];
        all.extend(row.valid_loss.map(|loss| (valid("loss"), loss)));
        all.extend(self.metrics.iter().zip(&row.metrics).filter_map(metric));
        all
    }
}

fn of_step(row: &StepRow, rate_of: impl Fn(usize) -> String) -> Vec<(String, f64)> {
    let tag = |group: usize| if row.rates.len() == 1 { "train/rate".into() } else { rate_of(group) };
    let mut all = vec![("train/loss".to_owned(), row.loss), ("train/momentum".into(), row.momentum)];
    all.extend(row.rates.iter().enumerate().map(|(group, rate)| (tag(group), *rate)));
    all
}

fn valid(name: impl Display) -> String {
    format!("valid/{name}")
}
