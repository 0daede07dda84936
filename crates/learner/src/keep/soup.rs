//! The mean of the weights of several trainings.

use std::path::{Path, PathBuf};

use firelight_datablock::FittedTarget;

use crate::average::{Moves, towards};
use crate::part::Part;
use crate::state::Seeing;
use crate::{EpochRow, Learner, LearnerError, Monitor, Watch};
use firelight_models::Model;

/// What [`Learner::greedy_soup`] made.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Soup {
    /// The files whose mean it is, in the order in which they were taken: the best alone comes first.
    pub taken: Vec<PathBuf>,
    /// What was watched, of the mean.
    pub value: f64,
    /// The same of each file alone, in the order given; `None` where it is not defined.
    pub alone: Vec<Option<f64>>,
}

impl<F: FittedTarget, M: Model + Sync> Learner<F, M> {
    /// Takes over the mean of the weights of some files that [`save`](Self::save) wrote, of trainings that began with the same weights: the
    /// greedy soup of M. Wortsman et al., "Model soups: averaging weights of multiple fine-tuned models improves accuracy without increasing
    /// inference time" (2022).
    ///
    /// Files are judged on the validation part by `monitor`, `"valid_loss"` or a metric. The mean begins with the best, and takes in each next
    /// one with which it is not worse. Running statistics are averaged with the weights; the optimizer's state goes.
    ///
    /// ```no_run
    /// # use firelight_datablock::{Categories, DataLoaders};
    /// # use firelight_learner::{LearnerError, resnet18, vision_learner};
    /// # fn train(dls: impl Fn() -> DataLoaders<Categories>) -> Result<(), LearnerError> {
    /// let learner = || vision_learner(dls(), resnet18().with_weights("resnet18.pth"));
    /// for seed in 0..3 {
    ///     let mut learn = learner()?.with_seed(seed);
    ///     learn.fine_tune(4, 2e-3)?;
    ///     learn.save(format!("seed-{seed}"))?;
    /// }
    /// let soup = learner()?.greedy_soup(["seed-0", "seed-1", "seed-2"], "accuracy")?;
    /// println!("{} of {:?}", soup.value, soup.taken);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`LearnerError::Setting`] without files or a validation part and for a metric that the learner does not have, those of
    /// [`load`](Self::load), and those of [`evaluate`](Self::evaluate). The learner then is as it was.
    pub fn greedy_soup<P: AsRef<Path>>(
        &mut self,
        files: impl IntoIterator<Item = P>,
        monitor: impl Into<Monitor>,
    ) -> Result<Soup, LearnerError> {
        let files: Vec<PathBuf> = files.into_iter().map(|file| file.as_ref().to_path_buf()).collect();
        let watch = self.watched(&monitor.into())?;
        let alone: Vec<Option<f64>> =
            files.iter().map(|file| self.judge(&self.read(file)?.0.valid(), watch)).collect::<Result<_, _>>()?;
        let mut order: Vec<(usize, f64)> =
            alone.iter().enumerate().filter_map(|(number, value)| Some((number, (*value)?))).collect();
        // Of equal ones the first stays the first.
        order.sort_by(|(_, a), (_, b)| watch.is_better(*b, *a, 0.0).cmp(&watch.is_better(*a, *b, 0.0)));
        let Some(&(best, mut value)) = order.first() else {
            let remedy = "give files of weights on which it is defined";
            return Err(LearnerError::Setting { setting: "soup", value: format!("{} files", files.len()), remedy });
        };
        let mut mean = self.read(&files[best])?.0.valid();
        let mut taken = vec![files[best].clone()];
        for &(number, _) in &order[1..] {
            let (next, _) = self.read(&files[number])?;
            let share = 1.0 / (taken.len() as f64 + 1.0);
            // A copy of its own: statistics are changed in place.
            let with = towards(mean.valid(), &next, share, Moves::All);
            if let Some(other) = self.judge(&with, watch)?
                && !watch.is_better(value, other, 0.0)
            {
                (mean, value) = (with, other);
                taken.push(files[number].clone());
            }
        }
        let state = &mut self.state;
        (state.model, state.optimizer, state.body_is_trained) = (mean.train(), None, true);
        state.forget_fitted();
        Ok(Soup { taken, value, alone })
    }

    fn watched(&self, monitor: &Monitor) -> Result<Watch, LearnerError> {
        let names = self.task.metric_names();
        monitor.check("soup", &names)?;
        let refused = |value: String, remedy| Err(LearnerError::Setting { setting: "soup", value, remedy });
        if !self.task.data.validates() {
            return refused("without a validation part".into(), "give loaders that have one");
        }
        match monitor.watch(&names, &self.task.directions()) {
            Some(watch) if *monitor != Monitor::TrainLoss => Ok(watch),
            _ => refused(monitor.to_string(), "watch `valid_loss` or a metric"),
        }
    }

    /// What is watched, of a plain model on the validation part.
    fn judge(&self, model: &M, watch: Watch) -> Result<Option<f64>, LearnerError> {
        let part = self.task.part(Part::Valid)?;
        let evaluation = self.task.evaluate(Seeing::of(model), &part)?;
        let (valid_loss, metrics) = (evaluation.known_loss(), evaluation.metrics);
        let row = EpochRow { epoch: 0, steps: 0, train_loss: f64::NAN, valid_loss, metrics, seconds: 0.0 };
        Ok(watch.value(&row))
    }
}
