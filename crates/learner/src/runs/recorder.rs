//! A learner's dealings with its checkpoints.

use std::fs::File;
use std::path::PathBuf;

use firelight_datablock::FittedTarget;
use sha2::{Digest, Sha256};

use super::Checkpoints;
use super::ahead::Ahead;
use super::conditions::{Conditions, DataFacts};
use super::item::{Item, Outcome, Rows, Work};
use super::log::{Extent, Log};
use super::record::{Past, Record};
use crate::LearnerError;
use crate::optim::GroupOptimizer;
use crate::plan::{Plan, Position};
use crate::state::State;
use crate::task::Task;
use crate::tensors::{finite_bytes, to_bytes};
use firelight_files::hex;
use firelight_models::Model;

/// The run of this process, as far as it has come, and what a checkpoint knows beyond that.
#[derive(Debug)]
pub(crate) struct Runs {
    checkpoints: Checkpoints,
    /// A name that no other run has.
    run: String,
    items: Vec<Item>,
    conditions: Vec<Conditions>,
    data: Option<DataFacts>,
    log: Log,
    /// The log as it was before the item under way.
    start: Log,
    /// Whether checkpoints were looked for.
    looked: bool,
    ahead: Option<Ahead>,
    /// Steps of the checkpoints of this run.
    own: Vec<usize>,
    /// The folder, which nobody else writes to as long as there is work under way.
    turn: Option<File>,
}

/// What is known of work that is about to begin.
pub(crate) enum Entered<M> {
    /// Nothing.
    New,
    /// It is done, and left this state. Its own rows of the history begin at `before`.
    Done { state: State<M>, before: Rows },
    /// It failed as it would fail again.
    Failed(LearnerError),
    /// It was no fit, and this came of it.
    Known(Outcome),
    /// It was broken off here. Its own rows of the history begin at `before`.
    Resumed { state: State<M>, position: Position, before: Rows },
}

impl Runs {
    pub fn new(checkpoints: Checkpoints) -> Self {
        let log = Log::new(checkpoints.folder());
        Self {
            checkpoints,
            run: new_name(),
            items: Vec::new(),
            conditions: Vec::new(),
            data: None,
            start: log.clone(),
            log,
            looked: false,
            ahead: None,
            own: Vec::new(),
            turn: None,
        }
    }

    /// Whether a checkpoint is due within an epoch, after `steps` steps in all.
    pub fn is_due(&self, steps: usize) -> bool {
        self.checkpoints.is_due(steps)
    }

    /// The place of a checkpoint after `steps` steps in all.
    pub fn place(&self, steps: usize) -> PathBuf {
        self.checkpoints.place(steps)
    }

    /// What comes next has other data.
    pub fn forget_data(&mut self) {
        self.data = None;
    }

    /// Begins a piece of work, or tells what came of it before.
    ///
    /// # Errors
    ///
    /// [`LearnerError::OtherRun`] if a checkpoint knows other work in its turn, or the same under other conditions; nothing has then
    /// changed. [`LearnerError::Unusable`] if there are checkpoints and all of them are damaged; [`LearnerError::Write`] and
    /// [`LearnerError::TakenFolder`] where none can be written.
    pub fn enter<F: FittedTarget, M: Model>(
        &mut self,
        work: Work,
        task: &Task<F>,
        state: &State<M>,
    ) -> Result<Entered<M>, LearnerError> {
        self.checkpoints.check()?;
        self.look()?;
        let data = self.data.get_or_insert_with(|| DataFacts::of(task));
        let conditions = Conditions::of(task, state, data);
        let number = self.items.len();
        let before = Rows { steps: state.history.steps.len(), epochs: state.history.epochs.len() };
        let Some(ahead) = &self.ahead else {
            self.turn = self.turn(before.steps)?;
            self.start = self.log.clone();
            self.begin(Item { work, conditions: 0, before, outcome: Outcome::Open }, conditions);
            return Ok(Entered::New);
        };
        ahead.compare(number, &work, &conditions, before)?;
        let past = &ahead.record.past;
        let item = past.items[number].clone();
        let entered = match past.items.get(number + 1) {
            None => {
                let state = ahead.restore(task, state)?;
                Entered::Resumed { state, position: past.position.clone(), before: item.before }
            }
            Some(next) => match item.outcome.clone() {
                Outcome::Diverged { what, step, value } => {
                    Entered::Failed(LearnerError::Diverged { what: what.into(), step, value })
                }
                outcome @ (Outcome::Curve { .. } | Outcome::Features { .. }) => Entered::Known(outcome),
                // It trained nothing.
                Outcome::Open | Outcome::Done if next.before == item.before => {
                    Entered::Done { state: State { best: None, ..state.fork() }, before: item.before }
                }
                Outcome::Open | Outcome::Done => {
                    let end = ahead.end_of(number, &self.checkpoints.place(next.before.steps))?;
                    let state = end.restore(task, state)?.at_end(task.options.best.as_ref());
                    Entered::Done { state, before: item.before }
                }
            },
        };
        if matches!(entered, Entered::Resumed { .. }) {
            self.turn = self.turn(before.steps)?;
            if let Some(ahead) = self.ahead.take() {
                (self.run, self.start, self.log) = (ahead.record.run, ahead.log.back_to(before), ahead.log);
            }
        }
        self.begin(item, conditions);
        Ok(entered)
    }

    fn begin(&mut self, item: Item, conditions: Conditions) {
        let known = self.conditions.iter().position(|known| *known == conditions);
        let conditions = known.unwrap_or_else(|| {
            self.conditions.push(conditions);
            self.conditions.len() - 1
        });
        self.items.push(Item { conditions, ..item });
    }

    /// The right to write into the folder. Where it is refused, another run may go on there: what is there is looked at anew the next time.
    fn turn(&mut self, steps: usize) -> Result<Option<File>, LearnerError> {
        self.checkpoints.turn(steps).inspect_err(|_| self.looked = false)
    }

    /// Looks for checkpoints, once.
    fn look(&mut self) -> Result<(), LearnerError> {
        if self.looked {
            return Ok(());
        }
        self.ahead = self.newest()?;
        if let Some(ahead) = &self.ahead {
            let of_run = |(_, path): &(usize, PathBuf)| Record::run_of(path).as_ref() == Some(&ahead.record.run);
            self.own = self.checkpoints.there()?.into_iter().filter(of_run).map(|(steps, _)| steps).collect();
        }
        self.looked = true;
        Ok(())
    }

    /// The newest checkpoint that is whole. All being damaged is an error: to start anew in silence could cost days.
    fn newest(&self) -> Result<Option<Ahead>, LearnerError> {
        let mut first = None;
        for (_, path) in self.checkpoints.there()? {
            match Ahead::read(&path) {
                Ok(ahead) => return Ok(Some(ahead)),
                Err(error) => {
                    tracing::warn!("{error}");
                    first = first.or(Some(error));
                }
            }
        }
        first.map_or(Ok(None), Err)
    }

    /// Writes a checkpoint, and removes the oldest ones.
    pub fn keep<M: Model>(&mut self, state: &State<M>, plan: &Plan, position: &Position) -> Result<(), LearnerError> {
        let steps = state.history.steps.len();
        let path = self.checkpoints.place(steps);
        let weights = finite_bytes(&state.model)?.map_err(|_| {
            let (step, what) = (plan.number(position), "weights".into());
            LearnerError::Diverged { what, step, value: f64::NAN }
        })?;
        let optimizer = state.optimizer.as_ref().map_or(Ok(Vec::new()), GroupOptimizer::to_bytes)?;
        let best = state.best.as_ref().map_or(Ok(Vec::new()), |best| to_bytes(&best.model))?;
        let average = state.average.as_ref().map_or(Ok(Vec::new()), |average| to_bytes(&average.model))?;
        self.checkpoints.prepare()?;
        // Those of work that was given up have no history any more.
        let known = self.log.rows().steps;
        for given_up in self.own.extract_if(.., |steps| *steps > known) {
            self.checkpoints.remove(given_up);
        }
        let history = match self.log.write(&state.history) {
            Ok(extent) => extent,
            Err(why) => {
                return Err(self.unwritten(LearnerError::Write {
                    stage: "history",
                    path: self.log.path().into(),
                    why,
                }));
            }
        };
        let past = self.past(history, position.clone(), state);
        Record { path, run: self.run.clone(), past, weights, optimizer, best, average }
            .write()
            .map_err(|error| self.unwritten(error))?;
        self.own.push(steps);
        self.prune(steps);
        Ok(())
    }

    fn past<M>(&self, history: Extent, position: Position, state: &State<M>) -> Past {
        Past {
            items: self.items.clone(),
            conditions: self.conditions.clone(),
            position,
            epochs_done: state.epochs_done,
            body_is_trained: state.body_is_trained,
            history,
            best: state.best.as_ref().map(|best| best.row.clone()),
            averaged: state.average.as_ref().map(|average| average.updates),
        }
    }

    /// What to tell when a file of a checkpoint could not be written.
    fn unwritten(&self, error: LearnerError) -> LearnerError {
        let LearnerError::Write { path, why, .. } = error else { return error };
        let newest = self.checkpoints.there().unwrap_or_default().into_iter().next();
        let good = newest
            .map_or("there is none before it".into(), |(_, good)| format!("the last good one is {}", good.display()));
        LearnerError::Checkpoint { path, why, good }
    }

    /// The item under way has come to its end.
    pub fn finish(&mut self, outcome: Outcome) {
        self.turn = None;
        if let Some(item) = self.items.last_mut() {
            item.outcome = outcome;
        }
        self.prune(self.log.rows().steps);
    }

    /// Leaves the newest checkpoints until `now`, and the last one of each fit: from that a run that goes on has the model again that
    /// the program had after it.
    fn prune(&mut self, now: usize) {
        let ends: Vec<usize> = self.items.iter().map(|item| item.before.steps).collect();
        self.checkpoints.prune(&mut self.own, now, &ends);
    }

    /// The item under way has failed, and nothing that it did counts. A failure that would come again is remembered.
    pub fn abandon(&mut self, error: &LearnerError) {
        self.turn = None;
        let Some(item) = self.items.last_mut() else { return };
        self.log.clone_from(&self.start);
        match Outcome::of_error(error) {
            Some(outcome) => item.outcome = outcome,
            None => drop(self.items.pop()),
        }
    }
}

/// A name that nothing else has: of the moment and the process.
fn new_name() -> String {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    let digest = Sha256::digest(format!("{} {}", now.as_nanos(), std::process::id()));
    hex(&digest[..8])
}
