//! The curves as a picture that follows training.

use std::path::PathBuf;

use super::{Event, Flow, Observer};
use firelight_plots::{loss_curve, save_png};

/// Draws the losses of the fit under way to a PNG file after each epoch: the training loss of every step and the validation
/// losses, as [`Learner::plot_losses`](crate::Learner::plot_losses). fastai's `ShowGraphCallback`.
///
/// The file is whole at every moment. If it cannot be written the plot says so in a warning and ends; the fit goes on.
///
/// ```no_run
/// # use firelight_datablock::Categories;
/// # use firelight_learner::{Learner, LearnerError, LossPlot};
/// # fn train(learn: Learner<Categories>) -> Result<(), LearnerError> {
/// let mut learn = learn.with_observer(LossPlot::new("losses.png"));
/// learn.fit_one_cycle(20, 1e-3)?;
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct LossPlot {
    path: Option<PathBuf>,
    train: Vec<f32>,
    valid: Vec<(usize, f32)>,
}

impl LossPlot {
    /// A plot in this file; one that is there is replaced after the first epoch.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self { path: Some(path.into()), train: Vec::new(), valid: Vec::new() }
    }

    fn draw(&mut self) {
        let Some(path) = &self.path else { return };
        let picture = loss_curve(&self.train, &self.valid);
        if let Err(error) = save_png(&picture, path) {
            tracing::warn!("loss plot: cannot write {}: {error}; the plot ends here", path.display());
            self.path = None;
        }
    }
}

impl Observer for LossPlot {
    fn observe(&mut self, event: &Event) -> Flow {
        match event {
            Event::Start { .. } => {
                self.train.clear();
                self.valid.clear();
            }
            Event::Step(step) => self.train.push(step.loss as f32),
            Event::Epoch(row) => {
                self.valid.extend(row.valid_loss.map(|loss| (self.train.len(), loss as f32)));
                self.draw();
            }
            _ => {}
        }
        Flow::Continue
    }
}
