//! Watching training.

mod csv_log;
mod early_stopping;
mod loss_plot;
mod progress;

pub use csv_log::CsvLog;
pub use early_stopping::EarlyStopping;
pub use loss_plot::LossPlot;
pub(crate) use progress::Progress;

use crate::{EpochRow, StepRow};

/// What happens during a fit, in order: `Start`, then for each epoch its `Step`s and an `Epoch`, then `End`.
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
    },
    /// A training step is done.
    Step(&'a StepRow),
    /// An epoch is done and validated.
    Epoch(&'a EpochRow),
    /// The fit is over: done, stopped or failed.
    End,
}

/// Whether to go on.
///
/// ```no_run
/// # use firelight_datablock::Categories;
/// # use firelight_learner::{Event, Flow, Learner};
/// # use firelight_losses::CrossEntropy;
/// # fn train(learn: Learner<Categories, CrossEntropy>) {
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
///             Event::Epoch(row) if row.valid_loss < self.0 => Flow::Stop,
///             _ => Flow::Continue,
///         }
///     }
/// }
/// ```
pub trait Observer: Send {
    /// Called at every event.
    fn observe(&mut self, event: &Event) -> Flow;
}

impl<F: FnMut(&Event) -> Flow + Send> Observer for F {
    fn observe(&mut self, event: &Event) -> Flow {
        self(event)
    }
}
