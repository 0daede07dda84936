//! What a checkpoint knows of a run that goes on.

use std::path::Path;

use firelight_datablock::FittedTarget;

use super::conditions::Conditions;
use super::item::{Item, Rows, Work};
use super::log::Log;
use super::record::{Record, unusable};
use crate::average::Average;
use crate::best::Best;
use crate::optim::GroupOptimizer;
use crate::state::State;
use crate::task::Task;
use crate::tensors::from_bytes;
use crate::{History, LearnerError};
use firelight_models::Model;

/// A checkpoint with the rows of its history.
#[derive(Debug)]
pub(super) struct Ahead {
    pub record: Record,
    pub log: Log,
    history: History,
}

impl Ahead {
    pub fn read(path: &Path) -> Result<Self, LearnerError> {
        let record = Record::read(path)?;
        let folder = path.parent().unwrap_or(Path::new("."));
        let (log, history) = Log::read(folder, &record.past.history).map_err(|why| unusable(path, why))?;
        Ok(Self { record, log, history })
    }

    /// Work and conditions must be those of item `number`, and there must be as many rows before it.
    pub fn compare(
        &self,
        number: usize,
        work: &Work,
        conditions: &Conditions,
        before: Rows,
    ) -> Result<(), LearnerError> {
        let (path, past) = (self.record.path.clone(), &self.record.past);
        let item = &past.items[number];
        if let Some((what, theirs, ours)) = past.conditions[item.conditions].difference(conditions) {
            return Err(LearnerError::OtherRun { path, what, theirs, ours });
        }
        if item.before != before {
            let steps = |rows: Rows| format!("after {} steps", rows.steps);
            let what = format!("work number {}", number + 1);
            return Err(LearnerError::OtherRun { path, what, theirs: steps(item.before), ours: steps(before) });
        }
        if item.work == *work {
            return Ok(());
        }
        let what = format!("work number {}", number + 1);
        Err(LearnerError::OtherRun { path, what, theirs: item.work.to_string(), ours: work.to_string() })
    }

    /// The last checkpoint of item `number`, a fit that is done, which is at `path`.
    pub fn end_of(&self, number: usize, path: &Path) -> Result<Self, LearnerError> {
        let end = Self::read(path).map_err(|error| match error {
            LearnerError::Read { why, .. } => {
                let why = format!("the end of work number {} of the run: {why}", number + 1);
                unusable(path, why)
            }
            other => other,
        })?;
        let same = |(a, b): (&Item, &Item)| a.work == b.work && a.before == b.before;
        let (theirs, ours) = (&end.record.past.items, &self.record.past.items);
        if end.record.run != self.record.run || theirs.len() != number + 1 || !theirs.iter().zip(ours).all(same) {
            return Err(unusable(path, format!("it is not the end of work number {} of the run", number + 1)));
        }
        Ok(end)
    }

    /// The state that the record tells, for a learner with the model of `state`.
    pub fn restore<F: FittedTarget, M: Model>(
        &self,
        task: &Task<F>,
        state: &State<M>,
    ) -> Result<State<M>, LearnerError> {
        let Record { path, past, weights, optimizer, best, average, .. } = &self.record;
        let refuse = |why: String| unusable(path, why);
        let model = from_bytes(&state.model, weights.clone()).map_err(refuse)?;
        let optimizer = if optimizer.is_empty() {
            None
        } else {
            let mut own = GroupOptimizer::new(task.options.rule.clone(), &model.groups())?;
            let loaded = own.load_bytes(optimizer, task.data.device());
            loaded.map_err(|error| refuse(error.to_string()))?;
            Some(own)
        };
        let best = match &past.best {
            Some(row) => {
                let model = from_bytes(&state.model, best.clone()).map_err(refuse)?;
                Some(Box::new(Best { model: model.valid(), row: row.clone() }))
            }
            None => None,
        };
        let average = match past.averaged {
            Some(updates) => {
                let model = from_bytes(&state.model, average.clone()).map_err(refuse)?;
                Some(Box::new(Average { model: model.valid(), updates }))
            }
            None if task.options.ema.is_some() => return Err(refuse("it has no moving average of the weights".into())),
            None => None,
        };
        let (history, epochs_done) = (self.history.clone(), past.epochs_done);
        let (trusted, body_is_trained) = (state.trusted.clone(), past.body_is_trained);
        Ok(State { model, optimizer, history, epochs_done, best, average, trusted, body_is_trained, ..*state })
    }
}
