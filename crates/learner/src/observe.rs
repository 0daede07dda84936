//! Watching training.

mod csv_log;
mod early_stopping;
mod epoch_table;
mod loss_plot;
mod mlflow;
mod observers;
mod tensorboard;
mod told;

pub use csv_log::CsvLog;
pub use early_stopping::EarlyStopping;
pub(crate) use epoch_table::EpochTable;
pub use loss_plot::LossPlot;
pub use mlflow::MlFlow;
pub(crate) use observers::Observers;
pub use tensorboard::TensorBoard;

use std::fmt;

use crate::{Better, EpochRow, LearnerError, StepRow};

/// What happens during a fit, in order: `Start`, then for each epoch its `Step`s and an `Epoch`, then `End`, which is told however
/// the fit ends. `Notice`s come in between.
///
/// ```
/// use firelight_learner::{Event, Flow};
///
/// let mut steps = 0;
/// let mut count = |event: &Event| {
///     if let Event::Step(_) = event {
///         steps += 1;
///     }
///     Flow::Continue
/// };
/// count(&Event::End);
/// ```
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub enum Event<'a> {
    /// A fit begins.
    Start {
        /// Epochs to come.
        epochs: usize,
        /// Training steps in each.
        steps: usize,
        /// Names of the metrics, in the order of the rows.
        metrics: &'a [String],
        /// Which way each of them gets better.
        better: &'a [Better],
        /// How many epochs are told again: a run that goes on from a checkpoint tells first what happened before it was broken off.
        again: usize,
    },
    /// A training step is done. It is told once its loss is known: where [steps go ahead](crate::Learner::with_steps_ahead), when the next one
    /// is queued. A fit that is to end after it ends after it all the same.
    Step(&'a StepRow),
    /// An epoch is done and validated.
    Epoch(&'a EpochRow),
    /// Something that a person wants to know: what a run goes on from, why a fit ends early.
    Notice(&'a str),
    /// The fit fails, or is broken off ([`LearnerError::Interrupted`](crate::LearnerError::Interrupted)): why, before its end is told.
    Failed(&'a LearnerError),
    /// The fit is over: done, stopped or failed.
    End,
}

/// `step 12`: what happened, in a word or two.
impl fmt::Display for Event<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Start { .. } => f.write_str("the start"),
            Self::Step(_) => f.write_str("a step"),
            Self::Epoch(row) => write!(f, "the end of epoch {}", row.epoch),
            Self::Notice(_) => f.write_str("a notice"),
            Self::Failed(_) => f.write_str("a failure"),
            Self::End => f.write_str("the end"),
        }
    }
}

/// Whether to go on.
///
/// ```no_run
/// # use firelight_datablock::Categories;
/// # use firelight_learner::{Event, Flow, Learner};
/// # fn train(learn: Learner<Categories>) {
/// use std::sync::Arc;
/// use std::sync::atomic::{AtomicBool, Ordering};
///
/// let asked_to_end = Arc::new(AtomicBool::new(false)); // by whatever hears of a signal
/// let asked = asked_to_end.clone();
/// let heed = move |_: &Event| if asked.load(Ordering::Relaxed) { Flow::Interrupt } else { Flow::Continue };
/// let learn = learn.with_observer(heed);
///
/// let begin = std::time::Instant::now();
/// let learn = learn.with_observer(move |_: &Event| if begin.elapsed().as_secs() > 3600 { Flow::Stop } else { Flow::Continue });
/// # }
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Flow {
    /// Go on.
    Continue,
    /// End the fit after this event, without an error.
    Stop,
    /// Break the fit off after the step or epoch at hand, as a program does that is asked to end (Ctrl+C, `SIGTERM`). With
    /// [checkpoints](crate::Learner::with_checkpoints) one is written, from which the program goes on to the same end when it is run again.
    /// The fit ends with [`LearnerError::Interrupted`](crate::LearnerError::Interrupted), and the learner is as it was.
    Interrupt,
}

/// Watches training and may stop it. Closures `FnMut(&Event) -> Flow` are observers.
///
/// ```
/// use firelight_learner::{Event, Flow, Observer};
///
/// /// Stops when the validation loss is low enough.
/// struct GoodEnough(f64);
///
/// impl Observer for GoodEnough {
///     fn observe(&mut self, event: &Event) -> Flow {
///         match event {
///             Event::Epoch(row) if row.valid_loss.is_some_and(|loss| loss < self.0) => Flow::Stop,
///             _ => Flow::Continue,
///         }
///     }
/// }
/// ```
pub trait Observer: Send {
    /// Called at every event. One that panics ends the fit with [`LearnerError::Panicked`](crate::LearnerError::Panicked).
    fn observe(&mut self, event: &Event) -> Flow;

    /// Looks at the metrics of a fit that is about to start; an error refuses the fit.
    ///
    /// # Errors
    ///
    /// [`LearnerError::Setting`] for what it cannot work with, such as a metric that the learner does not have.
    fn check(&self, metrics: &[String]) -> Result<(), LearnerError> {
        let _ = metrics;
        Ok(())
    }

    /// Why it has just asked to stop, for those who read what happens.
    fn reason(&self) -> Option<String> {
        None
    }
}

impl<F: FnMut(&Event) -> Flow + Send> Observer for F {
    fn observe(&mut self, event: &Event) -> Flow {
        self(event)
    }
}
