//! A learner's dealings with its checkpoints.

use std::path::{Path, PathBuf};

use firelight_datablock::FittedTarget;
use firelight_losses::Loss;
use sha2::{Digest, Sha256};

use super::Checkpoints;
use super::conditions::{Conditions, DataFacts};
use super::item::{Item, Outcome, Rows, Work};
use super::log::{Extent, Log};
use super::record::{Past, Record, unusable};
use crate::fit::{Best, Fit, Position};
use crate::keep::{from_bytes, to_bytes};
use crate::models::Model;
use crate::optim::GroupOptimizer;
use crate::state::State;
use crate::stored::hex;
use crate::task::Task;
use crate::{History, LearnerError};

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
    /// Whether checkpoints were looked for.
    looked: bool,
    ahead: Option<Ahead>,
    /// Steps of the checkpoints of this run.
    own: Vec<usize>,
}

/// What is still to be caught up with.
#[derive(Debug)]
struct Ahead {
    record: Record,
    log: Log,
    history: History,
}

/// What is known of work that is about to begin.
pub(crate) enum Entered<M> {
    /// Nothing.
    New,
    /// It is done: the history after it, its own rows from `before` on, and the state after it, where that is known.
    Done { history: History, before: Rows, state: Option<State<M>> },
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
            log,
            looked: false,
            ahead: None,
            own: Vec::new(),
        }
    }

    /// Whether a checkpoint is due within an epoch, after `steps` steps in all.
    pub fn is_due(&self, steps: usize) -> bool {
        self.checkpoints.is_due(steps)
    }

    /// Begins a piece of work, or tells what came of it before.
    ///
    /// # Errors
    ///
    /// [`LearnerError::OtherRun`] if a checkpoint knows other work in its turn, or the same under other conditions; nothing has then
    /// changed. [`LearnerError::Unusable`] if there are checkpoints and all of them are damaged.
    pub fn enter<F: FittedTarget, L: Loss<F::Tensor>, M: Model>(
        &mut self,
        work: Work,
        task: &Task<F, L>,
        state: &State<M>,
    ) -> Result<Entered<M>, LearnerError> {
        self.checkpoints.check()?;
        self.look()?;
        let data = self.data.get_or_insert_with(|| DataFacts::of(task));
        let conditions = Conditions::of(task, state, data);
        let number = self.items.len();
        let before = Rows { steps: state.history.steps.len(), epochs: state.history.epochs.len() };
        let Some(ahead) = &self.ahead else {
            self.begin(Item { work, conditions: 0, before, outcome: Outcome::Open }, conditions);
            return Ok(Entered::New);
        };
        let past = &ahead.record.past;
        let item = past.items[number].clone();
        compare(&ahead.record.path, number, (&item.work, &past.conditions[item.conditions]), (&work, &conditions))?;
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
                Outcome::Open | Outcome::Done => Entered::Done {
                    history: cut(&ahead.history, next.before),
                    before: item.before,
                    state: self.base(number, task, state),
                },
            },
        };
        if matches!(entered, Entered::Resumed { .. })
            && let Some(ahead) = self.ahead.take()
        {
            (self.run, self.log) = (ahead.record.run, ahead.log);
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
            match self.read(&path) {
                Ok(ahead) => return Ok(Some(ahead)),
                Err(error) => {
                    tracing::warn!("{error}");
                    first = first.or(Some(error));
                }
            }
        }
        first.map_or(Ok(None), Err)
    }

    fn read(&self, path: &Path) -> Result<Ahead, LearnerError> {
        let record = Record::read(path)?;
        let (log, history) =
            Log::read(self.checkpoints.folder(), &record.past.history).map_err(|why| unusable(path, why))?;
        Ok(Ahead { record, log, history })
    }

    /// The state after item `number`, if that is the last fit before the one that was broken off and its last checkpoint is there.
    fn base<F: FittedTarget, L: Loss<F::Tensor>, M: Model>(
        &self,
        number: usize,
        task: &Task<F, L>,
        state: &State<M>,
    ) -> Option<State<M>> {
        let past = &self.ahead.as_ref()?.record.past;
        let open = past.items.last()?;
        let fits_between =
            past.items[number + 1..past.items.len() - 1].iter().any(|item| item.outcome == Outcome::Done);
        if fits_between {
            return None;
        }
        let base = self.read(&self.checkpoints.place(open.before.steps)).ok()?;
        let same = |(a, b): (&Item, &Item)| a.work == b.work && a.before == b.before;
        let ours =
            base.record.past.items.len() == number + 1 && base.record.past.items.iter().zip(&past.items).all(same);
        if ours { base.restore(task, state).ok() } else { None }
    }

    /// Writes a checkpoint, and removes the oldest ones.
    pub fn keep<F: FittedTarget, L: Loss<F::Tensor>, M: Model>(
        &mut self,
        fit: &Fit<'_, F, L, M>,
    ) -> Result<(), LearnerError> {
        let Fit { state, position, .. } = fit;
        let steps = state.history.steps.len();
        let path = self.checkpoints.place(steps);
        let weights = to_bytes(&state.model)?;
        let optimizer = state.optimizer.as_ref().map_or(Ok(Vec::new()), GroupOptimizer::to_bytes)?;
        let best = state.best.as_ref().map_or(Ok(Vec::new()), |best| to_bytes(&best.model))?;
        self.checkpoints.prepare()?;
        let history = match self.log.write(&state.history) {
            Ok(extent) => extent,
            Err(source) => {
                return Err(self.unwritten(LearnerError::Write {
                    stage: "history",
                    path: self.log.path().into(),
                    source,
                }));
            }
        };
        let past = self.past(history, position.clone(), state);
        Record { path, run: self.run.clone(), past, weights, optimizer, best }
            .write()
            .map_err(|error| self.unwritten(error))?;
        self.own.push(steps);
        let base = self.items.last().map(|item| item.before.steps);
        self.checkpoints.prune(&mut self.own, steps, base);
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
        }
    }

    /// What to tell when a file of a checkpoint could not be written.
    fn unwritten(&self, error: LearnerError) -> LearnerError {
        let LearnerError::Write { path, source, .. } = error else { return error };
        let newest = self.checkpoints.there().unwrap_or_default().into_iter().next();
        let good = newest
            .map_or("there is none before it".into(), |(_, good)| format!("the last good one is {}", good.display()));
        LearnerError::Checkpoint { path, source, good }
    }

    /// The item under way has come to its end.
    pub fn finish(&mut self, outcome: Outcome) {
        if let Some(item) = self.items.last_mut() {
            item.outcome = outcome;
        }
        if let Some(&newest) = self.own.iter().max() {
            self.checkpoints.prune(&mut self.own, newest, None);
        }
    }

    /// The item under way has failed, and nothing that it did counts. A failure that would come again is remembered.
    pub fn abandon(&mut self, error: &LearnerError) {
        let Some(item) = self.items.last_mut() else { return };
        self.log = self.log.back_to(item.before);
        match Outcome::of_error(error) {
            Some(outcome) => item.outcome = outcome,
            None => drop(self.items.pop()),
        }
    }
}

impl Ahead {
    /// The state that the record tells, for a learner with the model of `state`.
    fn restore<F: FittedTarget, L: Loss<F::Tensor>, M: Model>(
        &self,
        task: &Task<F, L>,
        state: &State<M>,
    ) -> Result<State<M>, LearnerError> {
        let Record { path, past, weights, optimizer, best, .. } = &self.record;
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
                Some(Best { model: model.valid(), row: row.clone() })
            }
            None => None,
        };
        let (history, epochs_done) = (self.history.clone(), past.epochs_done);
        Ok(State { model, optimizer, history, epochs_done, best, body_is_trained: past.body_is_trained, ..*state })
    }
}

/// Work and conditions must be those of the record.
fn compare(
    path: &Path,
    number: usize,
    (their_work, their_conditions): (&Work, &Conditions),
    (our_work, our_conditions): (&Work, &Conditions),
) -> Result<(), LearnerError> {
    let path = path.to_path_buf();
    if let Some((what, theirs, ours)) = their_conditions.difference(our_conditions) {
        return Err(LearnerError::OtherRun { path, what, theirs, ours });
    }
    if their_work == our_work {
        return Ok(());
    }
    let what = format!("work number {}", number + 1);
    Err(LearnerError::OtherRun { path, what, theirs: their_work.to_string(), ours: our_work.to_string() })
}

/// The first rows of a history.
fn cut(history: &History, rows: Rows) -> History {
    History {
        metrics: history.metrics.clone(),
        steps: history.steps[..rows.steps].to_vec(),
        epochs: history.epochs[..rows.epochs].to_vec(),
    }
}

/// A name that nothing else has: of the moment and the process.
fn new_name() -> String {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    let digest = Sha256::digest(format!("{} {}", now.as_nanos(), std::process::id()));
    hex(&digest[..8])
}
